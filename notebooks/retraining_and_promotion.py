# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Retraining and promotion
#
# New rows have come in. A challenger is trained, held against the champion and the simple rules by the gate, and
# promoted only if every check passes. In a shared workspace two people are needed.

# %%
import matplotlib.pyplot as plt
import pandas as pd
from _prepared import look, prepared, show

import khaka
from khaka.app.promote_job import promote_job
from khaka.training.tracking import Tracker

look()
state = prepared()
workspace = state.workspace
before = Tracker(workspace.workspace).find()
print(f"in use: {before.version}, learned from what was known by {before.meta['as_of']}")

# %% [markdown]
# ## Train again
#
# The same tables, settings and code give the same model, byte for byte (`khaka train --reproduce`). Here the model
# of a day earlier is made, as if the newest rows weren't there yet.

# %%
earlier = (pd.Timestamp(state.as_of) - pd.Timedelta(days=30)).date()
ranker = khaka.Ranker(earlier).fit(workspace)
print(ranker.contenders_.round(2).to_string(index=False))

# %%
table = ranker.contenders_.set_index("contender").dropna(subset=["mean_absolute_error"])
table = table.sort_values("mean_absolute_error", ascending=False)
figure, axes = plt.subplots(figsize=(6, 2.4))
colours = ["#1f4e79" if name == ranker.model_.meta["chosen"] else "#bcccdc" for name in table.index]
axes.barh(table.index, table["mean_absolute_error"], color=colours)
for place, value in enumerate(table["mean_absolute_error"]):
    axes.text(value, place, f" {value:.2f}", va="center")
axes.set_xlabel("mean absolute error of the margin, points, elections not seen")
axes.set_title(f"{ranker.model_.meta['chosen']} is registered; boosted trees have to beat ridge by more than the noise")
show(figure, "retraining_and_promotion_1")

# %% [markdown]
# ## The gate
#
# Each check with its figure and its limit. On so small a state some may fail: then the challenger stays a
# challenger, and that is the gate at work.

# %%
done = promote_job(workspace.workspace, wanted=ranker.model_.version, by="Notebook", approve=False, states=1)
print(done.verdict.text())
print(f"\n{done.action}: {done.model.version}")

# %% [markdown]
# ## Who promoted what, and why, can be read later

# %%
print((workspace.root / "promotions.jsonl").read_text(encoding="utf-8").splitlines()[-1][:300], "...")
print(f"runs and models: mlflow ui --backend-store-uri {Tracker(workspace.workspace).uri}")
