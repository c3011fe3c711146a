# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Auditing for fairness
#
# Whom does the ranking put first, against who asked and, where the truth is known, against who would truly do best?
# For whom does it err more? What changes without community fit? Groups under ten are not shown.

# %%
import matplotlib.pyplot as plt
import pandas as pd
from _prepared import look, prepared, show

from khaka.app.audit_job import audit_job

look()
state = prepared()
workspace = state.workspace
report = audit_job(workspace.workspace, election_id=state.election)
print(report.text())

# %% [markdown]
# ## Exposure: first ranks against applications
#
# A ratio of 1: as many first ranks as applications. An interval that holds 1 says that this state can't tell. A
# ratio below 1 is no proof of unfairness, and 1 no proof of fairness: it asks a question that people have to answer.

# %%
shown = report.exposure.dropna(subset=["ratio", "low", "high"])
labels = shown["attribute"].astype(str) + ": " + shown["group"].astype(str)
figure, axes = plt.subplots(figsize=(6, 0.32 * len(shown) + 1))
axes.hlines(range(len(shown)), shown["low"], shown["high"], color="#9fb3c8", linewidth=4)
axes.plot(shown["ratio"], range(len(shown)), "o", color="#1f2933")
axes.axvline(1, color="#c26a1b", linewidth=0.8)
axes.set_yticks(range(len(shown)), labels)
axes.set_xlabel("share of first ranks over share of aspirants, 90% interval")
sure = ((shown["low"] > 1) | (shown["high"] < 1)).sum()
axes.set_title(f"{sure} of {len(shown)} groups differ from 1 beyond the noise of one state")
show(figure, "auditing_for_fairness_1")

# %% [markdown]
# ## Against who would truly do best: a made-up state knows

# %%
truth = pd.read_parquet(state.truth)
people = workspace.tables["aspirants"].set_index("aspirant_id")
truth = truth[truth["eligible"].isin([True, "yes"])]
best = truth.loc[truth.groupby("seat_id")["true_margin"].idxmax(), "aspirant_id"]
scores = workspace.results(state.election).scores
first = scores.loc[scores["rank"] == 1, "aspirant_id"]
whom = {"asked": truth["aspirant_id"], "first ranks": first, "truly best": best}
table = pd.DataFrame({name: people.loc[list(ids), "sex"].value_counts() for name, ids in whom.items()})
table = table.fillna(0).astype(int)
print(table.to_string())

# %% [markdown]
# ## For whom does it err more?
#
# Past nominees on elections that the layer had not seen, each party's own mean error taken out. Fairlearn splits any
# figure by group; here the spread of the error, the same thing the audit prints with intervals.

# %%
print(report.errors.round(2).to_string(index=False) if len(report.errors) else "nothing is recorded")

# %%
from fairlearn.metrics import MetricFrame, mean_prediction

joined = scores.merge(truth[["aspirant_id", "true_margin"]], on="aspirant_id")
error = (joined["expected_margin"] - joined["true_margin"]).abs()
frame = MetricFrame(
    metrics={"mean absolute error, points": mean_prediction},
    y_true=joined["true_margin"],
    y_pred=error,
    sensitive_features=people.loc[joined["aspirant_id"], "sex"].to_numpy(),
)
print(frame.by_group.round(2).to_string())
print(f"difference between groups: {frame.difference().iloc[0]:.2f} points")

# %% [markdown]
# ## Without community fit

# %%
fit = report.fit
print(
    f"{fit['moved']:.0f} of {fit['aspirants']:.0f} aspirants have another rank, {fit['other_first']:.0f} of "
    f"{fit['seats']:.0f} seats another first name, {fit['points']:.2f} points in the mean"
)
