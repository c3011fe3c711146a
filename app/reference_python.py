"""The reference page of the Python interface, made from its docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

_ORDER: Final = (
    "open",
    "init",
    "OpenWorkspace",
    "Tables",
    "FeatureTable",
    "Results",
    "Backtest",
    "Ranker",
    "KhakaError",
)
_HEADS: Final = re.compile(r"^(\w+)\n-+\n", flags=re.MULTILINE)
_ITEM: Final = re.compile(r"^(\S.*)$\n((?:^(?: {4}.*)?$\n?)*)", flags=re.MULTILINE)


def interface_page() -> str:
    """Return the page: every public name of `khaka`, with parameters, units, errors and examples.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> "## `khaka.open(path='.')`" in interface_page()
    True
    """
    import khaka
    from khaka.app.interface.tables import Tables
    from khaka.features.table import FeatureTable

    lines = [
        "# Python", "",
        "`import khaka`. The same jobs as the commands, on the same workspace; [the analyst's guide](../analysts.md) "
        "walks through them. Everything is typed, and each example here is run by a test.", "",
    ]  # fmt: skip
    inner = {"Tables": Tables, "FeatureTable": FeatureTable}
    for name in _ORDER:
        thing = inner.get(name) or getattr(khaka, name)
        lines += _section("##", name if name in inner else f"khaka.{name}", thing)
        if inspect.isclass(thing) and name != "KhakaError":
            for part, member in vars(thing).items():
                if not part.startswith("_") and _documented(member):
                    lines += _section("###", f"{name}.{part}", member)
    return "\n".join(lines)


def _documented(member: Any) -> bool:
    return bool(_function(member)) or isinstance(member, (property, cached_property))


def _function(member: Any) -> Any:
    found = getattr(member, "__func__", member)
    return found if inspect.isfunction(found) else None


def _section(mark: str, name: str, thing: Any) -> Iterator[str]:
    made = thing if inspect.isclass(thing) and not issubclass(thing, Exception) else _function(thing)
    yield f"{mark} `{name}{_signature(made) if made is not None else ''}`"
    yield ""
    parts = _HEADS.split(inspect.getdoc(thing) or "")
    yield parts[0].strip()
    yield ""
    for head, text in zip(parts[1::2], parts[2::2], strict=True):
        if head == "Examples":
            said, _, code = text.partition(">>> ")
            yield from [said.strip(), ""] if said.strip() else []
            yield from ["```python", f">>> {code.strip()}", "```"]
        else:
            yield f"{head}:"
            yield ""
            yield from (f"- `{term}`: {_flat(about)}" for term, about in _ITEM.findall(text))
        yield ""


def _signature(made: Any) -> str:
    """Return the parameters, without types: the list below says them."""
    given = [one for one in inspect.signature(made).parameters.values() if one.name not in ("self", "cls")]
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in given]
    return str(inspect.Signature(bare))


def _flat(text: str) -> str:
    return " ".join(text.split())
