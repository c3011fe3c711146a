"""Reading an SQLite database after a process that ended in the middle of a write."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def open_whole(path: Path) -> sqlite3.Connection:
    """Open a database that is there, so that it reads as it was before any unfinished write.

    What a killed process or a full disk left in the journal is rolled back on opening, which a read-only connection
    can't do: it would refuse the database for good ("attempt to write a readonly database").

    Parameters
    ----------
    path : Path
        Of a database; none is made.

    Returns
    -------
    sqlite3.Connection
        To be closed by the caller.

    Raises
    ------
    sqlite3.OperationalError
        There is no such file.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=60)
