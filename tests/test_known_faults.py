"""What is said about pins that were, or were not, held against the databases of known faults."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from known_faults import told

SOUND = {"name": "numpy", "version": "2.3", "vulns": []}
FAULTY = {"name": "werkzeug", "version": "3.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.2"]}]}
SKIPPED = {"name": "zipp", "skip_reason": "Dependency not found on PyPI and could not be audited: zipp (4.1.2)"}


def test_only_pins_that_were_all_looked_up_are_without_known_faults() -> None:
    assert told({"dependencies": [SOUND, SOUND]}) == (0, ["known faults: 0 in the 2 of 2 pins that were looked up"])


def test_pins_that_were_not_looked_up_are_no_all_clear() -> None:
    code, lines = told({"dependencies": [SKIPPED, SKIPPED]})
    assert code == 3
    assert lines[0] == "known faults: 0 in the 0 of 2 pins that were looked up"
    assert lines[1].startswith("NOT looked up: zipp, zipp; on a machine that reaches the data: pip-audit")
    assert told({})[0] == 3


def test_a_fault_is_named_with_the_version_that_mends_it() -> None:
    code, lines = told({"dependencies": [SOUND, FAULTY, SKIPPED]})
    assert code == 1
    assert lines[1] == "werkzeug 3.1: PYSEC-1, mended in 3.2"
