"""Anchors: where the chain stood, kept outside the database, so that a cut or rewritten record shows.

The page writes them to the workspace's `anchors/`, and prints the newest on every sheet. Copies elsewhere, on paper or
another machine, are what a forger can't reach.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from khaka.app.review.store.chain import Anchor
from khaka.app.review.store.record import utc_now
from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace

_LINE: Final = re.compile(r"^\s*anchor\s+(\d{1,12})\s+([0-9a-f]{64})\b", re.MULTILINE)


def anchors_folder(workspace: Workspace) -> Path:
    """Return where a workspace keeps its anchors."""
    return workspace.root / "anchors"


def keep_anchor(workspace: Workspace, anchor: Anchor) -> Path | None:
    """Write an anchor to the workspace's `anchors/`, once; None for an empty record.

    Parameters
    ----------
    workspace : Workspace
        That is served.
    anchor : Anchor
        Of `khaka.app.review.store.record.head`.

    Returns
    -------
    Path or None
        The file: one line `anchor <count> <hash> <when>`.
    """
    if not anchor.count:
        return None
    path = anchors_folder(workspace) / f"{anchor.count:09d}-{anchor.head[:12]}.txt"
    if not path.exists():
        write_bytes(path, f"anchor {anchor} {utc_now()}\n".encode())
    return path


def parse_anchors(text: str) -> tuple[Anchor, ...]:
    """Return the anchors in a text: lines `anchor <count> <64 hexadecimal digits>`, anything around them.

    Examples
    --------
    >>> parse_anchors("printed\\nanchor 2 " + "ab" * 32)[0].count
    2
    """
    return tuple(Anchor(int(count), digest) for count, digest in _LINE.findall(text))


def read_anchors(paths: Sequence[Path]) -> tuple[Anchor, ...]:
    """Read anchors from files.

    Raises
    ------
    KhakaError
        A file can't be read or holds no anchor.
    """
    found: list[Anchor] = []
    for path in paths:
        try:
            here = parse_anchors(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise KhakaError(f"{path} can't be read as an anchor; give a file that khaka review wrote") from None
        if not here:
            raise KhakaError(f"{path} holds no line 'anchor <count> <hash>'; give a file that khaka review wrote")
        found += here
    return tuple(found)


def workspace_anchors(workspace: Workspace) -> tuple[Anchor, ...]:
    """Return all anchors that the workspace keeps."""
    return read_anchors(sorted(anchors_folder(workspace).glob("*.txt")))
