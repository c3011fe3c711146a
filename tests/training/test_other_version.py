"""A model whose files are whole, but which another version of khaka wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khaka.data.errors import KhakaError
from khaka.training.fit import load_models


@pytest.mark.parametrize("shares", [{}, {"params": {}, "added_later": 1}])
def test_a_model_of_another_version_is_a_sentence_with_the_way_out(tmp_path: Path, shares: dict[str, object]) -> None:
    (tmp_path / "shares.json").write_text(json.dumps(shares), encoding="utf-8")
    (tmp_path / "spread.json").write_text("{}", encoding="utf-8")
    with pytest.raises(KhakaError, match=r"another version of khaka.*run khaka train again"):
        load_models(tmp_path)
