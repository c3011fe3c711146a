"""Tables of the page's database. The record is written once and never changed; triggers refuse it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

RECORD: Final = sa.Table(
    "record", METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
    sa.Column("at", sa.Text, nullable=False),  # UTC, ISO 8601
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("election_id", sa.Text, nullable=False),  # empty where it belongs to none
    sa.Column("seat_id", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),  # hash of the results that were shown
    sa.Column("body", sa.Text, nullable=False),  # canonical JSON
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Index("record_by_seat", "election_id", "seat_id", "seq"),
)  # fmt: skip

USERS: Final = sa.Table(
    "users", METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("districts", sa.Text, nullable=False),  # JSON list
    sa.Column("password", sa.Text, nullable=False),  # argon2id
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
)  # fmt: skip

SESSIONS: Final = sa.Table(
    "sessions", METADATA,
    sa.Column("key", sa.Text, primary_key=True),  # SHA-256 of the token that the browser holds
    sa.Column("name", sa.Text, sa.ForeignKey("users.name"), nullable=False),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("seen_at", sa.Float, nullable=False),
    sa.Index("sessions_by_name", "name"),
)  # fmt: skip

SIGN_INS: Final = sa.Table(
    "sign_ins", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    sa.Index("sign_ins_by_time", "at"),
)  # fmt: skip

VISITS: Final = sa.Table(
    "visits", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Index("visits_by_time", "at"),
)  # fmt: skip
