"""`khaka audit verify`: is the record whole?"""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("verify", epilog=examples("khaka audit verify", "khaka audit verify --anchor /media/usb/anchor.txt"))
@click.option(
    "--anchor", "anchors", multiple=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="An anchor kept elsewhere, a file with a line 'anchor COUNT HASH'; repeatable. The workspace's own count too.",
)  # fmt: skip
@common_options
def command(common: Common, anchors: tuple[Path, ...]) -> int:
    """Check the decision log: every entry against its hash, the one before, and the anchors.

    An anchor says where the chain once stood. Those in the workspace's anchors/ are always used; one that was kept
    elsewhere, or typed in from a printed page, also shows a record that was cut off or written anew.
    """
    from khaka.app.review.store.anchors import anchors_folder, keep_anchor, read_anchors, workspace_anchors
    from khaka.app.review.store.database import has_record, open_database
    from khaka.app.review.store.record import check_record

    workspace = common.open()
    known = (*workspace_anchors(workspace), *read_anchors(anchors))
    if not has_record(workspace):
        gone = f"there is no record in {workspace.root}"
        if known:
            gone += f", though an anchor says that it had {max(anchor.count for anchor in known):,} entries"
        common.result(
            {"whole": False, "entries": 0, "head": None, "anchors": len(known), "faults": [gone]},
            f"{gone[0].upper()}{gone[1:]}: "
            + (
                "restore it from a backup."
                if known
                else "it begins with the first account or the first act on the page of khaka review."
            ),
        )
        return 1
    verdict = check_record(open_database(workspace), known)
    data = {
        "whole": verdict.whole, "entries": verdict.count, "head": verdict.head, "anchors": verdict.anchors,
        "faults": list(verdict.faults),
    }  # fmt: skip
    if verdict.whole:
        from khaka.app.review.store.chain import Anchor

        keep_anchor(workspace, Anchor(verdict.count, verdict.head))
        anchored = f"{verdict.anchors} anchors fit" if verdict.anchors else "no anchor was there to hold it against"
        common.result(
            data,
            f"The record is whole: {verdict.count:,} entries, {anchored}.\n"
            f"anchor {verdict.count} {verdict.head}\n"
            f"Keep this line elsewhere; the newest also lies in {anchors_folder(workspace)}.",
        )
        return 0
    common.result(data, "The record was touched:\n" + "\n".join(f"  {fault}" for fault in verdict.faults))
    return 1
