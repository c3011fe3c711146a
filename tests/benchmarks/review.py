"""The committee's page under load: 20 signed-in clients for a minute, and whether an acknowledged decision is lost.

    python tests/benchmarks/review.py WORKSPACE [--seconds 60] [--workers N]

It copies a workspace with at least 20 ranked seats (`khaka demo --seats 40` makes one), adds 20 users, starts
`khaka review`, signs each in over HTTP, and lets wrk send 70% seat pages, 20% lists and 10% decisions, each client one
request after the other. Every decision that was acknowledged (303 with its entry number) must stand in the record.
Prints one JSON line a figure; never a test.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from khaka.app.review.results import CurrentResults
from khaka.app.review.store.database import open_database
from khaka.app.review.store.record import Who, check_record, entries
from khaka.app.review.store.users import add_user
from khaka.data.workspace import open_workspace

CLIENTS = 20
PASSWORD = "a benchmark password"

# One thread a client, so that each knows the entry number of its own last decision. Thread n decides in its own seats.
LUA = r"""
local number, seats, all, turn, seen, acknowledged = 0, {}, {}, 0, {}, nil
local waiting = nil
local count = 0
function setup(thread) number = number + 1; thread:set("id", number) end
function init(args)
  dofile(folder_of(args) .. "/clients.lua")
  me = clients[id]; all = me.all; seats = me.own
  turn = id; math.randomseed(id)
  acknowledged = io.open(folder_of(args) .. "/acknowledged." .. id, "w")
  get = { ["Cookie"] = me.cookie, ["Accept"] = "text/html" }
  post = { ["Cookie"] = me.cookie, ["Content-Type"] = "application/x-www-form-urlencoded" }
end
function folder_of(args) return args[1] end
function request()
  turn = turn + 1
  local step = turn % 10
  waiting = nil
  if step == 0 then
    local seat = seats[1 + math.floor(turn / 10) % #seats]
    waiting = seat
    local what = "what=hold&reason=load"
    if math.floor(turn / 10) % 2 == 0 then what = "what=choose&aspirant_id=" .. me.first[seat] end
    local body = "csrf=" .. me.csrf .. "&version=" .. me.version .. "&seen=" .. (seen[seat] or 0) .. "&" .. what
    return wrk.format("POST", "/seat/" .. seat .. "/decide", post, body)
  elseif step == 3 or step == 7 then
    return wrk.format("GET", "/lists", get)
  end
  return wrk.format("GET", "/seat/" .. all[math.random(#all)], get)
end
function response(status, headers, body)
  if waiting ~= nil then
    local where = headers["location"] or headers["Location"] or ""
    local entry = where:match("entry=(%d+)")
    if status == 303 and entry then
      seen[waiting] = entry
      acknowledged:write(entry .. " " .. waiting .. "\n"); acknowledged:flush()
    else
      acknowledged:write("refused " .. status .. "\n"); acknowledged:flush()
    end
  elseif status ~= 200 then
    acknowledged:write("page " .. status .. "\n"); acknowledged:flush()
  end
end
function done(summary, latency, requests)
  io.write(string.format(
    '\nFIGURES {"requests": %d, "microseconds": %d, "p50": %d, "p90": %d, "p99": %d, "max": %d, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(90), latency:percentile(99),
    latency.max, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


def show(figure: str, value: object) -> None:
    print(json.dumps({"figure": figure, "value": value}), flush=True)


class Client:
    """Signs in as a browser does."""

    def __init__(self, base: str) -> None:
        self.base, self.jar = base, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path))
        assert found, path
        return found[1]

    def sign_in(self, name: str) -> None:
        fields = {"csrf": self.token("/sign-in"), "name": name, "password": PASSWORD, "next": "/lists"}
        self.opener.open(self.base + "/sign-in", urllib.parse.urlencode(fields).encode(), timeout=60).close()

    def cookie(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)


def lua(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(key)}] = {lua(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    return json.dumps(value)


def wait_for(base: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(base + "/sign-in", timeout=90).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the page did not start")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("workspace", type=Path)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--workers", type=int, help="as khaka review takes it by itself, if left out")
    asked.add_argument("--port", type=int, default=8199)
    options = asked.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not here; apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="khaka-load-") as folder:
        run(Path(folder), options)


def run(folder: Path, options: argparse.Namespace) -> None:
    root = folder / "ws"
    shutil.copytree(options.workspace, root, ignore=shutil.ignore_patterns("world", "mlflow", "review"))
    workspace = open_workspace(root)
    results = CurrentResults(workspace).get()
    ranked = [seat for seat in results.seats if results.first_name(seat) is not None]
    if len(ranked) < CLIENTS:
        raise SystemExit(f"{len(ranked)} ranked seats; {CLIENTS} are needed: khaka demo --seats 40")
    database = open_database(workspace)
    for number in range(CLIENTS):
        add_user(database, f"clerk{number}", "state", PASSWORD, who=Who("benchmark", "admin"))
    database.close()
    base = f"http://127.0.0.1:{options.port}"
    server = subprocess.Popen([
        sys.executable, "-m", "khaka.app.cli", "--workspace", str(root), "--quiet", "review", "--port",
        str(options.port), *(["--workers", str(options.workers)] if options.workers else []),
    ])  # fmt: skip
    try:
        wait_for(base)
        clients = []
        for number in range(CLIENTS):
            client = Client(base)
            client.sign_in(f"clerk{number}")
            own = ranked[number::CLIENTS]
            clients.append({
                "cookie": client.cookie(), "csrf": client.token("/lists"), "version": results.version, "own": own,
                "all": ranked, "first": {seat: results.first_name(seat).aspirant_id for seat in own},  # type: ignore[union-attr]
            })  # fmt: skip
        (folder / "clients.lua").write_text(f"clients = {lua(clients)}\n", encoding="utf-8")
        (folder / "load.lua").write_text(LUA, encoding="utf-8")
        for _ in range(2 * (options.workers or 2)):  # every worker has loaded the blueprint and rendered each seat once
            for seat in ranked:
                page = client.get(f"/seat/{seat}")
        show("seat_page_kB", round(len(page.encode()) / 1000, 1))
        show("load_of_the_machine_before", os.getloadavg()[0])
        command = ["wrk", f"-t{CLIENTS}", f"-c{CLIENTS}", f"-d{options.seconds}s", "--timeout", "10s",
                   "-s", str(folder / "load.lua"), base, "--", str(folder)]  # fmt: skip
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        server.terminate()
        server.wait(30)
    found = re.search(r"FIGURES (\{.*\})", said)
    assert found, said
    figures = json.loads(found[1])
    show("requests_per_second", round(figures["requests"] / figures["microseconds"] * 1e6, 1))
    for name in ("p50", "p90", "p99", "max"):
        show(f"{name}_ms", round(figures[name] / 1000, 1))
    show("connection_errors", figures["errors"])
    lost(folder, root)


def lost(folder: Path, root: Path) -> None:
    """Hold what was acknowledged against the record."""
    database = open_database(open_workspace(root))
    stands = {entry.seq: entry for entry in entries(database)}
    acknowledged, other = [], []
    for path in sorted(folder.glob("acknowledged.*")):
        clerk = f"clerk{int(path.suffix[1:]) - 1}"
        for line in path.read_text(encoding="utf-8").splitlines():
            first, second = line.split()
            (acknowledged.append((int(first), second, clerk)) if first.isdecimal() else other.append(line))
    missing = [
        (seq, seat, clerk)
        for seq, seat, clerk in acknowledged
        if seq not in stands or (stands[seq].seat_id, stands[seq].actor) != (seat, clerk)
    ]
    show("decisions_acknowledged", len(acknowledged))
    show("decisions_lost", len(missing))
    show("other_answers", {line: other.count(line) for line in sorted(set(other))})
    show("record_whole", check_record(database).whole)


if __name__ == "__main__":
    main()
