"""An aspirant's right to be forgotten: rows, cells, lines and files that name the person, and what still does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from khaka.app.person_job import find_person
from khaka.data import people_log
from khaka.data.erasure import erase
from khaka.data.workspace import Workspace

_CLOSED: Final = frozenset({".xlsx", ".pdf", ".zip"})


@dataclass(frozen=True)
class ErasedPerson:
    """What an erasure removed (rows, blanked cells, lines, files) and which files still name the person."""

    rows: dict[str, int]
    blanked: dict[str, int]
    set_aside: int
    files: int
    remains: tuple[str, ...]
    line: dict[str, Any]


def erase_job(workspace: Workspace, asked: str, *, by: str = "") -> ErasedPerson:
    """Erase a person from the workspace; a tombstone with the id's hash stays in the record.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id or person_id.
    by : str
        Who erases.

    Returns
    -------
    ErasedPerson
        What was removed and what remains.

    Raises
    ------
    KhakaError
        Nobody of that id.
    """
    person = find_person(workspace, asked)
    store, root = workspace.store, workspace.root
    activity = store.read("activity", columns=["event_id", "aspirant_id"])
    events = activity.loc[activity["aspirant_id"].isin(person.ids), "event_id"].astype("str").tolist()
    names = [str(name) for column in ("name", "name_hi") for name in person.aspirants[column].dropna().unique()]
    ids = person.ids
    # the tombstones first: from now on nobody brings the person in again
    for name in ids:
        line = people_log.add(root, action="erased", person=name, by=by)
    people_log.forget_reasons(root, ids)
    files = _remove_results(root / "results", ids)
    done = erase(root, store, ids, words=[*names, *events])
    return ErasedPerson(done.rows, done.blanked, done.set_aside, files, _remains(root, ids), line)


def _remove_results(folder: Path, ids: list[str]) -> int:
    """Remove what was made of field work and assignments: khaka presence and khaka assign make them again."""
    removed = 0
    for part in ("presence", "assignments"):
        for path in sorted(folder.glob(f"*/*/{part}/*")):
            # what cannot be looked into is made again as well
            if path.is_file() and (path.suffix in _CLOSED or _names(path, ids)):
                path.unlink()
                removed += 1
    return removed


def _remains(root: Path, ids: list[str]) -> tuple[str, ...]:
    """Return the files of the workspace that still name the person, and those that can't be looked into."""
    found = [
        str(path.relative_to(root)) for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix in (".parquet", ".csv", ".json", ".html", ".jsonl", ".txt")
        and ".merge-" not in str(path) and _names(path, ids)
    ]  # fmt: skip
    closed = [f"{path.relative_to(root)} (not looked into)" for path in sorted((root / "results").rglob("*"))
              if path.is_file() and path.suffix in _CLOSED]  # fmt: skip
    return (*found, *closed)


def _names(path: Path, ids: list[str]) -> bool:
    """Whether a file holds any of the ids: as a word in a text, as a value in Parquet."""
    if path.suffix != ".parquet":
        content = path.read_bytes()
        return any(json.dumps(name)[1:-1].encode() in content or name.encode() in content for name in ids)
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    for name in texts:
        column = pq.read_table(path, columns=[name])[name]
        if pc.any(pc.is_in(column, value_set=pa.array(ids, column.type))).as_py():
            return True
    return False
