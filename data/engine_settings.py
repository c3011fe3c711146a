"""Where the SQL on long tables runs: `[engine]` of `khaka.toml`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field


class EngineSettings(BaseModel):
    """How much of the machine DuckDB may take, and where Spark is. Every value has its reason in `TEMPLATE`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(MiB|GiB|MB|GB)$")] = "1GiB"
    """What DuckDB may hold in memory before it spills into the workspace's `cache/spill`."""
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    """Of DuckDB."""
    spark: str = ""
    """Where `khaka features --engine spark` runs: local[2], spark://host:7077 or sc://host:15002."""
    spark_tables: str = ""
    """The workspace's folder `tables` as Spark's workers see it; empty: under the same path."""


TEMPLATE: Final = """
[engine]
memory_limit = "1GiB"  # what DuckDB holds in memory; what does not fit is spilled into cache/spill of the workspace
threads = 2            # of DuckDB
spark = ""             # for khaka features --engine spark: "local[2]", "spark://host:7077" or "sc://host:15002"
spark_tables = ""      # the folder `tables` as Spark's workers see it, such as "hdfs:///khaka/tables"
"""
"""The section of a new `khaka.toml`, each value with its reason."""
