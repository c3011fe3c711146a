# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A seat, from files to its ranking and its blueprint
#
# Files are read, models trained on earlier elections, and the aspirants of one seat looked at: their ranges, what
# speaks for and against each, the printed pages. The state is made up; published files take the same way, `ingest`
# reads them as they are.

# %%
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from _prepared import files, look, show

import khaka

look()
folder = Path(tempfile.mkdtemp(prefix="khaka-notebook-"))
source = files()
world = json.loads((source / "world.json").read_text(encoding="utf-8"))
workspace = khaka.init(folder / "workspace", state=world["state"], party=world["party"])
report = workspace.ingest(source)
print(f"{report.kept:,} rows kept, {len(report.refused)} files refused")
for name, table in workspace.tables.items():
    print(f"{name:<18}{len(table):>8,} rows")

# %% [markdown]
# ## Training: contenders, compared on an election that none of them had seen

# %%
ranker = khaka.Ranker(world["as_of"]).fit(workspace)
print(ranker.contenders_.round(2).to_string(index=False))
print(f"registered: {ranker.model_.version}")

# %% [markdown]
# ## The aspirants of one seat
#
# The one with the most names too close to call: no order among them means anything.

# %%
results = ranker.rank(workspace, world["election_id"])
scores = results.scores
seat = scores[scores["rank"].notna()].groupby("seat_id")["tie_group"].agg(lambda ties: ties.eq(1).sum()).idxmax()
shown = results.seat(seat)
columns = ["rank", "aspirant_id", "expected_margin", "margin_low", "margin_high", "win_probability", "tie_group"]
print(shown[columns].round(2).to_string(index=False))

# %%
from khaka.scoring.plots import plot_seat

people = workspace.tables["aspirants"]
names = dict(zip(people["aspirant_id"], people["name"].astype(str), strict=True))
in_hindi = dict(zip(people["aspirant_id"], people["name_hi"].fillna(people["name"]).astype(str), strict=True))
place = workspace.tables["seats"].set_index("seat_id").loc[seat]
show(plot_seat(scores, seat, folder / "seat.png", names=in_hindi, seat_name=str(place["seat_name_hi"])))

# %% [markdown]
# ## What speaks for the first of them, against the average of the seat
#
# The contributions add up to the expected margin; the contrast between two names adds up to their difference.

# %%
first, second = shown["aspirant_id"].iloc[:2]
told = results.explanations[results.explanations["aspirant_id"] == first]
assert abs(told["contribution"].sum() - shown["expected_margin"].iloc[0]) < 1e-6
for row in told[told["reason_en"].fillna("") != ""].itertuples():
    print("-", row.reason_en)
    print(" ", row.reason_hi)
gap = results.contrast(first, second)
assert abs(gap.sum() - (shown["expected_margin"].iloc[0] - shown["expected_margin"].iloc[1])) < 1e-6
print(f"\n{names[first]} against {names[second]}, points:")
print(gap[gap.abs() > 0.05].round(2).to_string())

# %% [markdown]
# ## The state as a map: chance of the first name

# %%
from khaka.data.places.polygons import map_of

leaders = scores[scores["rank"] == 1].set_index("seat_id")["win_probability"]
seats = map_of(workspace.tables["boundaries"])
figure, axes = plt.subplots(figsize=(6, 5))
ramp = plt.get_cmap("Blues")
for unit, shape in zip(seats.unit_ids, seats.polygons, strict=True):
    for part in getattr(shape, "geoms", [shape]):
        x, y = part.exterior.xy
        axes.fill(x, y, facecolor=ramp(leaders.get(unit, 0.0)), edgecolor="white", linewidth=0.8)
    inside = shape.representative_point()
    colour = "white" if leaders.get(unit, 0.0) > 0.5 else "#1f2933"
    axes.text(inside.x, inside.y, unit.split("-")[-1], color=colour, ha="center", va="center")
axes.set_aspect("equal")
axes.axis("off")
figure.colorbar(plt.cm.ScalarMappable(cmap=ramp), ax=axes, label="chance to win of the first name", shrink=0.7)
axes.set_title(f"{(leaders >= 0.5).sum()} of {len(leaders)} seats stand at 50% or more")
show(figure, "seat_from_files_to_ranking_1")

# %% [markdown]
# ## The printed pages: facts and assessment, in Hindi

# %%
from khaka.app.dossier_job import dossier_job

pages = dossier_job(workspace.workspace, election_id=world["election_id"], seat_id=seat, language="hi")
print(pages.files[0].relative_to(workspace.root))

# %%
import pdfplumber

for number in (0, 1):
    with pdfplumber.open(pages.files[0]) as pdf:
        page = pdf.pages[number].to_image(resolution=100, antialias=True)
        page.save(folder / f"page-{number + 1}.png", quantize=False)
    show(folder / f"page-{number + 1}.png")

# %% [markdown]
# ## How good is the ranking? Only a made-up state can tell

# %%
from khaka.scoring.evaluate import evaluate_files

evaluation = evaluate_files(source / "truth" / "truth.parquet", results.folder)
print(evaluation.text())
assert isinstance(evaluation.rules, pd.DataFrame)
