"""MLflow's store writes down where its artifacts lie, as full paths: a copied or moved workspace must take them along.

Otherwise a copy would read the original's models, and write its own into the original's folder.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from khaka.data.sqlite_reading import open_whole

_PLACES: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def home(database: Path) -> str | None:
    """Return the folder in which the store believes its artifacts to lie; None where it names none."""
    with contextlib.closing(open_whole(database)) as connection:
        row = connection.execute(
            "SELECT artifact_location FROM experiments WHERE name <> 'Default' ORDER BY experiment_id LIMIT 1"
        ).fetchone()
    return None if row is None or row[0] is None else str(row[0]).removeprefix("file://")


def move_home(database: Path, artifacts: Path) -> bool:
    """Let the store's paths begin at `artifacts`, in one transaction.

    Parameters
    ----------
    database : Path
        MLflow's SQLite file; no other process opens it meanwhile.
    artifacts : Path
        Where the artifacts lie now.

    Returns
    -------
    bool
        Whether anything was changed.
    """
    before = home(database)
    if before is None or before == str(artifacts):
        return False
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        for table, column in _PLACES:
            for prefix in (before, f"file://{before}"):
                now = str(artifacts) if prefix == before else f"file://{artifacts}"
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                    f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                    (now, len(prefix) + 1, prefix, len(prefix) + 1, f"{prefix}/"),
                )
    return True
