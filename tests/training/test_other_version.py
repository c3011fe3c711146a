"""A model whose files are whole, but which another version of khaka wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaka.data.errors import KhakaError
from khaka.training.fit import load_models
from khaka.training.shares import ShareModel


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    for name in ("shares.json", "spread.json", "candidate.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_share_model_of_another_format_is_a_sentence_with_the_way_out(bundle: Path) -> None:
    with pytest.raises(KhakaError, match=r"the share model has the format None.*run khaka train"):
        load_models(bundle)


def test_a_candidate_model_that_lacks_what_this_version_needs_is_one_too(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShareModel, "from_json", lambda stored: stored)
    with pytest.raises(KhakaError, match=r"another version of khaka.*'parameters'.*run khaka train again"):
        load_models(bundle)
