"""Threads that run batches of cases for whoever asks: one question's last cases do not keep the next one waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from threading import Event
from types import TracebackType
from typing import ParamSpec, TypeVar

from kaname.cascade.compiling import one_blas_thread

THREADS = 2
QUESTIONS = 8
"""Most questions under way at a time."""

T = TypeVar("T")
J = TypeVar("J")
P = ParamSpec("P")


class Pool:
    """Two threads for batches; a context: leaving it by an error or Ctrl-C stops what is under way at its next step.

    To be entered from the main thread (``one_blas_thread``).

    >>> with Pool() as pool:
    ...     later = pool.beside(sum, [1, 2])
    ...     print(sorted(pool.map(abs, [-1, 2])), later.result())
    [1, 2] 3
    """

    def __init__(self) -> None:
        self._stop, self._stack = Event(), ExitStack()
        self._batches = ThreadPoolExecutor(THREADS)
        self._questions = ThreadPoolExecutor(QUESTIONS)

    def __enter__(self) -> Pool:
        self._stack.enter_context(one_blas_thread())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if kind is not None:
                self._stop.set()
            # what waits is begun and stops at once: a future that a pool calls off tells nobody who waits for it
            self._questions.shutdown()
            self._batches.shutdown()

    def beside(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Ask a question without waiting for the answer; its batches queue behind those already asked for."""
        return self._questions.submit(ask, *args, **kwargs)

    def map(self, work: Callable[[J], T], jobs: Iterable[J]) -> Iterator[T]:
        """``work`` of each job, as they are done; those not begun are dropped where one fails."""

        def begin(job: J) -> T:
            self.go_on()
            return work(job)

        tasks = [self._batches.submit(begin, job) for job in jobs]
        try:
            for task in as_completed(tasks):
                yield task.result()
        except BaseException:
            for task in tasks:
                task.cancel()
            raise

    def go_on(self, _: int = 0) -> None:
        """To be called at each step of a batch; ``CancelledError`` where nobody waits for it any more."""
        if self._stop.is_set():
            raise CancelledError
