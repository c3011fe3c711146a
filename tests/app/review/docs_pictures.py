"""Pictures of the page for README and docs: `python tests/app/review/docs_pictures.py WORKSPACE FOLDER`.

State, seat and comparison of a made-up workspace (`khaka demo`), in English and Hindi, from a real browser. Needs
Debian's chromium. Made-up names and places only: never run it on a party's own workspace.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

WIDTH, HEIGHT = 1024, 1180


def main(workspace: Path, folder: Path) -> None:
    """Take the pictures of a copy of the workspace."""
    import uvicorn
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from khaka.app.review.factory import SESSION_COOKIE, create_app
    from khaka.app.review.font import ensure_font
    from khaka.app.review.store.database import open_database
    from khaka.app.review.store.record import Who
    from khaka.app.review.store.users import add_user
    from khaka.data.workspace import open_workspace

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(workspace, Path(scratch) / "ws", ignore=shutil.ignore_patterns("review", "mlflow", "world"))
        opened = open_workspace(Path(scratch) / "ws")
        ensure_font(opened.root / "cache" / "static")
        database = open_database(opened)
        add_user(database, "committee", "state", "a long password", who=Who("docs", "admin"))
        app = create_app(opened, database=database)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.1)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        it = app.state.review
        # the seat with most aspirants shows most
        names = it.current.get().candidates
        seat = max(names, key=lambda one: (min(len(names[one]), 6), one))
        key = it.sessions.open("committee")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for language in ("en", "hi"):
                context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
                context.add_cookies([
                    {"name": SESSION_COOKIE, "value": key, "url": url},
                    {"name": "khaka_reader", "value": f"{language}.latin", "url": url},
                ])  # fmt: skip
                page = context.new_page()
                for name, path in (("state", "/"), ("seat", f"/seat/{seat}"), ("compare", f"/seat/{seat}/compare")):
                    page.goto(f"{url}{path}")
                    if name == "seat":
                        page.locator("details.aspirant summary").first.click()
                    if name == "compare":
                        page.locator("input[name=a]").nth(2).check()
                        page.locator("form button.main").first.click()
                    page.evaluate("document.activeElement.blur()")
                    page.screenshot(path=folder / f"{name}-{language}.png")
            browser.close()
        server.should_exit = True
        thread.join(20)
        database.close()
    for path in sorted(one for name in ("state", "seat", "compare") for one in folder.glob(f"{name}-*.png")):
        with Image.open(path) as picture:  # a page has few colours: a third of the bytes
            picture.convert("RGB").quantize(64).save(path, optimize=True)
        sys.stdout.write(f"{path.name} {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
