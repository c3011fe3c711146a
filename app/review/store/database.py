"""The page's database: SQLite in the workspace, or PostgreSQL by URL; one writer at a time in both.

A write holds the database from its first statement (`BEGIN IMMEDIATE`, an advisory lock), so what it has checked is
still true when it appends. SQLite runs with a write-ahead log and `synchronous=FULL`: what was acknowledged is on disk.

SQLite's own wait for another writer sleeps for longer and longer, so whoever waits longest is served last. Writers
therefore queue at a lock file first, in which the kernel wakes them. Moving the log into the database (a checkpoint)
is the upkeep's work, so that no decision waits for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace

_LOCK: Final = 0x6B68616B61  # "khaka": the advisory lock of every writer
_READS: Final = {"khaka_write": ""}
_WRITES: Final = {"khaka_write": "FULL"}
_LOOSE: Final = {"khaka_write": "NORMAL"}
_PAGES_BEFORE_OWN: Final = 20_000  # of the log; then the next writer moves it, should nobody else have done so
_LONG_LOG: Final = 64_000_000  # bytes; a log that long is begun anew while the writers wait


class Database:
    """An opened database whose schema is the newest.

    Parameters
    ----------
    url : str
        SQLAlchemy's URL, `sqlite:///...` or `postgresql+psycopg://...`.

    Raises
    ------
    KhakaError
        Another kind of database, or it can't be reached.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            raise KhakaError(
                f"setting 'review.database': {self.url.get_backend_name()!r} is no database for the record; leave it "
                "empty for SQLite, or give postgresql+psycopg://user@host/name"
            )
        own = self.is_sqlite and self.url.database and self.url.database != ":memory:"
        self._queue = Path(f"{self.url.database}.lock") if own else None
        try:
            self.engine = self._engine()
        except ModuleNotFoundError as error:
            raise KhakaError(
                f"setting 'review.database' needs the package {error.name}, which is not here; pip install "
                "'khaka[postgresql]'"
            ) from None
        self._migrate()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection to read with; each statement sees one state of the database."""
        with self.engine.connect() as plain:
            yield plain.execution_options(**_READS)

    @contextlib.contextmanager
    def write(self, *, loose: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection that is the only writer until it is done; an error takes everything back.

        Parameters
        ----------
        loose : bool
            True for what may be lost when the machine loses power, such as who looked at which page: SQLite then
            doesn't wait for the disk. What is written otherwise is on disk when the block ends.

        Yields
        ------
        Connection
            In a transaction.
        """
        with self._turn(), self.engine.connect() as plain:
            connection = plain.execution_options(**(_LOOSE if loose else _WRITES))
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                yield connection

    def tidy(self) -> None:
        """Move SQLite's log into the database, beside the writers; nothing to do elsewhere."""
        if not self.is_sqlite or not self.url.database:
            return
        log = Path(f"{self.url.database}-wal")
        if not log.exists() or not log.stat().st_size:
            return
        long = log.stat().st_size > _LONG_LOG
        with contextlib.ExitStack() as held:
            if long:
                held.enter_context(self._turn())
            # taken from the pool without a transaction: inside one there is no checkpoint
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA wal_checkpoint({'RESTART' if long else 'PASSIVE'})")
                cursor.close()
            finally:
                connection.close()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this writer's turn among all threads and processes; let go of when the block or the process ends."""
        if self._queue is None:
            yield
            return
        descriptor = os.open(self._queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _engine(self) -> sa.Engine:
        if not self.is_sqlite:
            return sa.create_engine(self.url, pool_size=10, max_overflow=20, pool_pre_ping=True)
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self.url, pool_size=10, max_overflow=40)

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # transactions are begun below, not by the driver
            cursor = connection.cursor()
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                           f"wal_autocheckpoint={_PAGES_BEFORE_OWN}"):  # fmt: skip
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get("khaka_write")
            if not writes:
                if writes is None:
                    connection.exec_driver_sql("BEGIN")
                return  # a single statement needs no transaction, and two steps less
            connection.exec_driver_sql(f"PRAGMA synchronous={writes}")  # said each time: the pool hands connections on
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def _migrate(self) -> None:
        """Bring the schema up to date; several processes may start at once."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        try:
            with self._first(), self.write() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            shown = self.url.render_as_string(hide_password=True)
            raise KhakaError(f"the record's database {shown} can't be used: {reason}") from None

    @contextlib.contextmanager
    def _first(self) -> Iterator[None]:
        if not self.is_sqlite or not self.url.database:
            yield
            return
        with Path(self.url.database).with_suffix(".lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def open_database(workspace: Workspace) -> Database:
    """Open the database of a workspace, by its settings; it is made where it is not there."""
    return Database(_url(workspace))


def has_record(workspace: Workspace) -> bool:
    """Return whether a workspace has a record, without making one.

    Raises
    ------
    KhakaError
        The database can't be reached.
    """
    url = sa.make_url(_url(workspace))
    if url.get_backend_name() == "sqlite":
        return bool(url.database) and Path(str(url.database)).is_file()
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).has_table("record")
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        shown = url.render_as_string(hide_password=True)
        raise KhakaError(f"the record's database {shown} can't be used: {reason}") from None
    finally:
        engine.dispose()


def _url(workspace: Workspace) -> str:
    return workspace.settings.review.database or f"sqlite:///{workspace.root / 'review' / 'record.db'}"
