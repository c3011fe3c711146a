"""The blueprint of a seat: everything that dossier and page show, assembled once from tables and results.

    from khaka.scoring.blueprint import load_state

    state = load_state(workspace, "S24-2027-AE")            # or as_of=datetime.date(2027, 1, 10)
    state.seats                                             # one SeatHead a seat, by number
    state.quotas                                            # first names and slate by group
    state.version                                           # hash of model_version, data_hash and as_of
    seat = state.seat("S24-2008-163")                       # SeatBlueprint, a few milliseconds, then kept
    seat.head, seat.history, seat.booths, seat.communities, seat.aspirants, seat.panel, seat.contrasts
    seat.ratings, seat.stages, seat.unknown, seat.slate_choice
    seat.aspirants[0].chance.words.say("hi")                # every text is there in both languages
    state.contrast("S24-2008-163", a, b)                    # adds up: parts and rest are the difference

Nothing here imports mlflow, shap, lightgbm or geopandas. The records are described in `model.py` (the seat) and
`names.py` (aspirants, ratings, panel).
"""

from __future__ import annotations

from khaka.scoring.blueprint.model import (
    BOOTH_COLUMNS,
    Community,
    PartyShare,
    PastElection,
    Quota,
    SeatBlueprint,
    SeatHead,
)
from khaka.scoring.blueprint.names import Aspirant, Contrast, Fact, PanelPlace, Part, Rating, Reason, StageName
from khaka.scoring.blueprint.state import StateBlueprint, latest_results, load_state
from khaka.scoring.blueprint.words import Chance, Words

__all__ = [
    "BOOTH_COLUMNS",
    "Aspirant",
    "Chance",
    "Community",
    "Contrast",
    "Fact",
    "PanelPlace",
    "Part",
    "PartyShare",
    "PastElection",
    "Quota",
    "Rating",
    "Reason",
    "SeatBlueprint",
    "SeatHead",
    "StageName",
    "StateBlueprint",
    "Words",
    "latest_results",
    "load_state",
]
