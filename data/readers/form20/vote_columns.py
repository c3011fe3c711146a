"""Which columns of a block hold the votes of candidates."""

from __future__ import annotations

from collections import Counter

from khaka.data.readers.form20.blocks import Block
from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    ColumnHead,
    looks_like_body,
    name_of,
    serial_of,
)
from khaka.data.readers.form20.script import (
    count_of,
    is_ditto,
    readable,
)
from khaka.data.readers.form20.table import VoteColumn


def vote_columns(grid: Grid, block: Block) -> list[tuple[int, VoteColumn]]:
    """Return the columns of votes with their place, from left to right."""
    heads = block.heads
    body = [row for row in block.rows if looks_like_body(grid.cells[row])] or block.rows
    sure = {column for column, head in enumerate(heads) if head.role in ("candidate", "nota")}
    groups = {heads[column].group for column in sure if heads[column].group and _votes_leaf(heads[column])}
    chosen: list[int] = []
    for column, head in enumerate(heads):
        numeric = sum(count_of(grid.cells[row][column]) is not None for row in body)
        if column in sure:
            if (
                head.role == "nota"
                and not numeric
                and any(other != column and heads[other].role == "nota" for other in sure)
            ):
                continue  # the party or serial column beside NOTA's votes
            chosen.append(column)
        elif (
            head.role is None and head.texts and head.group not in groups and numeric and _of_counts(grid, body, column)
        ):
            chosen.append(column)
    chosen = _one_a_group(grid, heads, body, chosen)
    return [(column, _vote_column(grid, heads, body, column)) for column in chosen]


def _of_counts(grid: Grid, body: list[int], column: int) -> bool:
    """Tell whether a column holds counts, be they few, and no words."""
    filled = [cell for row in body if (cell := grid.cells[row][column])]
    words = [cell for cell in filled if count_of(cell) is None and not is_ditto(cell)]
    return 2 * len(words) <= len(filled) or max(map(len, words)) <= 3


def _votes_leaf(head: ColumnHead) -> bool:
    return head.role in ("candidate", "nota")


def _one_a_group(grid: Grid, heads: list[ColumnHead], body: list[int], chosen: list[int]) -> list[int]:
    """Of neighbouring columns under one name (serial, party, votes) keep the one that holds the votes."""
    out: list[int] = []
    runs: list[list[int]] = []
    for column in chosen:
        name = heads[column].texts[:1] or (heads[column].group,)
        if (
            runs
            and runs[-1][-1] >= column - 2
            and (heads[runs[-1][-1]].texts[:1] or (heads[runs[-1][-1]].group,)) == name
        ):
            runs[-1].append(column)
        else:
            runs.append([column])
    for run in runs:
        if len(run) > 1 and not (heads[run[0]].role == "nota" and not heads[run[0]].texts and not heads[run[0]].group):
            own = [column for column in run if heads[column].role == "candidate"]
            pool = own if own else run
            spread = {
                column: len({grid.cells[row][column] for row in body if grid.cells[row][column]}) for column in pool
            }
            best = max(pool, key=lambda column: (spread[column] > 1, column))
            out.append(best)
        else:
            out.extend(run)
    return out


def _vote_column(grid: Grid, heads: list[ColumnHead], body: list[int], column: int) -> VoteColumn:
    head = heads[column]
    texts = list(head.texts)
    group = [
        other for other in range(max(0, column - 3), min(len(heads), column + 3))
        if other != column and texts and heads[other].texts[:1] == head.texts[:1]
    ]  # fmt: skip
    printed: Counter[str] = Counter()
    for other in group:
        for row in body:
            cell = grid.cells[row][other]
            if cell and count_of(cell) is None and not is_ditto(cell):
                printed[readable(cell)] += 1
    parties = [text for other in group for text in heads[other].texts[1:] if text not in texts]
    common, times = printed.most_common(1)[0] if printed else ("", 0)
    party = common if times >= 3 or not parties else parties[0]  # a heading may be broken where the rows are not
    nota = head.role == "nota"
    label = name_of(texts[0]) if texts else ("NOTA" if nota else "")
    if party and party.casefold() == label.casefold():
        party = parties[0] if parties else ""
    return VoteColumn("NOTA" if nota else label, party, tuple(texts), nota, serial_of(texts))
