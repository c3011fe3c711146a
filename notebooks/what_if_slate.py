# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A what-if slate
#
# One name and a substitute a seat under the party's rules, what each rule costs, and what happens to the slate's
# seats if the state swings. These are what-ifs, not forecasts: all seats move by one swing.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _prepared import folder, look, prepared, show

from khaka.app.slate_job import slate_job
from khaka.data.durable import read_parquet
from khaka.scoring.scenario import what_if

look()
state = prepared()
workspace = state.workspace
results = workspace.results(state.election)

# %% [markdown]
# ## Two sets of rules
#
# The law and one seat a person; and besides that a third of the tickets for women.

# %%
plain = slate_job(workspace.workspace, election_id=state.election, out=folder() / "plain.parquet")
rules = folder() / "rules.toml"
rules.write_text('[[quota]]\ngroup = "women"\nminimum_share = 0.33\n', encoding="utf-8")
quota = slate_job(workspace.workspace, election_id=state.election, rules_file=rules, out=folder() / "women.parquet")
slates = {name: pd.read_parquet(done.path) for name, done in (("the law", plain), ("a third women", quota))}
sex = workspace.tables["aspirants"].set_index("aspirant_id")["sex"]
for name, slate in slates.items():
    women = (slate["aspirant_id"].map(sex) == "F").sum()
    print(f"{name:<16}{len(slate)} seats, {women} women, {slate['win_probability'].sum():.2f} expected seats, "
          f"{slate['expected_margin'].mean():+.2f} points a seat")  # fmt: skip
cost = slates["the law"]["win_probability"].sum() - slates["a third women"]["win_probability"].sum()
print(f"the rule costs {cost:.2f} expected seats")

# %% [markdown]
# ## Where the rule changes the name, and what it costs there

# %%
both = slates["the law"].merge(slates["a third women"], on="seat_id", suffixes=("_law", "_women"))
other = both[both["aspirant_id_law"] != both["aspirant_id_women"]]
gap = (other["expected_margin_women"] - other["expected_margin_law"]).set_axis(other["seat_id"]).sort_values()
figure, axes = plt.subplots(figsize=(6, 0.4 * max(len(gap), 1) + 1.2))
axes.barh(gap.index, gap, color="#c26a1b")
for place, value in enumerate(gap):
    axes.text(value, place, f" {value:+.1f} ", va="center", ha="right" if value < 0 else "left")
axes.margins(x=0.15)
axes.axvline(0, color="#52606d", linewidth=0.8)
axes.set_xlabel("points of expected margin, with the rule minus without")
axes.set_title(f"The rule changes {len(gap)} of {len(both)} names")
show(figure, "what_if_slate_1")

# %% [markdown]
# ## And if the state swings?
#
# The swing is supposed known here, so chances are those given the swing.

# %%
parts = read_parquet(results.folder / "scenario.parquet").to_pandas()
swings = np.arange(-10, 11, 5)
expected = {}
for name, slate in slates.items():
    on = []
    for swing in swings:
        moved = what_if(results.scores, parts, swing=float(swing)).set_index("aspirant_id")
        on.append(moved.loc[slate["aspirant_id"], "win_probability"].sum())
    expected[name] = on
frame = pd.DataFrame(expected, index=pd.Index(swings, name="swing, points"))
assert (frame.diff().dropna() >= -1e-9).all().all()  # a better swing never costs seats
print(frame.round(2).to_string())

# %%
figure, axes = plt.subplots(figsize=(6, 3))
above = frame.columns[0] if frame.iloc[-1, 0] >= frame.iloc[-1, 1] else frame.columns[1]
for name, colour in zip(frame.columns, ("#1f4e79", "#c26a1b"), strict=True):
    axes.plot(frame.index, frame[name], color=colour, marker="o")
    side = "bottom" if name == above else "top"  # the lines may lie on one another
    axes.text(frame.index[-1], frame[name].iloc[-1], f"  {name}", color=colour, va=side)
axes.set_xlabel("swing of the party, points of margin")
axes.set_ylabel("expected seats")
moved = frame["the law"].iloc[-1] - frame["the law"].iloc[0]
most = (frame["the law"] - frame["a third women"]).abs().max()
axes.set_title(f"Swings of 10 points move {moved:.1f} expected seats, the rule {most:.2f} at most")
show(figure, "what_if_slate_2")

# %% [markdown]
# ## Without the fit with the seat's communities

# %%
changed = what_if(results.scores, parts, without=["fit"])
first = changed[(changed["rank"] == 1) & (changed["rank_before"] != 1)]
print(f"{len(first)} of {results.scores['seat_id'].nunique()} seats would have another first name")
