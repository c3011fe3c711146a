"""A model's folder: sealed with the hashes of its files, checked before anything of it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from khaka.data.durable import sha256, write_json
from khaka.data.errors import KhakaError

HASHES: Final = "hashes.json"
META: Final = "meta.json"


def seal(bundle: Path, meta: Mapping[str, object]) -> None:
    """Write `meta.json` and the hashes of all files of a model's folder."""
    write_json(bundle / META, dict(meta))
    files = sorted(path for path in bundle.iterdir() if path.name != HASHES)
    write_json(bundle / HASHES, {path.name: sha256(path) for path in files})


def tree_hash(bundle: Path) -> str:
    """Return one hash over all files of a sealed model: the hash of its list of hashes."""
    return sha256(bundle / HASHES)


def verify(bundle: Path) -> dict[str, Any]:
    """Check a model's folder against its hashes and return its meta data.

    Raises
    ------
    KhakaError
        A file is missing, changed or not listed.
    """
    try:
        listed: dict[str, str] = json.loads((bundle / HASHES).read_text(encoding="utf-8"))
        present = {path.name: path for path in bundle.iterdir() if path.name != HASHES}
        wrong = sorted(set(listed) ^ set(present)) or [
            name for name, path in sorted(present.items()) if sha256(path) != listed[name]
        ]
        if wrong:
            raise KhakaError(f"the model in {bundle} was changed or damaged ({wrong[0]}); train it again: khaka train")
        meta: dict[str, Any] = json.loads((bundle / META).read_text(encoding="utf-8"))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise KhakaError(f"the model in {bundle} is damaged ({error}); train it again: khaka train") from None
    return meta
