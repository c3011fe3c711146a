"""`khaka features --engine`: where Spark is, is a setting; without it the way out is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaka.app.cli import main
from khaka.app.features_job import _spark
from khaka.data.workspace import init_workspace, open_workspace

ARGUMENTS = ["features", "--election", "S24-2027-AE", "--as-of", "2027-01-10", "--engine"]


def test_spark_without_an_address_says_where_to_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init_workspace(tmp_path, state="S24", party="INC")
    assert main([*ARGUMENTS, "spark", "--workspace", str(tmp_path)]) == 1
    assert '[engine] spark = "local[2]"' in capsys.readouterr().err


def test_another_engine_is_wrong_usage(tmp_path: Path) -> None:
    init_workspace(tmp_path, state="S24", party="INC")
    assert main([*ARGUMENTS, "dask", "--workspace", str(tmp_path)]) == 2


def test_workers_see_the_tables_where_the_settings_say(tmp_path: Path) -> None:
    init_workspace(tmp_path, state="S24", party="INC")
    path = tmp_path / "khaka.toml"
    text = path.read_text().replace('spark = ""', 'spark = "spark://host:7077"')
    path.write_text(text.replace('spark_tables = ""', 'spark_tables = "hdfs:///khaka/tables/"'))
    workspace = open_workspace(tmp_path)
    seen = _spark(workspace)._seen(workspace.store.folder / "booths" / "S24-2017-AE.parquet")
    assert seen == "hdfs:///khaka/tables/booths/S24-2017-AE.parquet"
