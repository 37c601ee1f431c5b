"""One pool of threads for many questions: answers as alone, and nothing goes on once somebody has stopped."""

from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Event

import numpy as np
import pytest

from kaname.cascade.pool import Pool
from kaname.cascade.run import run_many
from kaname.nation import Nation

DAYS = 20


def test_shared_threads_give_what_each_question_gives_alone(japan: Nation) -> None:
    questions = [[japan.case(s)] for s in ("cable-cut", "hospital-ransomware", "red-sea-suez")]
    with Pool() as pool:
        asked = [
            pool.beside(run_many, japan.built, cases, DAYS, japan.settings, pool=pool) for cases in questions
        ]
        together = [found.result()[0] for found in asked]
    for cases, run in zip(questions, together, strict=True):
        alone = run_many(japan.built, cases, DAYS, japan.settings)[0]
        assert run.case.label == alone.case.label
        np.testing.assert_array_equal(run.home_daily, alone.home_daily)


def test_an_error_stops_what_is_under_way_and_drops_what_waits() -> None:
    begun, waited = Event(), Event()
    steps: list[int] = []

    def long_work(pool: Pool) -> None:
        begun.set()
        while True:  # ends only when told that nobody waits
            pool.go_on()
            steps.append(1)
            waited.wait(0.001)

    with pytest.raises(KeyboardInterrupt), Pool() as pool:
        late = pool.beside(lambda: list(pool.map(long_work, [pool] * 5)))
        assert begun.wait(10)
        raise KeyboardInterrupt
    assert steps
    with pytest.raises(CancelledError):
        late.result()


def test_a_question_all_of_whose_batches_wait_ends_too() -> None:
    busy = Event()

    def long_work(pool: Pool) -> None:
        busy.set()
        while True:
            pool.go_on()
            Event().wait(0.001)

    with pytest.raises(KeyboardInterrupt), Pool() as pool:
        first = pool.beside(lambda: list(pool.map(long_work, [pool] * 2)))
        assert busy.wait(10)
        second = pool.beside(lambda: list(pool.map(abs, range(5))))
        Event().wait(0.05)
        raise KeyboardInterrupt
    for question in (first, second):
        with pytest.raises(CancelledError):
            question.result()


def test_a_failed_batch_is_told_and_the_others_dropped() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        if number == 0:
            raise ValueError("no such batch")
        Event().wait(0.002)  # long enough for the failure to be seen before all are done
        done.append(number)
        return number

    with Pool() as pool, pytest.raises(ValueError, match="no such batch"):
        list(pool.map(work, range(1000)))
    assert len(done) < 999
