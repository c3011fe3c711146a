"""The commands `user` and `review`, and forms that nobody would send."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI

from khaka.app.cli import khaka
from khaka.app.review.factory import all_routes
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace

SignIn = Callable[[str], Any]


def run(workspace: Workspace, *arguments: str, typed: str = "") -> Result:
    whole = ["--workspace", str(workspace.root), *arguments]
    return CliRunner().invoke(khaka, whole, input=typed, standalone_mode=False)


def test_users_are_added_listed_shut_out_and_let_in_again(workspace: Workspace) -> None:
    added = run(workspace, "user", "add", "Uma", "--role", "observer", "--district", "unnao", "--password-stdin",
                typed="a fine long password\n")  # fmt: skip
    assert added.exception is None, added.output
    assert "Uma may sign in as observer for unnao" in added.output
    assert "a fine long password" not in added.output
    assert run(workspace, "user", "disable", "Uma").exception is None
    users = {one["name"]: one for one in json.loads(run(workspace, "--json", "user", "list").output)}
    assert (users["Uma"]["active"], users["Uma"]["districts"]) == (False, ["unnao"])
    assert run(workspace, "user", "enable", "Uma").exception is None
    assert "observer  active" in run(workspace, "user", "list").output
    assert "password" not in run(workspace, "user", "list").output


def test_a_password_typed_twice_must_be_the_same(workspace: Workspace) -> None:
    typed = run(workspace, "user", "add", "Uma", "--role", "state", typed="a fine long one\nanother one\n")
    assert typed.exception is not None
    assert "Uma" not in run(workspace, "user", "list").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("user", "add", "Uma", "--role", "observer", "--district", "Atlantis"), "no seat lies in a district"),
        (("user", "add", "Uma", "--role", "boss"), "unknown role"),
        (("user", "disable", "Uma"), "no user 'Uma'"),
        (("user", "password", "Uma", "--password-stdin"), "no user 'Uma'"),
        (("review", "--host", "0.0.0.0"), "in the open"),
        (("review", "--election", "S24-2031-AE"), "no scores of S24-2031-AE"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(workspace: Workspace, arguments: tuple[str, ...], said: str) -> None:
    done = run(workspace, *arguments, typed="a fine long password\na fine long password\n")
    assert isinstance(done.exception, KhakaError)
    assert said in str(done.exception)


def test_a_workspace_without_scores_points_to_score(tmp_path_factory: pytest.TempPathFactory) -> None:
    from khaka.data.workspace import init_workspace

    empty = init_workspace(tmp_path_factory.mktemp("empty") / "ws", state="S24", party="NEEM")
    done = run(empty, "review")
    assert "run khaka score" in str(done.exception)


GARBAGE = (
    "",
    "0",
    "-1",
    "9" * 40,
    "١٢",
    "²",
    "\ufeff",
    "A" * 5000,
    "' OR 1=1--",
    "<script>",
    "%00",
    "null",
    "A1",
    "\u202e",
    "{x}",
    "%s",
)


def test_forms_that_nobody_would_send_never_break_the_page(app: FastAPI, signed_in: SignIn) -> None:
    rng = random.Random(7)
    names = ("what", "aspirant_id", "reason", "seen", "version", "of", "how", "whom", "text", "seat", "lines", "stage",
             "held_on", "place.A1", "dissent", "rating.A1", "risk.A1", "note.A1", "title", "embargo", "form", "state",
             "name", "role", "password", "district", "drop", "birth_date", "paid", "document", "same", "next",
             "language", "digits", "shortlist")  # fmt: skip
    choices = ("choose", "hold", "substitute", "shortlist", "confirm", "settle", "fee", "document", "status", "add",
               "release", "duplicate", "disable")  # fmt: skip
    version = app.state.review.current.get().version
    values = {"seat_id": "S24-2008-1", "aspirant_id": "A1", "copy": "1", "number": "1", "digest": "d", "name": "n.css"}
    for item in all_routes():
        role = next(iter(sorted(item.rule.roles)), "reader")
        visitor, path = signed_in(role), item.path.format(**values)
        for _ in range(4):
            form = {name: rng.choice(GARBAGE) for name in names if rng.random() < 0.6}
            if rng.random() < 0.7:
                form |= {"what": rng.choice(choices), "version": version, "seen": "0"}
            if item.method == "POST":
                answer = visitor.post(path, form)
            elif item.path in ("/", "/seat/{seat_id}", "/slate") or "compare" in path or "scenario" in path:
                break  # these need a whole workspace: the browser's tests ask them
            else:
                asked = {
                    name: rng.choice(GARBAGE) for name in ("seat", "kind", "before", "status", "name", "next", "entry")
                }
                answer = visitor.get(path, params=asked)
            assert answer.status_code < 500, (item.method, item.path, form)
            if visitor.get("/sign-in").status_code == 200:
                visitor = signed_in(role)  # the form signed it out


@pytest.mark.parametrize("value", ["²", "١٢"])
def test_digits_of_other_scripts_are_numbers_or_refused_but_never_a_fault(signed_in: SignIn, value: str) -> None:
    answer = signed_in("analyst").post("/minutes", {"seat": value, "whom": value, "version": "x"})
    assert answer.status_code in (200, 400, 422)


def test_two_workers_serve_and_end_with_their_parent(workspace: Workspace) -> None:
    command = [sys.executable, "-m", "khaka.app.cli", "--workspace", str(workspace.root), "review", "--port", "0"]
    page = subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT)
    try:
        assert page.stdout is not None
        said = []
        for line in page.stdout:  # a warning of a package may come before the address
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        assert found, said
        with urllib.request.urlopen(f"{found[0]}/sign-in", timeout=600) as answer:
            assert answer.status == 200
            assert b'name="csrf"' in answer.read()
    finally:
        page.terminate()
        assert page.wait(600) in (0, -15)
        assert page.stdout is not None
        page.stdout.close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{found[0]}/sign-in", timeout=5)
