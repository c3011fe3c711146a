"""The record of people's rights: who asked for an export, a correction, an erasure, and when; append-only.

Each line carries the hash of the line before, so a line that is changed or taken out shows. A person appears only as
the hash of the id with the workspace's own salt: after an erasure nothing in here leads back to the person, and yet an
erased id is known again if somebody brings it in once more. Reasons are free text and lie in a file of their own, from
which an erasure removes them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError

LOG: Final = "people_log.jsonl"
REASONS: Final = "people_reasons.jsonl"
SALT: Final = ".people_salt"
_START: Final = "0" * 64


def person_hash(root: Path, person: str) -> str:
    """Return the hash that stands for an id in the record; the workspace's salt is made at the first call.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    person : str
        An aspirant_id or person_id.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    path = root / SALT
    if not path.exists():
        write_bytes(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
    return hmac.new(path.read_bytes().strip(), person.encode(), hashlib.sha256).hexdigest()


def add(root: Path, *, action: str, person: str, by: str = "", reason: str = "", **facts: Any) -> dict[str, Any]:
    """Add a line to the record.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    action : str
        exported, corrected or erased.
    person : str
        The id; only its hash is written.
    by : str
        Who did it, such as a user's name.
    reason : str
        Why; the record holds its hash, the text lies in `people_reasons.jsonl`.
    **facts : Any
        Plain values without anything personal: counts, names of columns.

    Returns
    -------
    dict
        The line.

    Raises
    ------
    KhakaError
        The record is damaged.
    """
    entries = read(root)
    line = {
        "number": len(entries) + 1, "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "action": action,
        "person": person_hash(root, person), "by": by, "facts": facts,
        "reason_sha256": hashlib.sha256(reason.encode()).hexdigest() if reason else "",
        "before": entries[-1]["hash"] if entries else _START,
    }  # fmt: skip
    line["hash"] = _hash(line)
    if reason:
        _append(root / REASONS, {"number": line["number"], "person": line["person"], "reason": reason})
    _append(root / LOG, line)
    return line


def read(root: Path) -> list[dict[str, Any]]:
    """Return the record's lines, oldest first, their chain checked.

    Raises
    ------
    KhakaError
        A line is damaged, was changed, or is missing.
    """
    path = root / LOG
    if not path.exists():
        return []
    entries: list[dict[str, Any]] = []
    before = _START
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(text)
            sound = entry["before"] == before and entry["hash"] == _hash(entry) and entry["number"] == number
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            raise KhakaError(
                f"{path}: line {number} was changed or a line before it is missing; restore it from a backup"
            )
        before = entry["hash"]
        entries.append(entry)
    return entries


def erased(root: Path) -> frozenset[str]:
    """Return the hashes of the ids that were erased."""
    return frozenset(entry["person"] for entry in read(root) if entry["action"] == "erased")


def forget_reasons(root: Path, people: Iterable[str]) -> int:
    """Take the reasons given about people out of the file of reasons; return how many."""
    path = root / REASONS
    if not path.exists():
        return 0
    gone = {person_hash(root, person) for person in people}
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["person"] not in gone]
    write_bytes(path, "".join(f"{line}\n" for line in kept).encode())
    return len(lines) - len(kept)


def _hash(entry: dict[str, Any]) -> str:
    content = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _append(path: Path, entry: dict[str, Any]) -> None:
    with path.open("ab") as handle:
        handle.write((json.dumps(entry, sort_keys=True, ensure_ascii=False) + "\n").encode())
        handle.flush()
        os.fsync(handle.fileno())
