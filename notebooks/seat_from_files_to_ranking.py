# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A seat, from files to its ranking
#
# A made-up state is read, the models are trained on its earlier elections, and the aspirants of one seat are looked at:
# their ranges, what speaks for and against each, and how far the ranking can be trusted. Real files take the same way:
# `khaka ingest` instead of `simulate`.

# %%
import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd

from khaka.app.jobs import score_job
from khaka.app.train_job import train_job
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import init_workspace
from khaka.scoring.evaluate import evaluate_files
from khaka.scoring.plots import plot_seat

folder = Path(tempfile.mkdtemp(prefix="khaka-notebook-"))
world = simulate(folder / "world", seats=16, booths_per_seat=20, seed=11)
workspace = init_workspace(folder / "workspace", state=world.state, party=world.party)
report = ingest([folder / "world"], workspace_root=workspace.root, store=workspace.store)
print(f"{report.kept:,} rows kept, {len(report.refused)} files refused")

# %% [markdown]
# ## Training: contenders, compared on an election that none of them had seen

# %%
as_of = dt.date.fromisoformat(world.as_of)
model, trained = train_job(workspace, as_of=as_of)
print(trained.contenders.round(2).to_string(index=False))
print(f"registered: {model.version} ({trained.chosen})")

# %% [markdown]
# ## The aspirants of one seat

# %%
done = score_job(workspace, election_id=world.election_id, as_of=as_of, model=None, out=None)
scores = pd.read_parquet(done.path / "scores.parquet")
seat = scores["seat_id"].iloc[0]
columns = [
    "rank",
    "aspirant_id",
    "expected_margin",
    "margin_low",
    "margin_high",
    "win_probability",
    "tie_group",
    "support",
]
print(scores.loc[scores["seat_id"] == seat, columns].sort_values("rank").round(1).to_string(index=False))
picture = plot_seat(scores, seat, folder / "seat.png")

# %% [markdown]
# ## What speaks for the first of them, against the average of the seat

# %%
explanations = pd.read_parquet(done.path / "explanations.parquet")
first = scores[(scores["seat_id"] == seat) & (scores["rank"] == 1)]["aspirant_id"].iloc[0]
own = explanations[(explanations["seat_id"] == seat) & (explanations["aspirant_id"] == first)]
assert abs(own["contribution"].sum() - scores.set_index("aspirant_id").loc[first, "expected_margin"]) < 1e-6
for reason in own.loc[own["feature"] != "(base)", "reason_en"].dropna().loc[lambda text: text != ""]:
    print("-", reason)

# %% [markdown]
# ## How good is the ranking? Only a made-up state can tell

# %%
print(evaluate_files(folder / "world" / "truth" / "truth.parquet", done.path).text())
