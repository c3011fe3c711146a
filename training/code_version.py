"""Which code made a model: a hash over everything that its figures go through."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import khaka.data
import khaka.features
import khaka.training

_KINDS: Final = ("*.py", "*.sql", "*.toml", "*.csv")


@cache
def code_version() -> str:
    """Return a hash of the code and parameters of data, features and training.

    Returns
    -------
    str
        Sixteen hexadecimal digits; the same on every machine with the same files.
    """
    digest = hashlib.sha256()
    for package in (khaka.data, khaka.features, khaka.training):
        for folder in map(Path, package.__path__):
            for path in sorted({path for kind in _KINDS for path in folder.rglob(kind)}):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
