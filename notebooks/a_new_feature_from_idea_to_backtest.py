# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A new feature, from idea to backtest
#
# Idea: voters may treat the young and the old differently. The share model knows the seat and who contests; does it
# become better with the nominee's age, a feature of the person's layer? A backtest with and without answers: same
# elections, same past, one thing changed. With real files of Uttar Pradesh (`KHAKA_REAL_DATA`) on them, else on a
# made-up state. CONTRIBUTING.md shows how a feature of your own is written: one file, one line.

# %%
import matplotlib.pyplot as plt
from _prepared import folder, look, prepared, real_files, show

import khaka

look()
real = real_files()
if real is None:
    workspace = prepared().workspace
    targets = list(workspace.elections("AE")["election_id"].iloc[-4:-1])
elif (folder() / "up" / "khaka.toml").is_file():
    workspace = khaka.open(folder() / "up")
    targets = ["S24-2012-AE", "S24-2017-AE"]
else:
    workspace = khaka.init(folder() / "up", state="S24", party="INC")
    workspace.ingest(*sorted((real / "results").glob("Uttar_Pradesh_*")))
    targets = ["S24-2012-AE", "S24-2017-AE"]
print(workspace, targets)

# %% [markdown]
# ## Look at it first
#
# What is its unit, from when is it known, how often is it unknown, how is it spread? A feature that is known after
# the decision, or for the winners only, is no feature.

# %%
feature = "age_at_poll"
table = workspace.features(
    targets[-1],
    as_of=workspace.elections("AE").set_index("election_id").loc[targets[-1], "poll_date"].date(),
    kind="nominee",
)
about = table.describe()
print(about[about["name"] == feature].T.to_string())
values = table.values[feature]
print(f"unknown for {values.isna().mean():.0%} of {len(values):,} nominees")

# %%
figure, axes = plt.subplots(figsize=(6, 2.6))
axes.hist(values.dropna(), bins=30, color="#1f4e79")
axes.set_xlabel("age at the poll, years")
axes.set_ylabel("nominees")
axes.set_title(f"Half of the nominees are {values.quantile(0.25):.0f} to {values.quantile(0.75):.0f} years old")
show(figure, "a_new_feature_from_idea_to_backtest_1")

# %% [markdown]
# ## The backtest, with and without

# %%
backtest = khaka.Backtest(targets, added=[feature]).run(workspace)
print(backtest)

# %% [markdown]
# ## Gain over the rules, and of the feature
#
# One election is dominated by its swing: the mean over elections and the standard error of the paired difference
# decide. A difference below twice its standard error is noise: leave the feature out.

# %%
means = backtest.means()["error_given_swing"].sort_values(ascending=False)
figure, axes = plt.subplots(figsize=(6, 2.6))
axes.barh(means.index, means, color=["#1f4e79" if name == "model" else "#bcccdc" for name in means.index])
for place, value in enumerate(means):
    axes.text(value, place, f" {value:.1f}", va="center")
axes.set_xlabel("swing-free error, points of share")
rules = means.drop(index=["model", f"with {feature}"])
axes.set_title(f"The model errs by {means['model']:.1f} points, the best simple rule by {rules.min():.1f}")
show(figure, "a_new_feature_from_idea_to_backtest_2")
gaps = backtest.differences()
own = gaps[(gaps["rule"] == f"with {feature}") & (gaps["figure"] == "error_given_swing")].iloc[0]
verdict = "keep" if own["mean"] > 2 * own["standard_error"] else "leave out"
print(f"model without minus with: {own['mean']:+.2f} ± {own['standard_error']:.2f} points: {verdict}")
