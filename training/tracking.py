"""The record of runs and models in MLflow, whose store no other file opens.

The store is SQLite in the workspace. Two first starts at once, or a kill during the first, would leave it broken for
good, so it is made under a file lock in a temporary file that is renamed. Telemetry is off, pickles are refused, and a
model's files are checked against our own hashes before anything of them is read.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.training.bundle import verify
from khaka.training.mlflow_run import Run
from khaka.training.store_home import home, move_home

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT: Final = "khaka"
MODEL: Final = "khaka-margin"
_ABOUT: Final = (
    "Expected margin of a party's aspirants in a seat, in points of valid votes. It advises, it never decides; nothing "
    "in it is causal. @champion is what the gate let through, @challenger the newest."
)
_QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}


@dataclass(frozen=True)
class ModelRef:
    """A registered model that was found and whose files are whole.

    Parameters
    ----------
    version : str
        `khaka-margin/<version>`: what results carry as model_version.
    run_id : str
        MLflow run that made it.
    alias : str
        The alias or run by which it was found.
    bundle : Path
        Folder with its files.
    meta : mapping
        What its `meta.json` says, such as as_of and data_hash.
    """

    version: str
    run_id: str
    alias: str
    bundle: Path
    meta: Mapping[str, Any]


class Tracker:
    """MLflow's store in a workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose `mlflow` folder is used. The store is made at first use.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.mlflow_folder.resolve()

    @property
    def uri(self) -> str:
        """The address for `mlflow ui --backend-store-uri`."""
        return f"sqlite:///{self._folder / 'mlflow.db'}"

    @contextlib.contextmanager
    def run(self, name: str, *, tags: Mapping[str, str] | None = None, parent: str | None = None) -> Iterator[Run]:
        """Open a run; it ends FINISHED, or FAILED when an error leaves the block.

        Parameters
        ----------
        name : str
            As MLflow's page shows it.
        tags : mapping of str to str, optional
            Tags of the run.
        parent : str, optional
            Run id of the parent, for nested runs.

        Yields
        ------
        Run
            To log to.
        """
        client = self._client()
        experiment = client.get_experiment_by_name(EXPERIMENT)
        marks = {**(tags or {}), **({"mlflow.parentRunId": parent} if parent else {})}
        if experiment is None:
            raise KhakaError(f"MLflow's store in {self._folder} lacks the experiment {EXPERIMENT!r}; restore it")
        run_id = client.create_run(experiment.experiment_id, run_name=name, tags=marks).info.run_id
        try:
            yield Run(client, run_id)
        except BaseException:
            client.set_terminated(run_id, "FAILED")
            raise
        client.set_terminated(run_id, "FINISHED")

    def register(
        self,
        run: Run,
        bundle: Path,
        example: pd.DataFrame,
        *,
        alias: str = "challenger",
        tags: Mapping[str, str] | None = None,
        about: str = "",
    ) -> ModelRef:
        """Log a model's folder as an MLflow model, register it and give it an alias.

        Parameters
        ----------
        run : Run
            The open run that made it.
        bundle : Path
            Folder with its files; `seal` has been called on it.
        example : DataFrame
            A few rows of its input.
        alias : str
            "challenger" or "champion".
        tags : mapping of str to str, optional
            Of the new version.
        about : str
            What the version is, in a sentence.

        Returns
        -------
        ModelRef
            The new version.
        """
        client = self._client()
        mlflow = _mlflow()
        signature = mlflow.models.ModelSignature(
            inputs=mlflow.types.Schema([mlflow.types.ColSpec("double", str(name)) for name in example.columns]),
            outputs=mlflow.types.Schema([mlflow.types.ColSpec("double", "expected_margin")]),
        )
        code = Path(__file__).with_name("pyfunc_model.py")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # mlflow asks for type hints that its own loader cannot use here
            mlflow.set_tracking_uri(self.uri)
            mlflow.set_registry_uri(self.uri)
            # mlflow reports on standard error, which belongs to our own messages
            with mlflow.start_run(run_id=run.run_id), contextlib.redirect_stderr(io.StringIO()):
                info = mlflow.pyfunc.log_model(
                    name="model",
                    python_model=str(code),
                    artifacts={"bundle": str(bundle)},
                    signature=signature,
                    input_example=example,
                    pip_requirements=requirements(),
                    registered_model_name=MODEL,
                )
        version = str(info.registered_model_version)
        client.update_registered_model(MODEL, _ABOUT)
        client.update_model_version(MODEL, version, about)
        for key, value in (tags or {}).items():
            client.set_model_version_tag(MODEL, version, key, value)
        client.set_registered_model_alias(MODEL, alias, version)
        return self._ref(client, version, alias)

    def find(self, wanted: str | None = None) -> ModelRef:
        """Find a model by alias or run; by default the champion, else the newest challenger.

        Raises
        ------
        KhakaError
            None is there, or its files do not match their hashes.
        """
        if not (self._folder / "mlflow.db").exists():
            raise KhakaError("there is no model in this workspace yet; run khaka train")
        client = self._client()
        from mlflow.exceptions import MlflowException

        for alias in (wanted,) if wanted else ("champion", "challenger"):
            with contextlib.suppress(MlflowException):
                return self._ref(client, str(client.get_model_version_by_alias(MODEL, alias).version), alias)
        versions = client.search_model_versions(f"name='{MODEL}'")
        for version in versions:
            if wanted and wanted in (version.run_id, f"{MODEL}/{version.version}", str(version.version)):
                return self._ref(client, str(version.version), wanted)
        if wanted is None or not versions:
            raise KhakaError("there is no model in this workspace yet; run khaka train")
        known = ", ".join(f"{MODEL}/{version.version} (run {version.run_id})" for version in versions)
        raise KhakaError(f"no model {wanted!r}; there are the aliases champion and challenger, and: {known}")

    def promote(self, model: ModelRef, tags: Mapping[str, str]) -> ModelRef:
        """Make a model the champion; the one before stays under the alias "former".

        Parameters
        ----------
        model : ModelRef
            The challenger that passed the gate.
        tags : mapping of str to str
            What is recorded with the version and its run, such as who approved it.

        Returns
        -------
        ModelRef
            Under its new alias.
        """
        client = self._client()
        from mlflow.exceptions import MlflowException

        version = model.version.removeprefix(f"{MODEL}/")
        with contextlib.suppress(MlflowException):
            former = str(client.get_model_version_by_alias(MODEL, "champion").version)
            if former != version:
                client.set_registered_model_alias(MODEL, "former", former)
        client.set_registered_model_alias(MODEL, "champion", version)
        with contextlib.suppress(MlflowException):
            if str(client.get_model_version_by_alias(MODEL, "challenger").version) == version:
                client.delete_registered_model_alias(MODEL, "challenger")
        self.tag(model, tags)
        return self._ref(client, version, "champion")

    def tag(self, model: ModelRef, tags: Mapping[str, str]) -> None:
        """Put tags on a registered version and on the run that made it."""
        client = self._client()
        version = model.version.removeprefix(f"{MODEL}/")
        for key, value in tags.items():
            client.set_model_version_tag(MODEL, version, key, value)
            client.set_tag(model.run_id, key, value)

    def alias(self, name: str) -> ModelRef | None:
        """Return the model under an alias; None if no model has it."""
        if not (self._folder / "mlflow.db").exists():
            return None
        client = self._client()
        from mlflow.exceptions import MlflowException

        try:
            version = str(client.get_model_version_by_alias(MODEL, name).version)
        except MlflowException:
            return None
        return self._ref(client, version, name)

    def artifact(self, command: str, name: str, *, data_hash: str) -> Any:
        """Return the JSON artifact of the newest finished run of a command on the same tables; None if there is none.

        Parameters
        ----------
        command : str
            Such as "backtest"; the artifact lies in a folder of that name.
        name : str
            File name.
        data_hash : str
            Of the tables.

        Returns
        -------
        object or None
            What the file holds.
        """
        if not (self._folder / "mlflow.db").exists():
            return None
        client = self._client()
        experiment = client.get_experiment_by_name(EXPERIMENT)
        wanted = f"tags.`khaka.command` = '{command}' and params.data_hash = '{data_hash}'"
        runs = client.search_runs(
            [experiment.experiment_id] if experiment else [], wanted, order_by=["attributes.start_time DESC"]
        )
        for run in runs:
            path = self._folder / "artifacts" / run.info.run_id / "artifacts" / command / name
            if path.is_file():
                return json.loads(path.read_text(encoding="utf-8"))
        return None

    def _ref(self, client: MlflowClient, version: str, alias: str) -> ModelRef:
        uri = client.get_model_version_download_uri(MODEL, version)
        bundle = Path(uri.removeprefix("file://")) / "artifacts" / "bundle"
        run_id = str(client.get_model_version(MODEL, version).run_id)
        return ModelRef(f"{MODEL}/{version}", run_id, alias, bundle, verify(bundle))

    def _client(self) -> MlflowClient:
        mlflow = _mlflow()
        database = self._folder / "mlflow.db"
        if not database.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._workspace.lock("mlflow"):
                if not database.exists():
                    _make_store(database, self._folder / "artifacts")
        elif home(database) not in (None, str(self._folder / "artifacts")):
            with self._workspace.lock("mlflow"):
                move_home(database, self._folder / "artifacts")
        client: MlflowClient = mlflow.MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
        return client


def requirements() -> list[str]:
    """Return the pins that a model needs, from what is installed."""
    from importlib.metadata import version

    return [f"{name}=={version(name)}" for name in ("khaka", "lightgbm", "numpy", "pandas", "scikit-learn")]


def _make_store(database: Path, artifacts: Path) -> None:
    temporary = database.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    uri = f"sqlite:///{temporary}"
    client = _mlflow().MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.create_experiment(EXPERIMENT, artifact_location=str(artifacts))
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
    temporary.replace(database)


def _mlflow() -> Any:
    os.environ.update(_QUIET)  # whatever was set outside: no pickle is read, nothing is reported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the stack behind mlflow warns about itself at import
        import mlflow
        import mlflow.models
        import mlflow.pyfunc
        import mlflow.types
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)  # what fails is raised, and told in one sentence
    logging.getLogger("alembic").setLevel(logging.ERROR)
    return mlflow
