"""After counting day: a scorecard, off unless the settings turn it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from khaka.app.review.access import OFFICE, Role, Rule, route
from khaka.app.review.rendering import render, results, review
from khaka.app.review.scorecard import scorecard
from khaka.app.review.telling import NotThere

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

READS: Final = Rule(OFFICE | {Role.READER})


def show(request: Request) -> Response:
    """Show model, committee and baseline against the results."""
    it, shown = review(request), results(request)
    if not it.workspace.settings.review.scorecard:
        raise NotThere("the scorecard is off; scorecard = true under [review] in khaka.toml turns it on")
    found = scorecard(it.workspace, shown, it.ledger.status_of_seats())
    names = {one.aspirant_id: one for seat in shown.candidates.values() for one in seat}
    return render(request, "after.html", card=found, names=names)


routes = [route("GET", "/after", READS, show)]
