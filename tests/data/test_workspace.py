"""A workspace is made once, opened with checked settings, and says clearly what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaka.data.errors import KhakaError
from khaka.data.workspace import init_workspace, open_workspace


def test_a_new_workspace_opens_with_its_settings(tmp_path: Path) -> None:
    init_workspace(tmp_path / "up", state="Uttar Pradesh", party="INC")
    settings = open_workspace(tmp_path / "up").settings
    assert (settings.party.state, settings.party.party) == ("S24", "INC")


def test_a_party_name_with_quotes_is_kept_as_it_is(tmp_path: Path) -> None:
    name = 'A "B" \\ क'
    assert init_workspace(tmp_path / "w", state="S24", party=name).settings.party.party == name


@pytest.mark.parametrize(
    ("state", "party", "sentence"),
    [("Atlantis", "INC", "unknown state 'Atlantis'"), ("S24", "  ", "the party's name is empty")],
)
def test_a_wrong_state_or_party_makes_nothing(tmp_path: Path, state: str, party: str, sentence: str) -> None:
    with pytest.raises(KhakaError, match=sentence):
        init_workspace(tmp_path / "w", state=state, party=party)
    assert not (tmp_path / "w").exists()


def test_a_second_init_is_refused(tmp_path: Path) -> None:
    init_workspace(tmp_path, state="S24", party="INC")
    with pytest.raises(KhakaError, match="is a khaka workspace already"):
        init_workspace(tmp_path, state="S24", party="BJP")


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match="is no khaka workspace"):
        open_workspace(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[party]\nstate = 'S24'\nparty = 'INC'\ncolour = 'blue'\n", "setting 'party.colour'"),
        ("[party]\nstate = 'S24'\nparti = 'INC'\n", "setting 'party.party': field required"),
        ("[party]\nstate = 'Z9'\nparty = 'INC'\n", r"setting 'party.state': .*\^\[SU\].* \(found 'Z9'\)"),
        ("[party]\nstate = 'S24'\nparty = 'INC'\n[modle]\ndraws = 3\n", "no setting 'modle'; did you mean 'model'"),
        ("[party]\nstate = 'S24'\nparty = 'INC'\n[review]\nkeep_visit_days = 3\n", "'review.keep_visits_days'"),
        ("[party]\nstate = 'S24'\nparty = 'INC'\n[model]\nthreads = 0\n", r"setting 'model.threads'.*found 0"),
        ("[party\n", "no valid TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "khaka.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KhakaError, match=sentence):
        open_workspace(tmp_path)
