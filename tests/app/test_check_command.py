"""`khaka check` and `khaka places` on a made-up state: a report, pictures that are there, estimates with errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.app.check_plots import plot_coverage, plot_flags, plot_lineage
from khaka.app.cli import main
from khaka.data.coverage import KINDS
from khaka.data.workspace import open_workspace

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seats, three assembly elections with Lok Sabha polls between them."""
    folder = tmp_path_factory.mktemp("check")
    world, root = folder / "world", folder / "ws"
    assert main(["simulate", str(world), "--seats", "6", "--booths-per-seat", "12", "--elections", "3", "--aspirants",
                 "18", "--events", "20", "--seed", "4", "--quiet"]) == 0  # fmt: skip
    assert main(["init", "--state", "S24", "--party", "NEEM", "--workspace", str(root), "--quiet"]) == 0
    assert main(["ingest", str(world / "tables"), "--workspace", str(root), "--quiet"]) == 0
    return root


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_the_report_names_maps_and_coordinates_and_draws_pictures(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = run(["check", "--workspace", str(workspace), "--quiet"], capsys)
    assert "Maps (seat polygons: S24 6)" in text
    assert "Coordinates of booths" in text
    assert "Faults of booths" in text
    drawn = sorted(path.name for path in (workspace / "check").iterdir())
    assert drawn == ["coordinates.png", "coverage.png", "lineage.png"]
    for path in (workspace / "check").iterdir():
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size > 10_000
        assert str(path) in text


def test_the_same_workspace_gives_the_same_pictures(workspace: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["check", "--workspace", str(workspace), "--quiet", "--out", str(tmp_path / name)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_json_holds_everything_and_plots_can_be_left_out(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["check", "--workspace", str(workspace), "--json", "--no-plots", "--out", str(tmp_path / "none")]
    report = json.loads(run(arguments, capsys))
    assert report["pictures"] == []
    assert report["polygons"] == {"S24": 6}
    assert report["maps"] == []
    assert {row["election_id"] for row in report["coordinates"]} >= {"S24-2022-AE", "S24-2027-AE"}
    assert not (tmp_path / "none").exists()


def test_an_empty_workspace_has_a_report_and_no_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--state", "S24", "--party", "INC", "--workspace", str(tmp_path / "ws"), "--quiet"]) == 0
    text = run(["check", "--workspace", str(tmp_path / "ws"), "--quiet"], capsys)
    assert "no boundary file" in text
    assert "no booth has coordinates" in text
    assert "Pictures" not in text


def test_places_brings_district_figures_to_the_seats_once(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_workspace(workspace).store
    district = store.read("seats")["district"].iloc[0]
    names = sorted(set(store.read("seats")["district"]))
    store.write("demographics", pd.DataFrame({
        "level": "district", "unit_id": [f"S24:{name}" for name in names], "measure": "radios_share", "year": 2011,
        "source": "test", "value": np.linspace(0.2, 0.5, len(names)), "population": 1000.0, "kind": "official",
    }))  # fmt: skip
    text = run(["places", "--estimate", "--workspace", str(workspace), "--quiet"], capsys)
    assert "radios_share" in text
    assert "6 new in demographics, 0 changed" in text
    rows = store.read("demographics")
    rows = rows[rows["measure"].eq("radios_share") & rows["level"].eq("seat")]
    assert set(rows["kind"]) == {"estimate"}
    assert set(rows["source"]) == {"areal:test"}
    assert rows["standard_error"].notna().all()
    own = store.read("seats").set_index("seat_id")["district"]
    assert rows.set_index("unit_id")["value"][own.index[own == district][0]] == pytest.approx(
        0.2 + 0.3 * names.index(district) / max(len(names) - 1, 1)
    )
    again = json.loads(run(["places", "--estimate", "--workspace", str(workspace), "--json"], capsys))
    assert (again["inserted"], again["replaced"]) == (0, 0)


def cover(seats: int) -> pd.DataFrame:
    index = pd.Index([f"S24-2008-{n + 1}" for n in range(seats)], name="seat_id")
    table = pd.DataFrame({name: [True] * seats for name in KINDS}, index=index)
    table["ratings"] = False
    table.iloc[0, 2] = False
    return table


def test_seats_without_polygons_are_drawn_as_tiles(tmp_path: Path) -> None:
    path = plot_coverage(cover(90), tmp_path / "coverage.png", state="Haryana")
    assert path.read_bytes().startswith(PNG)


def test_lineage_and_flags_are_drawn_from_a_few_rows(tmp_path: Path) -> None:
    lineage = pd.DataFrame({
        "from_election": "S24-2017-AE", "to_election": "S24-2022-AE", "from_seat_id": "S24-2008-1",
        "to_seat_id": "S24-2008-1", "from_booth_no": ["1", None], "to_booth_no": ["1", "2"], "confidence": [0.95, 0.4],
        "kind": ["one", "new"],
    })  # fmt: skip
    assert plot_lineage(lineage, tmp_path / "lineage.png").read_bytes().startswith(PNG)
    flags = pd.DataFrame({"meaning": ["votes above electors", "blank row"], "severity": ["out", "note"],
                          "flags": [12, 3]})  # fmt: skip
    assert plot_flags(flags, tmp_path / "flags.png", booths=100).read_bytes().startswith(PNG)
