"""The version of a set of results: what a decision is bound to, and what page and dossier print."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from khaka.data.durable import sha256

SHOWN: Final = ("scores.parquet", "explanations.parquet", "panel.parquet", "slate.parquet")
"""Files of a folder of results that page and dossier show."""

PRINTED: Final = 12
"""Digits of a version that are printed."""


def version_of(folder: Path) -> str:
    """Return the version of the results in a folder.

    Parameters
    ----------
    folder : Path
        With those of `SHOWN` that were made.

    Returns
    -------
    str
        SHA-256 over the names and SHA-256 sums of these files, 64 hexadecimal digits: other model, data, date, names
        or slate, another version.
    """
    present = [f"{name} {sha256(folder / name)}" for name in SHOWN if (folder / name).exists()]
    return hashlib.sha256("\n".join(present).encode()).hexdigest()
