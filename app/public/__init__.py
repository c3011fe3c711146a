"""khaka (खाका, the blueprint of a seat): candidate selection with open eyes.

`khaka.open` opens a workspace; `khaka.Backtest` and `khaka.Ranker` read as scikit-learn does. Nothing heavy is imported
before one of them is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from khaka.app.interface.backtest import Backtest
    from khaka.app.interface.ranker import Ranker
    from khaka.app.interface.results import Results
    from khaka.app.interface.workspace import OpenWorkspace, init, open  # noqa: A004 - reads as khaka.open(...)
    from khaka.data.errors import KhakaError

__version__ = "0.1.0"
__all__ = ["Backtest", "KhakaError", "OpenWorkspace", "Ranker", "Results", "__version__", "init", "open"]

_WHERE: Final = {
    "Backtest": "khaka.app.interface.backtest",
    "KhakaError": "khaka.data.errors",
    "OpenWorkspace": "khaka.app.interface.workspace",
    "Ranker": "khaka.app.interface.ranker",
    "Results": "khaka.app.interface.results",
    "init": "khaka.app.interface.workspace",
    "open": "khaka.app.interface.workspace",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"khaka has no {name!r}; it has {', '.join(sorted(_WHERE))}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
