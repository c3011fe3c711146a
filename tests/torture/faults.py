"""The library that disturbs a batch (`faults.c`), from inside the process that has it preloaded."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

HOW = {"killed before": "k", "killed half way": "h", "disk full": "f"}
COUNT = "n"


def built(folder: Path) -> Path | None:
    """Compile the library; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return library


class Faults:
    """The preloaded library, from inside the process."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(library)
        self._library.khaka_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int]
        self._library.khaka_kinds.restype = ctypes.c_char_p
        self.how = COUNT

    def arm(self, folder: Path, at: int = 0, how: str = COUNT) -> None:
        """Begin to count the calls below a folder; disturb one of them, 0 none."""
        self.how = how
        self._library.khaka_arm(str(folder).encode(), at, ord(how))

    def kinds(self) -> str:
        """Return what each call so far was: `d` makes something durable (sync, rename, removal), `w` writes."""
        return str(self._library.khaka_kinds().decode())
