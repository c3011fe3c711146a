"""A small committee: a made-up workspace with ranked seats, users of every role, and a browser without scripts."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from khaka.app.review.factory import SESSION_COOKIE, create_app
from khaka.app.review.security import mask
from khaka.app.review.store.database import Database, open_database
from khaka.app.review.store.record import Who
from khaka.app.review.store.users import add_user
from khaka.data.workspace import Workspace, init_workspace, open_workspace

ELECTION = "S24-2027-AE"
AS_OF = "2027-01-10"
SEATS = ("S24-2008-1", "S24-2008-2", "S24-2008-3")
PASSWORD = "a long password"
USERS = {
    "admin": ("admin", ()),
    "analyst": ("analyst", ()),
    "state": ("state", ()),
    "state2": ("state", ()),
    "observer": ("observer", ("Lucknow",)),
    "reader": ("reader", ()),
}


def write_small_workspace(root: Path) -> Workspace:
    """Three seats in two districts: 1 and 2 in Lucknow, 3 in Unnao; four aspirants in seat 1, two in the others.

    seat 1:  A1 (rank 1, tied with A2), A2 (2), A3 (3, not eligible: no rank), A4 (3)
    seat 2:  B1 (1), B2 (2)          seat 3:  C1 (1), C2 (2)
    """
    workspace = init_workspace(root, state="S24", party="NEEM")
    store = workspace.store
    places = [(1, "Malihabad", "मलिहाबाद", "Lucknow"), (2, "Bakshi", "बक्शी", "Lucknow"), (3, "Unnao", "उन्नाव", "Unnao")]
    store.write(
        "seats",
        pd.DataFrame(
            [
                {
                    "seat_id": f"S24-2008-{n}",
                    "state": "S24",
                    "seat_no": n,
                    "seat_name": name,
                    "seat_name_hi": hindi,
                    "district": district,
                    "delimitation": "2008",
                }
                for n, name, hindi, district in places
            ]
        ),
    )
    store.write(
        "elections",
        pd.DataFrame(
            [
                {
                    "election_id": ELECTION,
                    "state": "S24",
                    "kind": "AE",
                    "poll_date": pd.Timestamp("2027-03-07"),
                    "result_date": pd.Timestamp("2027-03-10"),
                },
            ]
        ),
    )
    store.write(
        "seat_elections",
        pd.DataFrame([{"election_id": ELECTION, "seat_id": seat, "reservation": "GEN"} for seat in SEATS]),
    )
    people = [
        ("A1", 1, "Asha Devi", "आशा देवी", 1, 1, "yes"), ("A2", 1, "Ram Singh", "राम सिंह", 2, 1, "yes"),
        ("A3", 1, "Ravi Lal", "", None, None, "no"), ("A4", 1, "Sita Yad", "", 3, 2, "yes"),
        ("B1", 2, "Bina Pal", "", 1, 1, "yes"), ("B2", 2, "Bina Rai", "", 2, 2, "yes"),
        ("C1", 3, "Chand Mal", "", 1, 1, "yes"), ("C2", 3, "Charu Das", "", 2, 2, "awaited"),
    ]  # fmt: skip
    store.write(
        "aspirants",
        pd.DataFrame(
            [
                {
                    "election_id": ELECTION,
                    "seat_id": f"S24-2008-{seat}",
                    "aspirant_id": one,
                    "name": name,
                    "name_hi": hindi,
                }
                for one, seat, name, hindi, *_ in people
            ]
        ),
    )
    folder = workspace.results(ELECTION, AS_OF)
    folder.mkdir(parents=True)
    scores = pd.DataFrame([
        {"election_id": ELECTION, "seat_id": f"S24-2008-{seat}", "aspirant_id": one, "rank": rank, "tie_group": tie,
         "eligible": eligible, "expected_margin": -3.0 * (rank or 4), "margin_low": -12.0 * (rank or 4),
         "margin_high": 6.0, "margin_low_given_swing": -9.0, "margin_high_given_swing": 3.0, "win_probability": 0.3,
         "probability_best": 0.5, "ineligible_reason": None, "support": "in", "verified_share": 1.0,
         "model_version": "m/1", "data_hash": "0" * 64, "as_of": AS_OF}
        for one, seat, _, _, rank, tie, eligible in people
    ])  # fmt: skip
    scores.to_parquet(folder / "scores.parquet")
    return workspace


@dataclass
class Browser:
    """A browser without scripts: keeps cookies, fills the hidden fields of the page's forms, follows nothing."""

    app: FastAPI
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def talk() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://khaka.test") as client:
                for name, value in self.cookies.items():
                    client.cookies.set(name, value, domain="khaka.test", path="/")
                response = await client.request(method, path, **options)
                self.cookies = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
                return response

        return asyncio.run(talk())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def token(self) -> str:
        """Return a form's token: of the session, else of the sign-in page."""
        it = self.app.state.review
        visitor = it.sessions.find(self.cookies.get(SESSION_COOKIE))
        if visitor is not None:
            return mask(visitor.csrf)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/sign-in").text)
        assert found, "the sign-in page has no form"
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        return self.send("POST", path, data={"csrf": self.token(), **(data or {})}, **options)

    def sign_in(self, name: str, password: str = PASSWORD, **options: Any) -> httpx.Response:
        return self.post("/sign-in", {"name": name, "password": password, "next": "/"}, **options)


@pytest.fixture(scope="session")
def small_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, with users of every role in an SQLite record; copied for each test that writes."""
    root = tmp_path_factory.mktemp("committee") / "ws"
    add_users(open_database(write_small_workspace(root)))
    return root


def add_users(database: Database) -> None:
    for name, (role, districts) in USERS.items():
        add_user(database, name, role, PASSWORD, districts=districts, who=Who("test", "admin"))
    database.close()


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(small_workspace, tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


@dataclass
class Clock:
    """Time that a test moves on."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(workspace: Workspace, clock: Clock) -> Iterator[FastAPI]:
    made = create_app(workspace, clock=clock)
    yield made
    made.state.review.database.close()


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def signed_in(app: FastAPI) -> Callable[[str], Browser]:
    """Gives a browser with an open session of a user, without the slow password."""
    return lambda name: Browser(app, {SESSION_COOKIE: app.state.review.sessions.open(name)})


@dataclass(frozen=True)
class Postgres:
    """A private server that listens on a socket in its own folder."""

    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Start PostgreSQL in a temporary folder; skipped where Debian's postgresql is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("no PostgreSQL server in /usr/lib/postgresql; apt-get install postgresql runs these tests")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="khaka-pg-"))
    data, before = folder / "data", []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        before = ["runuser", "-u", "postgres", "--"]
    try:
        run = functools.partial(subprocess.run, check=True, capture_output=True, cwd=folder, timeout=400)
        run([*before, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"])
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        run([*before, programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "-t", "300", "start"])
        yield Postgres(folder)
        run([*before, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'record.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    name = f"k{uuid.uuid4().hex}"
    engine = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.url(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()
