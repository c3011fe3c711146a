"""A feature from idea to backtest: the share model again, with a feature more or some fewer.

The answer is a paired difference over elections: the same targets, the same past, one thing changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.cutoff import KnownTables
from khaka.features.nominee_table import FEATURES as NOMINEE_FEATURES
from khaka.features.people import people
from khaka.features.registry import FAMILIES
from khaka.features.source import FrameSource
from khaka.features.table import FAMILY_MODULES
from khaka.training.corpus import PastElection


@dataclass(frozen=True)
class Change:
    """What the second model has more, and fewer.

    Parameters
    ----------
    added : tuple of str
        Features of the aspirant layer that the share model shall have too.
    removed : tuple of str
        Features of the share model, or whole families, that it shall do without.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name of the changed model, such as "with age_at_poll"."""
        parts = [f"with {', '.join(self.added)}"] if self.added else []
        return ", ".join([*parts, *([f"without {', '.join(self.removed)}"] if self.removed else [])])


def change(added: Sequence[str], removed: Sequence[str]) -> Change | None:
    """Check the names of a change.

    Parameters
    ----------
    added, removed : sequence of str
        As the user wrote them; `removed` may name families.

    Returns
    -------
    Change or None
        None where nothing changes.

    Raises
    ------
    KhakaError
        A feature or family that isn't there, or isn't where it was looked for.

    Examples
    --------
    >>> change(["age_at_poll"], []).label
    'with age_at_poll'
    """
    for name in added:
        if name in NOMINEE_FEATURES:
            raise KhakaError(f"feature {name!r} is in the share model already; --without shows what it is worth")
        if not _modules([name]):
            raise KhakaError(f"no feature {name!r} in a family of features; khaka features lists them")
    dropped: list[str] = []
    for name in removed:
        family = [feature for feature, info in NOMINEE_FEATURES.items() if info.family == name]
        if not family and name not in NOMINEE_FEATURES:
            known = sorted({info.family for info in NOMINEE_FEATURES.values()})
            where = " (it tells aspirants of a seat apart: see khaka ablation)" if name in FAMILIES else ""
            raise KhakaError(
                f"the share model has no feature or family {name!r}{where}; its families are {', '.join(known)}"
            )
        dropped.append(name)
    return Change(tuple(added), tuple(dropped)) if added or dropped else None


def changed(source: FrameSource, election: PastElection, wanted: Change) -> PastElection:
    """Return a past election with the columns that a change asks for.

    Parameters
    ----------
    source : FrameSource
        All tables; they are cut at the election's own as-of date.
    election : PastElection
        As the model sees it.
    wanted : Change
        Checked by `change`.

    Returns
    -------
    PastElection
        With other columns in `rows`, in the same order.
    """
    gone = {name for name, info in NOMINEE_FEATURES.items() if name in wanted.removed or info.family in wanted.removed}
    rows = election.rows.drop(columns=[name for name in election.rows.columns if name in gone])
    if wanted.added:
        known = KnownTables(
            source.of_state(election.election_id[:3]), as_of=election.as_of, election_id=election.election_id
        )
        units = people(known, party="", kind="nominee")
        parts = [import_module(name).features(known, units) for name in _modules(wanted.added)]
        extra = pd.concat([units[["seat_id", "unit_id"]], *parts], axis=1)[["seat_id", "unit_id", *wanted.added]]
        extra = extra.rename(columns={"unit_id": "nominee_id"}).astype(dict.fromkeys(wanted.added, "float64"))
        rows = rows.merge(extra, on=["seat_id", "nominee_id"], how="left", validate="one_to_one")
    return replace(election, rows=rows)


def _modules(names: Sequence[str]) -> list[str]:
    """Return the families' modules that make these features, in the order of the table."""
    return [module for module in FAMILY_MODULES if set(names) & set(import_module(module).FEATURES)]
