# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Reading the model card
#
# The card is made from the run's own files, never by hand. Read it in this order: what it learned from, what is the
# party's own weight, how it did on elections it had not seen, whether its ranges held, for whom it errs more.

# %%
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from _prepared import folder, look, prepared, show

from khaka.app.card_job import card_job
from khaka.scoring.evaluate import evaluate_files
from khaka.scoring.shap_plots import shap_plots
from khaka.training.tracking import Tracker

look()
state = prepared()
workspace = state.workspace
card, model = card_job(workspace.workspace)
text = card.markdown()
show(text)

# %% [markdown]
# ## Did the ranges hold?
#
# 90% is promised. One election shares one swing, so single elections scatter; given the swing they should not.

# %%
evidence = json.loads((model.bundle / "evidence.json").read_text(encoding="utf-8"))
coverage = pd.DataFrame(evidence["coverage"]).set_index("election_id")
figure, axes = plt.subplots(figsize=(6, 2.8))
top = len(coverage) - 0.45
for column, colour, said in (("in_range", "#1f4e79", "swing drawn"), ("given_swing", "#c26a1b", "swing known")):
    percent = 100 * coverage[column]
    axes.plot(percent, range(len(coverage)), "o", color=colour)
    axes.text(percent.iloc[-1], top, said, color=colour, ha="right" if column == "given_swing" else "left")
axes.axvline(90, color="#9aa5b1", linewidth=0.8)
axes.set_ylim(-0.5, len(coverage) - 0.1)
axes.set_yticks(range(len(coverage)), coverage.index)
axes.set_xlabel("margins inside the 90% range, %")
means = 100 * coverage[["in_range", "given_swing"]].mean()
axes.set_title(f"Of 100 margins {means.iloc[0]:.0f} lay in the range; with the swing known {means.iloc[1]:.0f}")
show(figure, "reading_the_model_card_1")

# %% [markdown]
# ## Are the chances what they say?
#
# On a made-up state every aspirant has a truth, not only the nominee: of those given 30% about 30% should win. The
# swing is one draw for the whole state, so the line may lie above or below as a whole.

# %%
results = workspace.results(state.election)
judged = evaluate_files(state.truth, results.folder)
bins = judged.reliability.dropna()
figure, axes = plt.subplots(figsize=(4, 4))
axes.plot([0, 1], [0, 1], color="#9aa5b1", linewidth=0.8)
axes.scatter(bins["probability"], bins["won"], s=10 + 4 * bins["count"], color="#1f4e79")
axes.set_xlabel("chance to win, said")
axes.set_ylabel("share that would have won")
said, came = ((bins[name] * bins["count"]).sum() / bins["count"].sum() for name in ("probability", "won"))
axes.set_title(f"Said {said:.0%} in the mean, came {came:.0%} (size: aspirants)")
show(figure, "reading_the_model_card_2")

# %% [markdown]
# ## Gain over the simple rules, in points of margin a seat

# %%
gain = judged.rules["gain"].drop(index="oracle", errors="ignore").sort_values()
figure, axes = plt.subplots(figsize=(6, 3))
axes.barh(gain.index, gain, color=["#1f4e79" if name == "model" else "#bcccdc" for name in gain.index])
axes.axvline(0, color="#52606d", linewidth=0.8)
axes.set_xlabel("points a seat over the committee's choice")
for place, value in enumerate(gain):
    axes.text(max(value, 0.0), place, f" {value:+.2f}", va="center")
best = gain.drop(index=["model", "committee", "slate", "oracle_recorded"], errors="ignore")
axes.set_title(
    f"The model gains {gain['model']:+.2f} points a seat, the best simple rule ({best.idxmax()}) {best.max():+.2f}"
)
show(figure, "reading_the_model_card_3")
print(judged.text())

# %% [markdown]
# ## What moves the expected margin: SHAP values of the linear and boosted parts
#
# Written when the model was trained; with the base they add up to the margin of each nominee. The seat outweighs the
# person by far, so the person's part is drawn apart.

# %%
artifacts = Path(Tracker(workspace.workspace).uri.removeprefix("sqlite:///")).parent / "artifacts" / model.run_id
show(next(artifacts.rglob("shap_summary.png")))
values = pd.read_parquet(next(artifacts.rglob("feature_values.parquet")))
parts = pd.read_parquet(next(artifacts.rglob("shap_values.parquet"))).reset_index(drop=True)
person = parts[["(base)", *(name for name in values.columns if name != "seat_baseline")]]
place = folder() / "pictures" / "person"
top = person.drop(columns="(base)").abs().mean().idxmax()
shap_plots(person, values.drop(columns="seat_baseline"), place, title=f"Beside the seat, {top} moves the margin most")
show(place / "shap_summary.png")
