"""
A month of experiments, planned
===============================

Which iron-based glass has the largest saturation polarization, if an experiment costs a
day and nothing is known? A campaign asks for batches, takes what was measured, and
learns from it. Here the laboratory is a formula, so that the answer is known: a hill
whose top lies at 1.8 T, and a region where no glass forms.
"""

# %%
# The laboratory
# --------------

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklmag.design import Campaign

TOP = pd.Series({"Fe": 74.0, "Co": 8.0, "Si": 4.0, "B": 11.0, "P": 3.0})
STEEP = pd.Series({"Fe": 0.004, "Co": 0.004, "Si": 0.006, "B": 0.008, "P": 0.02})


def laboratory(alloys):
    """Return what would be measured; nothing where the ribbon is crystalline."""
    misfit = (STEEP * (alloys[TOP.index] - TOP) ** 2).sum(axis=1)
    polarization = 0.8 + np.exp(-misfit)
    is_glass = alloys["B"] + alloys["P"] + 0.6 * alloys["Si"] > 15.5
    return polarization.where(is_glass).rename("Bs_T")


# %%
# Four a week
# -----------
# What an experiment sets, what is wanted, and what has to hold. The first batch is spread
# out; crystalline ribbons are told as NaN, and kept away from afterwards.

campaign = Campaign(
    {"Fe": (55, 85), "Co": (0, 25), "Si": (0, 15), "B": (4, 20), "P": (0, 10)},
    ["maximize Bs_T"],
    constraints=["Fe + Co + Si + B + P = 100"],
    random_state=0,
)
weeks = []
for week in range(1, 6):
    batch = campaign.ask(4)
    campaign.tell(batch, laboratory(batch))
    best = campaign.best().iloc[0]
    weeks.append(
        {"week": week, "failed so far": len(campaign.failed), "best Bs (T)": best["Bs_T"],
         **best[TOP.index]}
    )  # fmt: skip
pd.DataFrame(weeks).round(3)

# %%
campaign.plot()
plt.show()

# %%
# What chance would have found
# ----------------------------
# The same twenty days with alloys drawn at random, a hundred times over.

random = np.random.default_rng(0)
low, high = np.array([campaign.inputs[name] for name in TOP.index]).T
drawn = pd.DataFrame(
    random.dirichlet([20, 3, 2, 3, 1], size=40_000) * 100, columns=TOP.index
)
drawn = drawn[((drawn >= low) & (drawn <= high)).all(axis=1)]
found = [laboratory(drawn.sample(20, random_state=k)).max() for k in range(100)]
pd.Series(
    {"campaign": campaign.best()["Bs_T"].iloc[0], "chance, mean": np.mean(found),
     "chance, best of a hundred": np.max(found)}
).round(3)  # fmt: skip

# %%
# Where it looked
# ---------------
# Spread out first, then around the top.

done, failed = campaign.done, campaign.failed
_, ax = plt.subplots(layout="constrained", figsize=(5, 3.8))
points = ax.scatter(done["Fe"], done["B"], c=done["Bs_T"], label="measured")
ax.plot(failed["Fe"], failed["B"], "x", color="0.4", label="crystalline")
ax.set(xlabel="Fe (at.%)", ylabel="B (at.%)")
ax.figure.colorbar(points, ax=ax, label="Bs (T)")
ax.legend(frameon=False)
plt.show()

# %%
# One file keeps all of it, as text: ``campaign.save("month.campaign")``. The next batch, with
# what is expected of it:

batch = campaign.ask(3)
batch.join(campaign.predict(batch)).round(3)
