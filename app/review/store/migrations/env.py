"""Alembic's entry: runs the changes on the connection that `khaka.app.review.store.database` hands over."""

from __future__ import annotations

from alembic import context

from khaka.app.review.store.schema import METADATA

if getattr(context, "config", None) is not None:  # Alembic runs this file; an ordinary import changes nothing
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=METADATA, version_table="khaka_version"
    )
    context.run_migrations()
