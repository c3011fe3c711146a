"""Styles, script and font: served under an address that changes with their content, so that browsers keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from khaka.data.errors import KhakaError

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str


class Assets:
    """All files of some folders, read once.

    Parameters
    ----------
    folders : sequence of Path
        A later one wins where two hold the same name; those that don't exist are left out.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._files: dict[str, Asset] = {}
        for folder in folders:
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path.suffix in TYPES:
                    self._files[path.name] = Asset(path.read_bytes(), TYPES[path.suffix])
        digest = hashlib.sha256()
        for name in sorted(self._files):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self._files[name].content).digest())
        self.digest = digest.hexdigest()[:12]
        """One hash over all files: a style sheet names its font relatively, and both change together."""

    def url(self, name: str) -> str:
        """Return the address of a file; templates call it as `static("khaka.css")`."""
        if name not in self._files:
            raise KhakaError(f"no static file {name!r}; there are {', '.join(sorted(self._files)) or 'none'}")
        return f"/static/{self.digest}/{name}"

    def get(self, digest: str, name: str) -> Asset | None:
        """Return a file by its address, None where there is none or it is another by now."""
        return self._files.get(name) if digest == self.digest else None
