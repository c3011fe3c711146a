"""A hash of the program's own code, so that what is kept between runs never outlives the code that made it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

_SUFFIXES: Final = (".py", ".sql", ".toml", ".csv")


@cache
def code_hash(*packages: str) -> str:
    """Return the SHA-256 of all code, queries, words and tables of some packages.

    Parameters
    ----------
    *packages : str
        Import names, such as "khaka.features"; what lies in folders below counts too.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> len(code_hash("khaka.data"))
    64
    """
    digest = hashlib.sha256()
    for name in packages:
        for folder in map(Path, import_module(name).__path__):
            for path in sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES):
                digest.update(f"{name} {path.relative_to(folder)} ".encode() + path.read_bytes())
    return digest.hexdigest()
