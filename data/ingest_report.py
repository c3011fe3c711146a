"""What `khaka ingest` says of the files: what became of each, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["read", "unchanged", "skipped", "refused"]


@dataclass(frozen=True)
class TableCount:
    """What one file did to one table.

    Parameters
    ----------
    table : str
        Name of the table.
    kept : int
        Rows taken from this file.
    quarantined, flagged : int
        Rows of the file with at least one such fault.
    inserted, replaced, filled, unchanged : int
        Of the kept rows: new keys, known keys with other values, known keys whose blanks were filled, nothing new.
    """

    table: str
    kept: int
    quarantined: int = 0
    flagged: int = 0
    inserted: int = 0
    replaced: int = 0
    filled: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    Parameters
    ----------
    path : Path
        The file, or the folder that was skipped.
    status : str
        read, unchanged (the same file again), skipped, refused.
    format : str
        Name of the format, empty where unknown.
    reason : str
        One sentence for a refused or skipped file.
    tables : tuple of TableCount
        Per table.
    notes : tuple of str
        Worth telling.
    """

    path: Path
    status: Status
    format: str = ""
    reason: str = ""
    tables: tuple[TableCount, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason, with the file named once."""
        return self.reason if str(self.path) in self.reason else f"{self.path}: {self.reason}"


@dataclass(frozen=True)
class IngestReport:
    """What became of all files, in the order in which they were read."""

    files: tuple[FileReport, ...] = field(default_factory=tuple)

    @property
    def refused(self) -> tuple[FileReport, ...]:
        """Files that were refused."""
        return tuple(file for file in self.files if file.status == "refused")

    @property
    def kept(self) -> int:
        """Rows that were kept, those of files known already included."""
        return sum(table.kept for file in self.files for table in file.tables)

    @property
    def exit_code(self) -> int:
        """Exit code of the command: 1 where a file was refused or no row was kept."""
        return 1 if self.refused or not self.kept else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report for `--json`."""
        return {
            "files": [
                {
                    "path": str(file.path), "status": file.status, "format": file.format, "reason": file.reason,
                    "tables": [vars(table) for table in file.tables], "notes": list(file.notes),
                }
                for file in self.files
            ],
            "refused": len(self.refused),
            "kept": self.kept,
        }  # fmt: skip
