"""Who is found, by which key, and what is not found."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaname.errors import InputProblems, Unavailable
from kaname.safeguards.names import keys, readings
from kaname.safeguards.names.lists import load

from .made import DAY, LISTS, a_list

pytest.importorskip("rapidfuzz", reason="fuzzy matching is an extra: pip install 'kaname[names]'")
pytest.importorskip("cutlet", reason="Japanese readings are an extra: pip install 'kaname[names]'")
pytest.importorskip("pypinyin", reason="Chinese readings are an extra: pip install 'kaname[names]'")

from kaname.safeguards.names.index import HitClass, Index

NAMES = (
    "Volgin Radio Works JSC",
    "Institute of Applied Lacquer Physics",
    ("Sea of Paper Shipping", "紙海海運株式会社"),
    "Kuznetskaya Aviation Repair Plant No. 417",
    "Kuznetskaya Aviation Repair Plant No. 418",
    "架空漆器股份有限公司",
    "Paper Trading Co., Ltd.",
    "Ivo Testovic",
    "Moscow Trading LLC",
    "Superchip Limited",
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([a_list(*NAMES)])


def first(index: Index, name: str) -> tuple[str, str, str]:
    hit = index.match([name])[0].hits[0]
    return hit.entry.id, hit.sort.value, hit.by


@pytest.mark.parametrize(
    ("name", "entry", "sort", "by"),
    [
        ("VOLGIN  RADIO WORKS, JSC", "1", "exact", "whole"),
        ("Volgin Radio Works Limited Liability Company", "1", "form", "core"),
        ("紙海海運", "3", "form", "core"),
        ("架空漆器股份有限公司", "6", "exact", "whole"),
        ("架空漆器有限公司", "6", "form", "core"),
        ("Works Volgin Radio", "1", "alike", "words"),
        ("Volgyn Radio Works", "1", "alike", "words"),
        ("Ivo Testovich", "8", "alike", "words"),
        ("Super Chip Ltd", "10", "form", "core"),
    ],
)
def test_one_name_under_another_writing(index: Index, name: str, entry: str, sort: str, by: str) -> None:
    assert first(index, name) == (entry, sort, by)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("ヴォルギン無線工場", "1"),
        ("応用漆物理研究所", "2"),
        ("第417クズネツカヤ航空修理工場", "4"),
        ("第418クズネツカヤ航空修理工場", "5"),
        ("スーパーチップ有限会社", "10"),
        ("イヴォ・テストヴィッチ", "8"),
        ("ООО «Волгин Радио Воркс»", "1"),
        ("Тестович Иво", "8"),
    ],
)
def test_across_scripts_the_right_one_comes_first(index: Index, name: str, entry: str) -> None:
    assert first(index, name)[0] == entry


def test_traditional_and_simplified_are_one() -> None:
    index = Index([a_list("虛構電氣集團有限公司")])
    assert first(index, "虚构电气集团有限公司") == ("1", "exact", "whole")


def test_latin_queries_find_native_lists() -> None:
    index = Index([a_list("北山重工業株式会社", "东海造船有限公司")])
    assert first(index, "Kitayama Heavy Industries")[0] == "1"
    assert first(index, "Donghai Shipbuilding")[0] == "2"


def test_numbers_are_never_alike(index: Index) -> None:
    hits = index.match(["Kuznetskaya Aviation Repair Plant No. 419"])[0].hits
    assert all(hit.sort is HitClass.LEAD or hit.score < 1 for hit in hits)
    assert {pair for pair in hits[0].pairs if "419" in pair} == {("419", "", 0.0)}


def test_a_short_name_inside_a_long_one_is_a_lead_not_an_alarm(index: Index) -> None:
    answer = index.match(["Paper"])[0]
    assert answer.hits
    assert not answer.alarm


def test_strangers_raise_no_alarm(index: Index) -> None:
    for name in ("Bright Umbrella Bakery", "銀座虹色文具", "Hamburg Clockwork GmbH"):
        assert not index.match([name])[0].alarm, name


def test_evidence_names_words_and_what_is_left(index: Index) -> None:
    hit = index.match(["Volgyn Radio Museum"])[0].hits[0]
    assert hit.name == "Volgin Radio Works JSC"
    assert ("radio", "radio", 1.0) in hit.pairs
    assert ("museum", "", 0.0) in hit.pairs
    assert ("", "works", 0.0) in hit.pairs
    assert any(ours == "volgyn" and theirs == "volgin" and 0 < alike < 1 for ours, theirs, alike in hit.pairs)


def test_an_entry_is_shown_once_and_no_more_than_asked(index: Index) -> None:
    wide = Index([a_list(*(f"Paper Works {i}" for i in range(1, 60)), ("Paper Sea", "Paper Sea Works"))])
    hits = wide.match(["Paper Works"], top=7)[0].hits
    assert len(hits) == 7
    assert len({hit.entry.id for hit in hits}) == 7
    assert [hit.entry.id for hit in wide.match(["Paper Sea Works"])[0].hits] == ["60"]


def test_lists_are_told_apart(index: Index) -> None:
    both = Index([load(LISTS / "sdn.xml", "ofac-xml"), load(LISTS / "enduser-2025.csv", "meti", DAY)])
    hits = both.match(["Volgin Radio Works"])[0].hits
    assert {(hit.list.kind, hit.entry.id) for hit in hits if hit.sort is HitClass.EXACT} == {
        ("ofac-xml", "90001"),
        ("meti", "2"),
    }


def test_names_without_letters_are_refused(index: Index) -> None:
    with pytest.raises(InputProblems, match="without letters"):
        index.match(["Volgin", "...", ""])


def test_many_at_once_give_what_each_gives_alone(index: Index) -> None:
    asked = ["Volgin Works", "応用物理研究所", "Moscow Trading", "紙海海運"]
    together = index.match(asked)
    assert together == tuple(index.match([name])[0] for name in asked)


WORDS = ("Volgin", "Radio", "Paper", "Sea", "Plant", "417", "無線", "工場", "紙海", "Ivo", "ООО", "LLC")
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(parts=words)
def test_scores_are_shares_and_a_listed_name_always_finds_itself(parts: list[str]) -> None:
    name = " ".join(parts)
    index = Index([a_list(name, *NAMES)])
    answer = index.match([name])[0]
    assert answer.hits[0].entry.id == "1" or answer.hits[0].sort is HitClass.EXACT
    assert all(0 <= hit.score <= 1 for hit in answer.hits)


@settings(max_examples=80, deadline=None)
@given(name=st.text(min_size=1, max_size=50))
def test_any_text_is_answered_or_refused(index: Index, name: str) -> None:
    try:
        index.match([name])
    except InputProblems:
        assert not any(c.isalnum() for c in name)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Packages as if they were not installed, and no reading remembered."""

    def leaving_out(*packages: str) -> None:
        real = readings.import_module

        def missing(name: str) -> ModuleType:
            if name.partition(".")[0] in packages:
                raise ImportError(name=name)
            return real(name)

        monkeypatch.setattr(readings, "import_module", missing)
        for remembered in (
            readings._cutlet,
            readings.japanese,
            readings.loanwords,
            readings.chinese,
            keys._kana,
            keys._han,
        ):
            remembered.cache_clear()

    return leaving_out


def test_without_rapidfuzz_it_says_what_to_install(without: Callable[..., None]) -> None:
    without("rapidfuzz")
    with pytest.raises(Unavailable, match=r"pip install 'kaname\[names\]'"):
        Index([a_list("Volgin")])


@pytest.mark.parametrize("package", ["cutlet", "pypinyin"])
def test_without_readings_latin_names_are_matched_and_others_are_not_passed_over(
    package: str, without: Callable[..., None]
) -> None:
    without(package)
    index = Index([a_list("Volgin Radio Works")])
    assert first(index, "Volgin Radio Works Ltd") == ("1", "form", "core")
    with pytest.raises(Unavailable, match=f"missing: {package}"):
        index.match(["華山測量研究所"])


@pytest.mark.parametrize(
    ("asked", "own", "other"),
    [
        ("合肥工业大学", "Hefei University of Technology", "Hebei University of Technology"),
        ("陕西师范大学", "Shaanxi Normal University", "Shanxi Normal University"),
        ("山西师范大学", "Shanxi Normal University", "Shaanxi Normal University"),
        ("鞍山轨道交通集团", "Anshan Rail Transit Group", "Tangshan Rail Transit Group"),
    ],
)
def test_a_letter_more_or_less_in_pinyin_is_another_place(asked: str, own: str, other: str) -> None:
    several = Index([a_list(own, other, *NAMES)])
    hits = {hit.name: hit.sort for hit in several.match([asked])[0].hits}
    assert hits[own] is HitClass.ALIKE
    assert hits[other] is HitClass.LEAD  # shown, but no alarm


def test_older_spellings_of_chinese_names_stay_leads() -> None:
    several = Index([a_list("Peking University", "Tsinghua University", "Soochow University", *NAMES)])
    for asked, own in (("北京大学", "Peking University"), ("清华大学", "Tsinghua University")):
        assert own in {hit.name for hit in several.match([asked])[0].hits}
