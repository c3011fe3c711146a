"""A copied workspace reads and writes its own models, never the original's."""

from __future__ import annotations

import shutil
from pathlib import Path

from khaka.data.workspace import init_workspace, open_workspace
from khaka.training.store_home import home
from khaka.training.tracking import Tracker


def test_a_copy_writes_into_its_own_folder_while_the_original_is_there(tmp_path: Path) -> None:
    original = init_workspace(tmp_path / "original", state="S24", party="INC")
    note = tmp_path / "note"
    note.mkdir()
    (note / "a.txt").write_text("a")
    with Tracker(original).run("first") as run:
        run.artifacts(note, "notes")
        first = run.run_id
    shutil.copytree(original.root, tmp_path / "copy")
    copy = open_workspace(tmp_path / "copy")
    with Tracker(copy).run("second") as run:
        run.artifacts(note, "notes")
        second = run.run_id
    assert list(copy.root.rglob(f"{second}/artifacts/notes/a.txt"))
    assert not list(original.root.rglob(second))
    assert home(copy.mlflow_folder / "mlflow.db") == str(copy.mlflow_folder / "artifacts")
    assert home(original.mlflow_folder / "mlflow.db") == str(original.mlflow_folder / "artifacts")
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=Tracker(copy).uri)
    assert client.list_artifacts(first, "notes")[0].path == "notes/a.txt"
    assert str(copy.root) in client.get_run(first).info.artifact_uri
