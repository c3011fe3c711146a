"""The tables of a workspace as a mapping of DataFrames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from khaka.data.schema import TABLES

if TYPE_CHECKING:
    from khaka.data.store import TableStore


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a workspace by name, each read when asked for.

    Parameters
    ----------
    store : TableStore
        Where they are kept.
    """

    def __init__(self, store: TableStore) -> None:
        self._store = store

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise KeyError(f"no table {name!r}; there are {', '.join(TABLES)}")
        return self._store.read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.names())

    def __len__(self) -> int:
        return len(self._store.names())

    def __repr__(self) -> str:
        return f"Tables({', '.join(self)})"

    def describe(self) -> pd.DataFrame:
        """Return one row per column that a table may have.

        Returns
        -------
        pandas.DataFrame
            table, column, kind, key (True or False), doc; in the order of the contract.
        """
        rows = [
            {"table": table.name, "column": column.name, "kind": column.kind, "key": column.name in table.key,
             "doc": column.doc}
            for table in TABLES.values()
            for column in table.columns
        ]  # fmt: skip
        return pd.DataFrame(rows)
