"""A sign-in for a demo: one user of the state committee, one administrator, with passwords made on the spot."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from khaka.app.review.store.database import open_database
from khaka.app.review.store.record import Who
from khaka.app.review.store.users import add_user

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace


def add_sign_in(workspace: Workspace) -> str:
    """Add the users of a demo and return their names with passwords, as a person reads them.

    Parameters
    ----------
    workspace : Workspace
        Of a made-up state: nobody is known there yet.

    Returns
    -------
    str
        `committee / <password>, demo admin / <password>`.
    """
    database = open_database(workspace)
    made = []
    for name, role in (("committee", "state"), ("demo admin", "admin")):
        password = secrets.token_urlsafe(9)
        add_user(database, name, role, password, who=Who("demo", "admin"))
        made.append(f"{name} / {password}")
    database.close()
    return ", ".join(made)
