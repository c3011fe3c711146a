"""Hold the pins against the databases of known faults, and say how many could be: `python known_faults.py LOCK`.

`pip-audit` says "No known vulnerabilities found" and ends well also where its data couldn't be reached for a single
pin. So its answer is counted: exit code 0 only where every pin was looked up and none has a fault, 1 for a fault, 3
where pins were not looked up, with the way to do it on another machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

ELSEWHERE = (
    "on a machine that reaches the data: pip-audit --disable-pip --require-hashes -r requirements.lock, "
    "or osv-scanner scan --lockfile requirements.txt:requirements.lock, or give build/sbom.json to a scanner of its own"
)


def told(answer: dict[str, Any]) -> tuple[int, list[str]]:
    """Return the exit code and what to say about pip-audit's answer in JSON."""
    pins = answer.get("dependencies", [])
    skipped = [pin["name"] for pin in pins if "skip_reason" in pin]
    faults = [
        f"{pin['name']} {pin['version']}: {fault['id']}"
        + (f", mended in {', '.join(fault['fix_versions'])}" if fault.get("fix_versions") else ", not mended yet")
        for pin in pins
        for fault in pin.get("vulns", [])
    ]
    lines = [f"known faults: {len(faults)} in the {len(pins) - len(skipped)} of {len(pins)} pins that were looked up"]
    lines += faults
    if skipped or not pins:
        lines.append(f"NOT looked up: {', '.join(skipped[:5]) or 'any'}{' ...' * (len(skipped) > 5)}; {ELSEWHERE}")
    return 1 if faults else 3 if skipped or not pins else 0, lines


def main() -> int:
    """Ask pip-audit; its own failure means that nothing was looked up."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off",
               "--format", "json", "--requirement", sys.argv[1]]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    code, lines = told(answer)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
