"""The manifest of a results folder: what went in and what came out, one entry a command.

No time of day and no absolute path is in it: the same inputs give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from khaka.data.durable import write_json

LIBRARIES: Final = ("lightgbm", "numpy", "pandas", "pyarrow", "scikit-learn")
"""Distributions that the figures go through."""


def versions() -> dict[str, str]:
    """Return the versions of khaka and of the libraries that the figures go through.

    Returns
    -------
    dict of str to str
        Version by name of the distribution.
    """
    found = {}
    for name in ("khaka", *LIBRARIES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def update_manifest(path: Path, command: str, entry: Mapping[str, Any]) -> Path:
    """Put one command's entry into a manifest and leave those of other commands as they are.

    Parameters
    ----------
    path : Path
        The manifest; made if missing or unreadable.
    command : str
        Such as "score" or "forecast".
    entry : mapping
        What went in and came out, without times of day and absolute paths.

    Returns
    -------
    Path
        The manifest.
    """
    content: dict[str, Any] = {}
    if path.is_file():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            found = None
        content = found if isinstance(found, dict) else {}
    write_json(path, {**content, command: dict(entry)})
    return path
