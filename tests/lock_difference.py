"""Print the pins of one lock file that another lacks: `python lock_difference.py FULL BASE`."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def pins(path: Path) -> dict[str, str]:
    """Each package's lines (pin and hashes), by name."""
    blocks: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if match := re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)==", line):
            name = match.group(1).lower()
            blocks[name] = ""
        if name and line.strip() and not line.startswith("#"):
            blocks[name] += line
    return blocks


if __name__ == "__main__":
    full, base = (pins(Path(argument)) for argument in sys.argv[1:3])
    sys.stdout.write("".join(full[name] for name in sorted(full) if name not in base))
