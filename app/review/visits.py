"""Who opened which page when: written in batches, so that looking never waits for a disk.

What a killed process had not written yet is lost, a second's visits at most; decisions are never kept this way.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from khaka.app.review.store.database import Database
from khaka.app.review.store.schema import VISITS

EVERY: Final = 1.0  # seconds between batches
_MOST: Final = 100_000  # waiting in memory; more than that means that the database is away


class Visits:
    """The access log.

    Parameters
    ----------
    database : Database
        Of the page.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[dict[str, object]] = []
        self._lock = threading.Lock()

    def note(self, name: str, method: str, path: str, status: int) -> None:
        """Note one visit."""
        row = {"at": time.time(), "name": name, "method": method, "path": path[:300], "status": status}
        with self._lock:
            if len(self._waiting) < _MOST:
                self._waiting.append(row)

    def flush(self) -> int:
        """Write what waits; return how many rows."""
        with self._lock:
            rows, self._waiting = self._waiting, []
        if not rows:
            return 0
        try:
            with self._database.write(loose=True) as connection:
                connection.execute(sa.insert(VISITS), rows)
        except SQLAlchemyError as error:
            logging.getLogger("khaka.review").warning(
                "visits could not be written", exc_info=error, extra={"told": str(len(rows))}
            )
            return 0
        return len(rows)
