"""A case as a person writes it: a YAML file, or a mapping; or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from kaname.data.iso2 import ISO3
from kaname.errors import InputProblems, Problem, problem
from kaname.pack import stated
from kaname.pack.document import Node, parse
from kaname.pack.faults import suggestion
from kaname.pack.legal import Fact
from kaname.pack.stated import Value
from kaname.safeguards.book import Book, Facts, Reader

BIGGEST: Final = 5_000_000
"""Bytes that a case file may have."""
FIELDS: Final = ("case", "asof", "title", "facts", "parties", "goods", "technologies", "public")
GOODS: Final = "goods"
"""Under ``public``: what the case says of goods and technologies may be shown, too."""
UNKNOWN: Final = ("unknown", "不明")
"""What a fact may be stated as when it is known that it is not known."""
_COUNTRIES: Final = frozenset(ISO3.values())
PARTY: Final = ("name", "role", "country", "makes", "home_share", "public")


@dataclass(frozen=True)
class Party:
    """Someone in the case: its name, its part in it, and which goods of the pack it makes, with its share of home
    output."""

    name: str
    role: str = ""
    country: str = ""
    makes: tuple[str, ...] = ()
    home_share: float | None = None
    public: bool = False


@dataclass(frozen=True)
class Case:
    """A case: its kind, the day whose law is asked (none: the pack's), and what is known.

    ``public`` names the facts that a report may show, or ``goods``; parties say it of themselves. Everything else is
    confidential.
    """

    case: str
    facts: Facts
    asof: date | None = None
    title: str = ""
    parties: tuple[Party, ...] = ()
    goods: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    public: frozenset[str] = field(default_factory=frozenset)
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where it was read, and the line of each fact: for messages."""


def read(path: Path, book: Book) -> Case:
    """The case of a file. Raises ``InputProblems`` with everything that is wrong, each with its line."""
    try:
        with path.open("rb") as file:
            held = file.read(BIGGEST + 1)  # a pipe or a device does not tell its size
        if len(held) > BIGGEST:
            raise problem(f"larger than {BIGGEST:,} bytes: not a case", str(path))
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise problem("not written in UTF-8", str(path)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        raise problem(f"cannot be read: {reason}", str(path)) from error
    node, found = parse(text, str(path))
    if found or node is None:
        raise InputProblems(found or [Problem("the file is empty", str(path))])
    return _Reading(book, str(path)).case(node)


def of(case: str, facts: Mapping[str, object], book: Book, asof: date | None = None, **rest: Any) -> Case:
    """The case of a mapping from Python: facts as they would be written (``True``, ``12.5``, ``"core"``, dates,
    lists)."""
    leaves: dict[str, Node] = {name: _node(value) for name, value in facts.items()}
    body = {"case": Node(0, case), "facts": Node(0, leaves, dict.fromkeys(leaves, 0))}
    if asof is not None:
        body["asof"] = Node(0, asof.isoformat())
    body |= {name: _node(value) for name, value in rest.items()}
    return _Reading(book, "").case(Node(0, body, dict.fromkeys(body, 0)))


def _node(value: object) -> Node:
    if isinstance(value, bool):
        return Node(0, "yes" if value else "no")
    if isinstance(value, Mapping):
        inner = {str(k): _node(v) for k, v in value.items()}
        return Node(0, inner, dict.fromkeys(inner, 0))
    if isinstance(value, str) or value is None:
        return Node(0, value, quoted=False)
    if isinstance(value, Sequence):
        return Node(0, [_node(one) for one in value])
    return Node(0, str(value))


class _Reading:
    """Reads one case, noting what is wrong and going on."""

    def __init__(self, book: Book, file: str) -> None:
        self.book, self.file = book, file
        self.problems: list[Problem] = []

    def note(self, message: str, line: int, path: str = "") -> None:
        self.problems.append(Problem(message, self.file, line, path))

    def case(self, node: Node) -> Case:
        """The case that a document states. Raises ``InputProblems`` with all that is wrong with any part of it."""
        body = node.value
        if not isinstance(body, dict):
            raise problem("expected a mapping with 'case' and 'facts'", self.file, node.line)
        for name in body:
            if name not in FIELDS:
                self.note(f"unknown field {name!r}{suggestion(name, FIELDS)}", node.keys[name], f"$.{name}")
        kind = self.kind(body.get("case"), node.line)
        asof = self.day(body.get("asof"))
        facts = self.facts(body.get("facts"), kind, node.line)
        parties = self.parties(body.get("parties"))
        public = self.texts(body.get("public"), "public")
        known = {*self.book.facts_of(kind), GOODS}
        for name in public:
            if kind and name not in known:
                self.note(f"no fact {name!r}{suggestion(name, known)}", body["public"].line, "$.public")
        title = body.get("title")
        goods, technologies = (self.texts(body.get(name), name) for name in ("goods", "technologies"))
        if self.problems:
            raise InputProblems(self.problems)
        return Case(
            kind, facts, asof, str(title.value) if title and title.value else "",
            parties, goods, technologies, frozenset(public), self.file, self.lines(body.get("facts")),
        )  # fmt: skip

    @staticmethod
    def lines(node: Node | None) -> dict[str, int]:
        return dict(node.keys) if node is not None else {}

    def kind(self, node: Node | None, line: int) -> str:
        """The kind of case; noted and empty where it is missing or unknown. ``line``: where the case begins."""
        known = [kind.id for kind in self.book.pack.kinds]
        if node is None or not isinstance(node.value, str):
            self.note(
                f"field 'case' is missing: one of {', '.join(known)}", node.line if node else line, "$.case"
            )
            return ""
        if node.value not in known:
            hint = suggestion(node.value, known)
            message = (
                f"no kind of case {node.value!r} in the pack {self.book.pack.id!r}{hint}: {', '.join(known)}"
            )
            self.note(message, node.line, "$.case")
            return ""
        return node.value

    def day(self, node: Node | None) -> date | None:
        if node is None or node.value is None:
            return None
        try:
            return stated.day(str(node.value) if isinstance(node.value, str) else "a list")
        except ValueError as error:
            self.note(str(error), node.line, "$.asof")
            return None

    def facts(self, node: Node | None, kind: str, line: int) -> dict[str, Value]:
        """What is stated of each fact that cases of ``kind`` have (of all, where the kind is unknown). A fact that is
        left empty or said to be unknown is left out: the rules then ask for it."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.note("expected a mapping of facts", node.line, "$.facts")
            return {}
        known = self.book.facts_of(kind) if kind else self.book.facts
        found: dict[str, Value] = {}
        for name, inner in node.value.items():
            fact = known.get(name)
            if fact is None:
                self.unknown(name, kind, known, node.keys[name])
            elif inner.value is None or inner.value in UNKNOWN:
                continue
            elif (value := self.value(fact, inner)) is not None:
                found[name] = value
        return found

    def unknown(self, name: str, kind: str, known: Mapping[str, Fact], line: int) -> None:
        elsewhere = self.book.facts.get(name)
        hint = suggestion(name, known) or (
            f" (it is a fact of {', '.join(elsewhere.cases)})" if elsewhere is not None else ""
        )
        what = f"a case of kind {kind!r}" if kind else "the pack"
        self.note(f"no fact {name!r} in {what}{hint}", line, f"$.facts.{name}")

    def value(self, fact: Fact, node: Node) -> Value | None:
        """The value of one fact in its own type; noted and None where it cannot be one."""
        path = f"$.facts.{fact.id}"
        items = node.value if isinstance(node.value, list) else [node]
        if any(not isinstance(item.value, str) for item in items):
            self.note("expected a plain value", node.line, path)
            return None
        if fact.kind == "number" and node.quoted:
            self.note(
                f"expected a number, found the text {node.value!r} (leave the quotes out)", node.line, path
            )
            return None
        try:
            return typed(fact, [str(item.value) for item in items])
        except ValueError as error:
            self.note(str(error), node.line, path)
            return None

    def texts(self, node: Node | None, name: str) -> tuple[str, ...]:
        """A list of texts, or one text alone, of the field ``name``; noted and empty where it is neither."""
        if node is None or node.value is None:
            return ()
        items = node.value if isinstance(node.value, list) else [node]
        if any(not isinstance(item.value, str) for item in items):
            self.note("expected a list of texts", node.line, f"$.{name}")
            return ()
        return tuple(str(item.value) for item in items)

    def parties(self, node: Node | None) -> tuple[Party, ...]:
        if node is None or node.value is None:
            return ()
        items = node.value if isinstance(node.value, list) else [node]
        return tuple(party for index, item in enumerate(items) if (party := self.party(item, index)))

    def party(self, node: Node, index: int) -> Party | None:
        """One party (the ``index``-th, from 0); None, and every problem noted, where anything of it is wrong."""
        path, body = f"$.parties[{index}]", node.value
        if not isinstance(body, dict):
            self.note("expected a mapping of fields of a party", node.line, path)
            return None
        before = len(self.problems)
        for name in body:
            if name not in PARTY:
                self.note(
                    f"unknown field {name!r}{suggestion(name, PARTY)}", node.keys[name], f"{path}.{name}"
                )
        text = {n: str(body[n].value) for n in ("name", "role", "country") if n in body and body[n].value}
        if "name" not in text:
            self.note("a party has a name", node.line, path)
        share = self.share(body.get("home_share"), path)
        makes = self.texts(body.get("makes"), "parties")
        open_ = str(body["public"].value) in ("yes", "true") if "public" in body else False
        if len(self.problems) > before:
            return None
        return Party(makes=makes, home_share=share, public=open_, **text)

    def share(self, node: Node | None, path: str) -> float | None:
        """A share from 0 to 1; None where it is not stated, or noted to be none. ``path``: of its party."""
        if node is None or node.value is None:
            return None
        try:
            value = float(str(node.value))
            if not 0 <= value <= 1:
                raise ValueError
        except ValueError:
            self.note(f"expected a share from 0 to 1, found {node.value!r}", node.line, f"{path}.home_share")
            return None
        return value


def typed(fact: Fact, texts: Sequence[str]) -> Value:
    """The value that a person states for a fact; ``ValueError`` with the reason in plain words. A country must be one
    that there is: a code of no country would lie in no group, and so be taken for any other."""
    value = stated.parse(fact, texts)
    if fact.kind == "country" and value not in _COUNTRIES:
        raise ValueError(f"{value!r} is the code of no country (ISO 3166-1 alpha-3)")
    return value


def contradictions(book: Book, case: Case, asof: date, lang: str | None = None) -> tuple[Problem, ...]:
    """What the facts of a case cannot all be: by the pack's contradictions, and by what follows from the other facts.

    ``lang``: what the pack says in that language only; else in both.

    A value that follows by a definition nobody has signed off gives way to what the case states.
    """
    reader = Reader(book, asof, case.facts)
    found = []
    for one in book.pack.contradictions:
        if case.case in one.cases and (judged := reader.judge(one.when, f"contradictions/{one.id}")).truth:
            names = list(dict.fromkeys(leaf.fact for leaf in judged.because))
            said = one.message[lang] if lang else f"{one.message.en} {one.message.ja}"
            line = min((case.lines[name] for name in names if name in case.lines), default=0)
            found.append(Problem(f"{said} [{', '.join(names)}]", case.file, line, "$.facts"))
    for name, value in case.facts.items():
        fact = book.facts[name]
        if fact.means is None and not fact.derive:
            continue
        follows, judged = reader.derive(fact)
        if follows is not None and judged.firm is not None and follows != value:
            facts = ", ".join(dict.fromkeys(leaf.fact for leaf in judged.because))
            message = f"{name!r} is stated as {_said(value)}, but {_said(follows)} follows from {facts}"
            found.append(Problem(message, case.file, case.lines.get(name, 0), f"$.facts.{name}"))
    return tuple(found)


def _said(value: Value) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
