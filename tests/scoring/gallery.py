# ruff: noqa: E501 - one picture a line
"""All pictures in one page and one PNG, to be looked at: `python tests/scoring/gallery.py FOLDER`.

Needs Debian's chromium for the PNG. Numbers are made up.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import subprocess
import sys
from pathlib import Path

import fontpkg_noto_sans_devanagari
import numpy as np

from khaka.scoring.pictures.booths import Booth, booth_map
from khaka.scoring.pictures.contrasts import Step, contrast_bar
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.margins import Standing, margin_axis
from khaka.scoring.pictures.people import Community, Rated, communities, raters
from khaka.scoring.pictures.states import chance_legend, chance_region, state_map
from khaka.scoring.pictures.strips import Past, calendar_strip, history_strip

FONT = next((Path(fontpkg_noto_sans_devanagari.ROOT)).rglob("*.ttf"))
STYLE = Path(__file__).parents[2] / "app" / "review" / "static" / "khaka.css"


def standings() -> list[Standing]:
    """Five aspirants, the first three tied, the last one not ranked."""
    return [
        Standing("Farida Shishaman", 2.4, -14.0, 19.0, 0.57, 1, ghost=-3.0),
        Standing("Umesh Shishamwal", 1.6, -16.0, 17.0, 0.52, 1),
        Standing("दिनेश अर्जुनान", -0.8, -17.5, 15.0, 0.46, 1),
        Standing("Kamla <Devi> & Sons", -9.0, -26.0, 8.0, 0.18, 2),
        Standing("Ravi Neem", -38.0, -52.0, -21.0, 0.01, None, faint=True),
    ]


def booths(count: int, *, places: bool, seed: int = 1) -> list[Booth]:
    """Booths of a made-up seat."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        lat, lon = (26.5 + rng.normal(0, 0.06), 80.4 + rng.normal(0, 0.09)) if places else (math.nan, math.nan)
        share = float(np.clip(0.3 + 1.2 * (lat - 26.5 if places else 0.0) + rng.normal(0, 0.06), 0, 1))
        state = ("reached", "reached", "doubtful", "never")[int(rng.integers(4))]
        found.append(Booth(f"{number + 1}", lat, lon, share if number % 19 else math.nan, 0.55 + share / 3, state))
    return found


def pictures(look: Look) -> list[str]:
    """Every picture once."""
    rng = np.random.default_rng(2)
    square = lambda x, y: (((80 + x, 26 + y), (80.9 + x, 26 + y), (80.9 + x, 26.9 + y), (80 + x, 26.9 + y)),)  # noqa: E731
    regions = [
        chance_region(
            f"{n + 1} Seat {n + 1}", (n * 0.09) % 1 if n % 11 else None, look, rings=square(n % 6, n // 6), link=f"/{n}"
        )
        for n in range(30)
    ]
    tiles = [chance_region(f"{n + 1} Seat", float(rng.random()), look) for n in range(403)]
    day = dt.date(2026, 9, 1)
    logged = {day + dt.timedelta(days=int(n)): int(rng.poisson(3)) for n in range(20, 130) if rng.random() < 0.6}
    rated = [
        (one.name, [Rated("observer", 0.2 + 0.1 * n), Rated("observer", 0.7), Rated("dcc", 0.5), Rated("survey", 0.4)])
        for n, one in enumerate(standings()[:3])
    ]
    return [
        margin_axis(standings(), look),
        contrast_bar("Farida Shishaman", "Umesh Shishamwal", [Step("ratings" if look.language == "en" else "आकलन अंक", 3.1), Step("presence", -1.4), Step("community fit", 0.9), Step("experience", -0.7), Step("education", 0.3), Step("age", -0.05), Step("x", -0.05)], look, most=4),
        booth_map(booths(80, places=True), look, view="support", outline=square(0, 0)[0] and (((80.2, 26.3), (80.6, 26.3), (80.65, 26.7), (80.3, 26.72)),), link=lambda mark: f"?b={mark.booths[0].number}", selected="12"),
        booth_map(booths(430, places=True), look, view="turnout", link=lambda mark: f"?b={mark.booths[0].number}"),
        booth_map(booths(80, places=True), look, view="presence"),
        booth_map(booths(60, places=False), look, view="support"),
        state_map(regions, look, what=look.say("by_chance"), entries=chance_legend(look)),
        state_map(tiles, look, what=look.say("by_chance"), entries=chance_legend(look)),
        history_strip([Past("2012", 4.2), Past("2014 LS", -18.0), Past("2017", -22.0), Past("2019 LS", math.nan, contested=False), Past("2022", -7.4), Past("2024 LS", 0.3)], look),
        communities([Community("Alpha", 0.31, 0.03), Community("अनुसूचित जाति", 0.27, official=True), Community("Eta", 0.12, 0.02)], look),
        calendar_strip(logged, look, first=day, last=dt.date(2027, 1, 10), known_from=dt.date(2026, 9, 12)),
        raters(rated, look),
    ]  # fmt: skip


def page(look: Look, *, dark: bool = False) -> str:
    """Return the pictures as a page."""
    style = STYLE.read_text(encoding="utf-8") if STYLE.is_file() else ""
    style = style.replace("font.woff2", FONT.resolve().as_uri())
    if dark:
        style = style.replace("(prefers-color-scheme: dark)", "screen")
    body = "".join(f'<figure style="margin:12px;width:360px">{picture}</figure>' for picture in pictures(look))
    return (
        f'<!doctype html><html lang="{look.language}" ><meta charset="utf-8"><title>pictures</title><style>{style}</style>'
        f'<body style="max-width:none"><div style="display:flex;flex-wrap:wrap">{body}</div></body></html>'
    )


def main(folder: Path) -> None:
    """Write the gallery in every theme and language."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    for look, dark in ((Look(), False), (Look(language="hi", digits="devanagari"), True), (Look("print", "hi"), False)):
        name = f"{look.theme}-{look.language}{'-dark' if dark else ''}"
        file = folder / f"{name}.html"
        file.write_text(page(look, dark=dark), encoding="utf-8")
        print(file, [len(picture) for picture in pictures(look)])
        if chromium:
            subprocess.run(
                [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1560,1500",
                 f"--screenshot={folder / name}.png", file.resolve().as_uri()],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
