"""The first schema, with the triggers that keep the record append-only."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE: Final = (
    "CREATE TRIGGER record_no_update BEFORE UPDATE ON record "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only: no update'); END",
    "CREATE TRIGGER record_no_delete BEFORE DELETE ON record "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only: no delete'); END",
    # INSERT OR REPLACE would delete without asking the trigger above
    "CREATE TRIGGER record_in_order BEFORE INSERT ON record "
    "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM record) "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only: rows come in order'); END",
)

_POSTGRESQL: Final = (
    "CREATE FUNCTION record_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the record is append-only: no %', lower(TG_OP); END $$",
    "CREATE FUNCTION record_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM record) THEN "
    "RAISE EXCEPTION 'the record is append-only: rows come in order'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER record_no_change BEFORE UPDATE OR DELETE ON record "
    "FOR EACH ROW EXECUTE FUNCTION record_append_only()",
    "CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON record "
    "FOR EACH STATEMENT EXECUTE FUNCTION record_append_only()",
    "CREATE TRIGGER record_in_order BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION record_in_order()",
)


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "record",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("at", "actor", "role", "kind", "election_id", "seat_id", "version", "body", "previous")
        ),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
    )
    op.create_index("record_by_seat", "record", ["election_id", "seat_id", "seq"])
    op.create_table(
        "users",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("districts", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, sa.ForeignKey("users.name"), nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
    )
    op.create_index("sessions_by_name", "sessions", ["name"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )
    op.create_index("sign_ins_by_time", "sign_ins", ["at"])
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
    )
    op.create_index("visits_by_time", "visits", ["at"])
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
