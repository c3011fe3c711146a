"""The page in a real browser: the way through it, accessibility, weight, keyboard, no script, paper. Needs chromium.

Screenshots go to a temporary folder; with KHAKA_SCREENSHOTS=FOLDER they are kept to be looked at.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from khaka.app.demo import run_demo
from khaka.app.review.access import Role, allows
from khaka.app.review.factory import SESSION_COOKIE, all_routes, create_app
from khaka.app.review.font import ensure_font
from khaka.app.review.language import COOKIE
from khaka.app.review.store.database import open_database
from khaka.app.review.store.record import Who
from khaka.app.review.store.users import add_user
from khaka.data.workspace import open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium runs the browser tests"),
]

PASSWORD = "a long password"
SEAT = "S24-2008-3"  # nine aspirants
LIMIT_BYTES, LIMIT_REQUESTS = 60_000, 6
LANGUAGES = ("en", "hi")
PATIENCE = 180_000
"""Milliseconds that a step may take: a busy machine is no fault of the page."""


@dataclass
class Committee:
    """A served workspace and a browser."""

    url: str
    app: Any
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(
        self, name: str | None = None, *, language: str = "en", width: int = 1024, height: int = 768, **options: Any
    ) -> Page:
        """Open a browser of its own, signed in by name, that can reach nothing but this machine."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        cookies = [{"name": COOKIE, "value": f"{language}.latin", "url": self.url}]
        if name is not None:
            key = self.app.state.review.sessions.open(name)
            cookies.append({"name": SESSION_COOKIE, "value": key, "url": self.url})
        context.add_cookies(cookies)

        def only_here(route: Any) -> None:
            if urlsplit(route.request.url).netloc == urlsplit(self.url).netloc:
                route.continue_()
            else:
                self.elsewhere.append(route.request.url)
                route.abort()

        context.route("**/*", only_here)
        return context.new_page()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """A made-up state of four seats, ranked with reasons, on a free port of this machine."""
    import uvicorn

    root = tmp_path_factory.mktemp("browser") / "ws"
    run_demo(root, seats=4, seed=3, say=lambda _: None, quiet=True)
    settings = root / "khaka.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("scorecard = false", "scorecard = true"))
    workspace = open_workspace(root)
    ensure_font(root / "cache" / "static")
    database = open_database(workspace)
    seats = workspace.store.read("seats")
    district = str(seats.loc[seats["seat_id"] == SEAT, "district"].iloc[0])
    for role in Role:
        own = (district,) if role is Role.OBSERVER else ()
        add_user(database, role.value, role.value, PASSWORD, districts=own, who=Who("test", "admin"))
    app = create_app(workspace, database=database)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 180
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
        server.should_exit = True
        thread.join(20)
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE
        )
        yield started
        started.close()


@pytest.fixture
def committee(served: tuple[str, Any], browser: Browser) -> Iterator[Committee]:
    made = Committee(*served, browser)
    yield made
    for context in made.contexts:
        context.close()
    assert made.elsewhere == [], "a request left the machine"


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Take a screenshot of the whole page."""
    folder = Path(os.environ.get("KHAKA_SCREENSHOTS", str(tmp_path)))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png", full_page=True) and None


def pages() -> list[tuple[str, str]]:
    """Every address that shows a page without further words in it, with a role that may open it."""
    found = []
    for item in all_routes():
        path = item.path.replace("{seat_id}", SEAT)
        if item.method != "GET" or "{" in path or "." in path:  # a file to be saved is no page
            continue
        seat = True if "{seat_id}" in item.path else None
        order = (Role.STATE, Role.ADMIN, Role.ANALYST, Role.OBSERVER, Role.READER)
        role = next((one for one in order if allows(item.rule, one, own_seat=seat)), None)
        found.append((path, "" if item.rule.public or role is None else role.value))
    return sorted(set(found))


def test_the_way_through_the_page(committee: Committee, shot: Callable[[Page, str], None], tmp_path: Path) -> None:
    page = committee.open()
    page.goto(f"{committee.url}/")
    page.get_by_label("Name").fill("state")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{committee.url}/")
    shot(page, "state-en")

    # find a seat by its name, in the script that the reader does not read
    seat = committee.app.state.review.current.get().seats[SEAT]
    page.get_by_role("searchbox").fill(seat.name_hi)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("table").last.get_by_role("link", name=f"{seat.number} {seat.name}").click()
    assert page.url == f"{committee.url}/seat/{SEAT}"
    first = page.locator("details.aspirant").first
    first.locator("summary").click()
    assert first.get_by_role("heading", name="For").is_visible()
    shot(page, "seat-en")

    page.get_by_role("link", name="Compare").click()
    page.locator("input[name=a]").nth(2).check()
    page.get_by_role("button", name="Compare").click()
    assert page.locator("thead th").count() == 4
    assert page.locator("svg rect.su").count() == 2  # each contrast has its sum
    shot(page, "compare-en")

    page.get_by_role("link", name="What if").click()
    before = page.locator("#result").inner_text()
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    page.locator("#result .gh").first.wait_for(state="attached")
    page.wait_for_url("**swing=-5**")
    assert page.locator("#result").inner_text() != before
    assert "swing=-5" in page.url
    shot(page, "what-if-en")

    page.get_by_role("link", name="Decide").click()
    names = page.locator("input[type=radio][name=aspirant_id]")
    names.nth(1).check()
    page.locator("textarea[name=reason]").first.fill("Known in every village of the block")
    page.locator("button[value=choose]").click()
    page.goto(f"{committee.url}/seat/{SEAT}")
    assert "Known in every village of the block" in page.locator("main").inner_text()

    page.get_by_role("button", name="हिन्दी").click()
    assert page.locator("html").get_attribute("lang") == "hi"
    assert "समिति का निर्णय" in page.locator("main").inner_text()
    shot(page, "seat-hi")

    paper = page.pdf(format="A4", print_background=True)
    (tmp_path / "seat.pdf").write_bytes(paper)
    said = text_of(tmp_path / "seat.pdf")
    assert SEAT.rsplit("-", 1)[1] in said
    assert "state" in said  # who printed it

    page.get_by_role("button", name="बाहर जाएँ").click()
    page.goto(f"{committee.url}/seat/{SEAT}")
    assert "/sign-in" in page.url


def text_of(pdf: Path) -> str:
    import pdfplumber

    with pdfplumber.open(pdf) as opened:
        return "\n".join(sheet.extract_text() or "" for sheet in opened.pages)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("hi", "dark")])
def test_axe_finds_nothing_on_any_page(
    committee: Committee, shot: Callable[[Page, str], None], language: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faults: dict[str, list[str]] = {}
    opened: dict[str, Page] = {}
    for path, role in [*pages(), (f"/seat/{SEAT}?view=presence&booth=1", "state"), ("/?by=status&q=zzz", "state")]:
        if role not in opened:
            opened[role] = committee.open(role or None, language=language, color_scheme=scheme)
        page = opened[role]
        answer = page.goto(f"{committee.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        if "html" not in answer.headers.get("content-type", ""):
            continue
        found = Axe().run(page).response["violations"]
        if found:
            faults[path] = [
                f"{one['id']}: {node['html'][:150]} {node.get('failureSummary', '')[:200]}"
                for one in found
                for node in one["nodes"][:3]
            ]
        shot(page, f"{language}-{scheme}{path.split('?')[0].replace('/', '-')}")
    assert faults == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seat_page_is_light_and_asks_little(
    committee: Committee, language: str, record_property: Callable[[str, object], None]
) -> None:
    page = committee.open("state", language=language)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    asked: list[str] = []
    session.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto(f"{committee.url}/seat/{SEAT}", wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    sent = [url for url in asked if not url.startswith("data:")]
    record_property("bytes", sum(weights))
    record_property("requests", len(sent))
    assert page.evaluate("document.fonts.check('16px khaka', 'क')"), "the page's own Devanagari font is used"
    assert len(sent) <= LIMIT_REQUESTS, sent
    assert 5_000 < sum(weights) <= LIMIT_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_phone(committee: Committee, shot: Callable[[Page, str], None], language: str) -> None:
    wide = []
    opened: dict[str, Page] = {}
    for path, role in pages():
        if role not in opened:
            opened[role] = committee.open(role or None, language=language, width=390, height=844)
        page = opened[role]
        page.goto(f"{committee.url}{path}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
        if path in ("/", f"/seat/{SEAT}", f"/seat/{SEAT}/compare"):
            shot(page, f"phone-{language}{path.replace('/', '-')}")
    assert wide == []


def test_what_a_finger_hits_is_44_pixels_high(committee: Committee) -> None:
    small = []
    script = """() => [...document.querySelectorAll(`button, select, summary, label.check, .tabs a, .top a, .button,
        input:not([type=hidden], [type=checkbox], [type=radio])`)]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
        .map(one => one.outerHTML.slice(0, 90))"""
    opened: dict[str, Page] = {}
    for path, role in pages():
        if role not in opened:
            opened[role] = committee.open(role or None)
        page = opened[role]
        page.goto(f"{committee.url}{path}")
        small += [f"{path}: {one}" for one in page.evaluate(script)]
    assert small == []


def test_everything_works_without_scripts(committee: Committee) -> None:
    page = committee.open("state", java_script_enabled=False)
    page.goto(f"{committee.url}/seat/{SEAT}/scenario")
    page.locator("input[name=known]").check()
    page.locator("input[name=no_ratings]").check()
    page.get_by_role("button", name="Show").click()
    assert "known=1" in page.url
    assert page.locator("#result .gh").count() > 0
    page.goto(f"{committee.url}/seat/{SEAT}")
    page.get_by_role("link", name="Presence").click()
    page.locator("svg a").first.click(force=True)
    assert page.locator("#card").is_visible()
    page.locator("#booth").fill("2")
    page.get_by_role("button", name="Show its card").click()
    assert "Booth 2" in page.locator("#card").inner_text()
    page.locator("#booth").fill("99999")
    page.get_by_role("button", name="Show its card").click()
    assert "no booth 99999" in page.locator("#card").inner_text()


def test_a_tap_beside_a_booth_opens_the_nearest(committee: Committee) -> None:
    page = committee.open("state", has_touch=True)
    page.goto(f"{committee.url}/seat/{SEAT}")
    # the topmost mark: nothing else lies right above it
    mark = page.locator("svg .do a").first
    box = mark.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] - 7)
    page.wait_for_url("**booth=**#card")
    assert page.locator("#card").is_visible()


def test_a_rating_is_one_tap_a_name(committee: Committee) -> None:
    seats = committee.app.state.review.current.get().seats
    other = next(one.seat_id for one in seats.values() if one.district == seats[SEAT].district and one.seat_id != SEAT)
    page = committee.open("observer", width=768, height=1024, has_touch=True)
    page.goto(f"{committee.url}/seat/{other}/rate")
    step = page.locator("fieldset.steps label", has_text="8").first
    step.tap()
    page.get_by_role("button", name="Send").click()
    assert ": 8" in page.locator(".done").first.inner_text()
    assert page.locator(".done").count() == 1


def test_the_keyboard_is_enough(committee: Committee) -> None:
    page = committee.open()
    page.goto(f"{committee.url}/sign-in")
    page.locator("#name:focus").wait_for()
    page.keyboard.type("reader")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{committee.url}/")
    page.goto(f"{committee.url}/seat/{SEAT}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    assert page.locator("details.aspirant[open]").count() == 1
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_district_observer_sees_no_ranking_before_the_own_ratings(committee: Committee) -> None:
    seats = committee.app.state.review.current.get().seats
    other = next(one.seat_id for one in seats.values() if one.district == seats[SEAT].district and one.seat_id != SEAT)
    page = committee.open("observer")
    page.goto(f"{committee.url}/seat/{other}")
    said = page.locator("main").inner_text()
    assert "once your own ratings of this seat are sent" in said
    assert page.locator("details.aspirant").count() == 0
    assert "Rank" not in said
    page.goto(f"{committee.url}/seat/{other}/compare")
    assert page.locator("table").count() == 0
    page.goto(f"{committee.url}/")
    assert "after your ratings" in page.locator("main").inner_text()
