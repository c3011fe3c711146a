"""The record of promotions: an append-only file in the workspace in which each line carries the hash of the one before.

It says who proposed which model, on which figures, and who approved it. A line that was changed or taken out breaks
the chain, and the next promotion is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from khaka.data.errors import KhakaError

FILE: Final = "promotions.jsonl"


@dataclass(frozen=True)
class Entry:
    """One line of the record.

    Parameters
    ----------
    at : str
        Date and time, ISO 8601 with offset.
    action : str
        "proposed", "promoted" or "refused".
    by : str
        Who did it.
    model_version, run_id, data_hash : str
        Of the model.
    checks : sequence of mapping
        Of `khaka.training.gate.Check.as_dict`.
    proposed_by : str
        Who had proposed it; blank where nobody had to.
    previous : str
        SHA-256 of the line before; blank in the first.
    """

    at: str
    action: str
    by: str
    model_version: str
    run_id: str
    data_hash: str
    checks: Sequence[Mapping[str, Any]]
    proposed_by: str = ""
    previous: str = ""

    def line(self) -> bytes:
        """Return the line as it is written."""
        return (json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, default=str) + "\n").encode()


def read_promotions(root: Path) -> list[Entry]:
    """Read the record of a workspace and check its chain.

    Raises
    ------
    KhakaError
        A line is damaged or does not follow on the one before.
    """
    path = root / FILE
    if not path.is_file():
        return []
    entries: list[Entry] = []
    previous = ""
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            raise KhakaError(f"{path}, line {number} is damaged; restore the file from a backup") from None
        if entry.previous != previous:
            raise KhakaError(f"{path}, line {number} does not follow on the line before: the record was changed")
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    return entries


def append_promotion(root: Path, entry: Entry) -> Entry:
    """Append to the record, durably; the caller holds the workspace's lock.

    Returns
    -------
    Entry
        With time and chain filled in.
    """
    before = read_promotions(root)
    previous = hashlib.sha256((root / FILE).read_bytes().splitlines(keepends=True)[-1]).hexdigest() if before else ""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    done = Entry(**{**asdict(entry), "at": at, "previous": previous})
    with (root / FILE).open("ab") as handle:
        handle.write(done.line())
        handle.flush()
        os.fsync(handle.fileno())
    return done


def open_proposal(entries: Sequence[Entry], model_version: str) -> Entry | None:
    """Return the newest proposal of a model that nothing has answered yet; None if there is none.

    Parameters
    ----------
    entries : sequence of Entry
        The record.
    model_version : str
        Which model.

    Returns
    -------
    Entry or None
        A proposal is answered by a later promotion or refusal of the same model.
    """
    newest = next((entry for entry in reversed(entries) if entry.model_version == model_version), None)
    return newest if newest is not None and newest.action == "proposed" else None


def same_person(one: str, other: str) -> bool:
    """Return whether two names are one person's: case and spaces do not make another one.

    Examples
    --------
    >>> same_person("Asha  Verma", "asha verma "), same_person("Asha", "Usha")
    (True, False)
    """
    return one.casefold().split() == other.casefold().split()
