"""Long work that begins before it is asked for, on a thread of its own: SQL leaves Python's lock alone, so that one
core reads events while the other works on the small tables.

Only one such work and one like it runs at a time (`one_at_a_time`): two ledgers would need the memory of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock, current_thread, main_thread
from typing import Any, Final
from weakref import WeakKeyDictionary

from khaka.features.cutoff import KnownTables
from khaka.features.engine import DuckEngine

one_at_a_time: Final = Lock()
"""Held while a long query runs."""

_BEGUN: Final[WeakKeyDictionary[KnownTables, Future[Any]]] = WeakKeyDictionary()


@contextmanager
def begun(known: KnownTables, work: Callable[[KnownTables], Any] | None) -> Iterator[None]:
    """Begin a work on the same tables, on another thread and in another DuckDB; its result waits for `waited_for`.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    work : callable or None
        Gets the same tables for itself. Nothing is begun without one, on another engine, or inside another thread.

    Yields
    ------
    None
        Whoever leaves with an error interrupts the work.
    """
    if work is None or not isinstance(known.engine, DuckEngine) or current_thread() is not main_thread():
        yield
        return
    engine = known.engine.beside()
    beside = KnownTables(known.source, as_of=known.as_of, election_id=known.election_id, engine=engine, tell=known.tell)
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="khaka-ahead")
    _BEGUN[known] = pool.submit(work, beside)
    try:
        yield
    except BaseException:
        engine.interrupt()
        raise
    finally:
        _BEGUN.pop(known, None)
        pool.shutdown(wait=True)


def waited_for(known: KnownTables) -> Any:
    """Return the result of the work that was begun on these tables, None where there is none; its error is raised."""
    future = _BEGUN.get(known)
    return None if future is None else future.result()
