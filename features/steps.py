"""Long queries in steps: DuckDB makes their MATERIALIZED parts one after the other, as tables.

In one query every such part stays in memory, with all its columns, until the whole is done. As a table it is dropped
after its last reader, and a reader takes its own columns from it. A long query's text stands between `BEGIN` and `END`,
in any place of another query; elsewhere (Spark) they are comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BEGIN: Final = "/* steps: begin */"
END: Final = "/* steps: end */"

_PREFIX: Final = "step_"
_PART: Final = re.compile(r"^(?:WITH |\), )(\w+) AS (MATERIALIZED )?\($", re.MULTILINE)
_LAST: Final = "\n)\nSELECT"


@dataclass(frozen=True)
class Step:
    """One table of a long query.

    Parameters
    ----------
    name : str
        Of the table.
    query : str
        What makes it.
    done : tuple of str
        Tables that nothing reads after this step.
    """

    name: str
    query: str
    done: tuple[str, ...]


def in_tables(query: str) -> tuple[list[Step], str]:
    """Cut a query that holds a long one.

    Parameters
    ----------
    query : str
        DuckDB SQL. Each part of the long query begins on a line of its own, as `name AS (` or `name AS MATERIALIZED (`,
        and so does its last SELECT.

    Returns
    -------
    steps : list of Step
        To be made in this order; empty where there is no long query in it.
    rest : str
        What is to be run on them.

    Raises
    ------
    ValueError
        The long query is not written like this.

    Examples
    --------
    >>> text = "WITH a AS MATERIALIZED (\\nSELECT 1 AS x\\n), b AS (\\nSELECT x + 1 AS x FROM a\\n)\\nSELECT x FROM b"
    >>> steps, rest = in_tables(f"SELECT max(x) FROM ({BEGIN}{text}{END}) l")
    >>> steps
    [Step(name='step_a', query='SELECT 1 AS x', done=())]
    >>> print(rest)
    SELECT max(x) FROM (WITH b AS (
    SELECT x + 1 AS x FROM step_a
    ) SELECT x FROM b
    ) l
    """
    before, begin, rest = query.partition(BEGIN)
    if not begin:
        return [], query
    text, end, after = rest.partition(END)
    heads = list(_PART.finditer(text))
    cut = text.find(_LAST, heads[-1].end() if heads else 0)
    if not end or not heads or cut < 0:
        raise ValueError("a long query is written as WITH parts, each on a line of its own, and a last SELECT")
    ends = [head.start() for head in heads[1:]] + [cut]
    bodies = {head[1]: text[head.end() : stop].strip() for head, stop in zip(heads, ends, strict=True)}
    bodies[""] = text[cut + len("\n)\n") :].strip()
    tables = [head[1] for head in heads if head[2]]
    read = {name: _readers(body, bodies) for name, body in bodies.items()}
    wanted = {name: _with_parts(name, bodies, read, tables) for name in (*tables, "")}
    steps: list[Step] = []
    for place, name in enumerate(tables):
        later = set().union(*(wanted[other][1] for other in (*tables[place + 1 :], "")))
        gone = {table for step in steps for table in step.done}
        done = [table for table in tables[: place + 1] if table not in later and _PREFIX + table not in gone]
        steps.append(Step(_PREFIX + name, wanted[name][0], tuple(_PREFIX + table for table in done)))
    return steps, f"{before}{wanted[''][0]}\n{after}"


def _readers(body: str, names: dict[str, str]) -> list[str]:
    """Return which parts a part reads, in their order."""
    found = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", body))
    return [name for name in names if name in found]


def _with_parts(
    name: str, bodies: dict[str, str], read: dict[str, list[str]], tables: list[str]
) -> tuple[str, set[str]]:
    """Return a part's query with the parts that it needs and are no tables, and the tables which these read."""
    needed: set[str] = set()
    open_parts = [name]
    while open_parts:
        for other in read[open_parts.pop()]:
            if other not in tables and other not in needed:
                needed.add(other)
                open_parts.append(other)
    parts = [f"{other} AS (\n{bodies[other]}\n)" for other in bodies if other in needed]
    text = (f"WITH {', '.join(parts)} " if parts else "") + bodies[name]
    used = {table for part in (name, *needed) for table in read[part] if table in tables}
    # under names of their own: a table's name must not hide one of the query around it
    return re.sub(rf"\b(FROM|JOIN)(\s+)({'|'.join(tables)})\b", rf"\1\2{_PREFIX}\3", text), used
