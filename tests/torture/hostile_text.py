"""Hostile text in every field, through every export: nothing of it is live on the other side."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import random
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
from prepared import Prepared
from promise import Outcome, in_child

PROMISE = "hostile text (script, SQL, path, formula, markup) through every field and every export: nothing is live"
FULL = 500
MARK = "khx"

SEEDS = (
    "<script>khx()</script>", "<img src=x onerror=khx()>", "\"><svg onload=khx()>", "javascript:khx()",
    "</title><script src=//khx></script>", "<a href='javascript:khx()'>x</a>", "<!--khx--><iframe srcdoc=khx>",
    "' OR 1=1; DROP TABLE record; -- khx", "\"; DELETE FROM aspirants; -- khx", "../../../../etc/passwd khx",
    "/etc/passwd khx", "file:///etc/passwd khx", "=HYPERLINK(\"http://khx\",\"x\")", "=cmd|' /C calc'!khx",
    "+1+khx", "-1+khx()", "@SUM(1+khx)", "\t=1+khx", "=khx()", "{{7*7}}khx", "{% import 'os' %}khx",
    "${7*7}khx", "%(khx)s",
    "{khx}", "{0.__class__}khx", "#read(\"/etc/passwd\") khx", "#import \"khx.typ\"", "#eval(\"1\") khx", "$ khx $",
    "*khx* _khx_ `khx`", "#link(\"http://khx\")[x]", "<khx@label>", "\\u{202e}khx", "khx\u202eevil", "khx\u0000x",
    "<style>@import url(//khx)</style>", "]]><khx/>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>khx&e;",
    "[khx](javascript:khx())", "![khx](//khx)", "<math><mi//xlink:href='data:x,khx'>", "\r\nSet-Cookie: khx=1",
    "khx\",\"=1+1\",\"", "<base href=//khx>", "<meta http-equiv=refresh content=0;url=//khx>", "`;khx`", "$(touch khx)",
    "| touch khx", "khx; rm -rf ~", "%3Cscript%3Ekhx()%3C/script%3E", "＜script＞khx＜/script＞",
    "नाम<script>khx()</script>",
)  # fmt: skip

FIELDS = {
    "aspirants": ("name", "name_hi", "community", "status"),
    "seats": ("seat_name", "seat_name_hi", "district", "region"),
    "booths": ("station_name", "polling_centre", "village", "block"),
    "nominees": ("name", "community"),
    "ratings": ("note",),
    "stage_names": ("dissent",),
    "activity": ("device_id", "photo_hash", "witness_id"),
}
"""Text that somebody outside writes."""

FORMULA = re.compile(r"^[\s]*[=+@]|^[\s]*-(?!\d+(\.\d+)?$)|^[\t\r]")


def payloads(rng: random.Random, count: int) -> list[str]:
    """Return payloads: the seeds, and mixtures of them."""
    made = [*SEEDS]
    while len(made) < count:
        one, two = rng.choice(SEEDS), rng.choice(SEEDS)
        made.append(rng.choice((one + two, one.upper(), f" {one}", one.replace(" ", "\u00a0"), f"{two} {one} {two}")))
    return made[:count]


class Live(HTMLParser):
    """Collects what would run, load or lead away in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attributes}
        if tag == "script" and not values.get("src", "").startswith("/static/"):
            self.found.append("<script>")
        if tag in ("iframe", "object", "embed", "base", "applet") or MARK in tag:
            self.found.append(f"<{tag}>")
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.found.append("refresh")
        for name, value in values.items():
            if name.startswith("on") or MARK in name:
                self.found.append(f"{tag} {name}={value[:40]}")
            bare = re.sub(r"[\s\x00]", "", value).lower()
            leads = name in ("href", "src", "action", "formaction", "xlink:href", "srcdoc", "poster", "data")
            if leads and bare.startswith(("javascript:", "vbscript:", "data:text", "//", "file:")):
                self.found.append(f"{tag} {name}={value[:40]}")
            if leads and MARK in bare and not bare.startswith(("/", "#", "?")):
                self.found.append(f"{tag} {name}={value[:40]}")


def live_in(path: Path, content: bytes) -> list[str]:
    """Return what is live in one exported file."""
    suffix = path.suffix.lower()
    if suffix in (".html", ".svg", ".md"):
        parser = Live()
        parser.feed(content.decode("utf-8"))
        return parser.found
    if suffix == ".csv":
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        return [f"cell {cell[:40]!r}" for row in rows for cell in row if FORMULA.match(cell)]
    if suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = {
                name: book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xml", ".rels"))
            }
        found = [f"formula in {name}" for name, text in parts.items() if re.search(r"<f[ >]", text)]
        found += [f"link in {name}" for name, text in parts.items() if "<hyperlink" in text or "externalLink" in text]
        return found
    if suffix == ".pdf":
        import pypdfium2

        text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
        found = ["another file's content"] if "root:x:0" in text else []
        return found + [name for name in ("/JavaScript", "/Launch", "/EmbeddedFile") if name.encode() in content]
    if suffix == ".gpkg":
        with contextlib.closing(sqlite3.connect(path)) as database:
            return [] if database.execute("PRAGMA integrity_check").fetchone()[0] == "ok" else ["broken tables"]
    return []


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Put payloads into all text of a workspace, make every export, look at every file and page."""
    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    texts = payloads(rng, max(cases, len(SEEDS)))
    with tempfile.TemporaryDirectory(prefix="khaka-hostile-") as temporary:
        root = made.copy(Path(temporary) / "workspace")
        placed = _poison(root, texts)
        ended = in_child(lambda: list(_exports(root, made, Path(temporary) / "out")), seconds=1500)
        if ended.error or ended.signal:
            outcome.fail(f"an export failed: {ended.error[-600:] or ended.signal}")
            return outcome
        outcome.tried = len(texts)
        for name, found in ended.answer:
            for what in found[:3]:
                outcome.fail(f"{name}: {what}")
        outcome.detail = f"{placed} fields, {len(texts)} payloads, {len(ended.answer)} files and pages looked at"
        if len(ended.answer) < 10:
            outcome.fail(f"only {len(ended.answer)} exports were made")
    return outcome


def _poison(root: Path, texts: list[str]) -> int:
    """Write payloads into every text field that somebody outside writes; return how many."""
    from khaka.data.workspace import open_workspace

    store = open_workspace(root).store
    placed = 0
    for table, names in FIELDS.items():
        frame = store.read(table)
        for name in names:
            if name in frame.columns and len(frame):
                frame[name] = pd.Series(
                    [texts[(placed + n) % len(texts)] for n in range(len(frame))], index=frame.index, dtype="str"
                )
                placed += len(frame)
        if len(frame):
            store.write(table, frame)
    return placed


def _exports(root: Path, made: Prepared, out: Path) -> Iterator[tuple[str, list[str]]]:
    """Make every export and yield what is live in each file and page."""
    from khaka.app import cli
    from khaka.app.cli import COMMANDS
    from khaka.data.workspace import open_workspace

    out.mkdir()
    workspace = open_workspace(root)
    aspirant = str(workspace.store.read("aspirants").query("election_id == @made.election")["aspirant_id"].iloc[0])
    day = made.as_of.isoformat()
    election = ["--election", made.election]
    calls = {
        "score": [*election, "--as-of", day],
        "slate": election,
        "presence": [*election, "--as-of", day, "--out", str(out / "presence")],
        "assign": [*election, "--as-of", day, "--out", str(out / "assign")],
        "card": ["--html", str(out / "card.html"), "--out", str(out / "card.md")],
        "check": [],
        "person": ["export", aspirant, "--out", str(out / "person")],
        **{f"dossier {format_} {language}": [*election, "--format", format_, "--lang", language, "--by",
                                             "<script>khx()</script>", "--out", str(out / f"{format_}-{language}")]
           for format_ in ("pdf", "xlsx", "csv", "gpkg") for language in ("en", "hi")},
    }  # fmt: skip
    for name, arguments in calls.items():
        if name.split()[0] not in COMMANDS:
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = cli.main([name.split()[0], *arguments, "--workspace", str(root), "--quiet"])
        if code:
            yield name, [f"exit {code}: {printed.getvalue()[-200:]}"]
    for folder in (out, root / "results", root / "check"):
        for path in sorted(folder.rglob("*")) if folder.exists() else []:
            if path.is_file() and path.suffix.lower() in (".html", ".svg", ".md", ".csv", ".xlsx", ".pdf", ".gpkg"):
                yield path.name, live_in(path, path.read_bytes())
    yield from _pages(workspace)


def _pages(workspace: Any) -> Iterator[tuple[str, list[str]]]:
    """Decide with hostile reasons, then read every page as an administrator."""
    import httpx

    from khaka.app.review.factory import SESSION_COOKIE, all_routes, create_app
    from khaka.app.review.store.events import Chosen
    from khaka.app.review.store.record import Who, record
    from khaka.app.review.store.users import add_user

    app = create_app(workspace)
    state = app.state.review
    seats = sorted(state.current.get().seats)
    add_user(state.database, "asha", role="admin", password="a long password of a test", who=Who("test", "admin"))
    for number, text in enumerate(SEEDS):
        if "\x00" not in text:
            record(state.database, Chosen(aspirant_id="A", first_name_id="B", reason=text), who=Who("asha", "admin"),
                   election_id=state.ledger.election_id, seat_id=seats[number % len(seats)], version="v")  # fmt: skip
    token = state.sessions.open("asha")

    async def all_pages() -> list[tuple[str, int, str, bytes]]:
        read = []
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://khaka.test") as client:
            client.cookies.set(SESSION_COOKIE, token)
            for item in all_routes():
                if item.method != "GET" or item.path.startswith("/static"):
                    continue
                path = re.sub(r"{\w+(:\w+)?}", lambda found: seats[0] if "seat" in found[0] else "1", item.path)
                for query in ("", "?q=%22%3E%3Cscript%3Ekhx()%3C/script%3E"):
                    response = await client.get(path + query)
                    kind = response.headers.get("content-type", "").split(";")[0]
                    read.append((path + query, response.status_code, kind, response.content))
        return read

    suffixes = {"text/html": ".html", "image/svg+xml": ".svg", "text/csv": ".csv", "application/pdf": ".pdf"}
    for path, status, kind, content in asyncio.run(all_pages()):
        found = live_in(Path(f"page{suffixes.get(kind, '.txt')}"), content)
        yield f"page {path}", [*found, *(["a server error"] if status >= 500 else [])]
