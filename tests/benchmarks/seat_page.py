"""A seat page in a real browser, nothing kept from before: `python tests/benchmarks/seat_page.py WORKSPACE`.

One JSON line a figure: requests, bytes over the wire, milliseconds until it is complete (median of 9, fresh browser
profile each time), for both languages. The seat with most booths is taken. Needs Debian's chromium; a figure of a
machine, never a test.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

RUNS = 9


def show(figure: str, value: float) -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 1)}))


def main(workspace: Path) -> None:
    """Serve a copy of the workspace and open its heaviest seat."""
    import uvicorn
    from playwright.sync_api import sync_playwright

    from khaka.app.review.factory import SESSION_COOKIE, create_app
    from khaka.app.review.font import ensure_font
    from khaka.app.review.store.database import open_database
    from khaka.app.review.store.record import Who
    from khaka.app.review.store.users import add_user
    from khaka.data.workspace import open_workspace

    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(workspace, Path(scratch) / "ws", ignore=shutil.ignore_patterns("review", "mlflow", "world"))
        opened = open_workspace(Path(scratch) / "ws")
        ensure_font(opened.root / "cache" / "static")
        database = open_database(opened)
        add_user(database, "committee", "state", "a long password", who=Who("bench", "admin"))
        app = create_app(opened, database=database)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started or not getattr(app.state, "blueprints", None):
            time.sleep(0.1)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        booths = opened.store.read("booths", columns=["election_id", "seat_id"])
        counts = booths[booths["election_id"] == app.state.review.current.election_id]["seat_id"].value_counts()
        seat, key = str(counts.index[0]), app.state.review.sessions.open("committee")
        show("booths of the seat", float(counts.iloc[0]))
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for language in ("en", "hi"):
                times, weights, asked = [], [], []
                for _ in range(RUNS):
                    context = browser.new_context()
                    context.add_cookies([
                        {"name": SESSION_COOKIE, "value": key, "url": url},
                        {"name": "khaka_reader", "value": f"{language}.latin", "url": url},
                    ])  # fmt: skip
                    page = context.new_page()
                    session = context.new_cdp_session(page)
                    session.send("Network.enable")
                    found: list[float] = []
                    session.on(
                        "Network.loadingFinished", lambda event, found=found: found.append(event["encodedDataLength"])
                    )
                    page.goto(f"{url}/seat/{seat}", wait_until="networkidle")
                    times.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
                    fonts = page.evaluate("performance.getEntriesByType('resource').map(one => one.responseEnd)")
                    times[-1] = max([times[-1], *fonts])
                    weights.append(sum(found))
                    asked.append(len(found))
                    context.close()
                show(f"seat page, {language}: requests", max(asked))
                show(f"seat page, {language}: bytes", max(weights))
                show(f"seat page, {language}: milliseconds", statistics.median(times))
            browser.close()
        server.should_exit = True
        thread.join(20)
        database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
