"""
Forty alloys, and a network that has seen chemistry
===================================================

A laboratory has forty measured alloys, not four thousand. A network that starts from
random weights learns little from them. The one that comes with the package has learnt
computed formation energies, band gaps, volumes and moduli of 370,000 compositions, none
of them in this table: it is ahead of a new one, and its features make smooth models
better. They know nothing of magnetism, though, and trees on tabulated properties, which
do, stay ahead here. Compare before you choose.
"""

# %%
# Forty, eighty, ... Curie temperatures
# -------------------------------------
# The test alloys are the same throughout, and none has a composition of the training.
# Each model is fitted on two draws of the training alloys.
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from sklmag import (
    FormulaTokenizer,
    LGDCNNRegressor,
    MagpieFeaturizer,
    PretrainedFormulaFeaturizer,
)
from sklmag.datasets import load_curie_temperatures

X, Tc_K = load_curie_temperatures(return_X_y=True)
table = Tc_K.groupby(X["formula"]).median()
formulas, Tc_K = table.index.to_numpy(object), table.to_numpy()
shuffled = np.random.RandomState(0).permutation(len(formulas))
test, pool = shuffled[:600], shuffled[600:]


def network(init):
    net = LGDCNNRegressor(init=init, n_members=2, max_epochs=150, random_state=0)
    return make_pipeline(FormulaTokenizer(), net)


def vectors(*featurizer):
    machine = make_pipeline(*featurizer, StandardScaler(), SVR(C=10))
    return TransformedTargetRegressor(machine, transformer=StandardScaler())


models = {
    "the median": DummyRegressor(strategy="median"),
    "network, random weights": network("random"),
    "network, pretrained": network("pretrained"),
    "support vectors on Magpie": vectors(MagpieFeaturizer(), SimpleImputer()),
    "support vectors, pretrained": vectors(PretrainedFormulaFeaturizer()),
    "trees on Magpie": make_pipeline(
        MagpieFeaturizer(), ExtraTreesRegressor(200, random_state=0)
    ),
}
rows = []
for draw in range(2):
    order = np.random.RandomState(draw).permutation(pool)
    for n_train in (40, 80, 160):
        train = order[:n_train]
        for name, model in models.items():
            model.fit(formulas[train], Tc_K[train])
            error = mean_absolute_error(Tc_K[test], model.predict(formulas[test]))
            rows.append((name, n_train, error))
errors = pd.DataFrame(rows, columns=["model", "n_train", "MAE_K"])
means = errors.groupby(["n_train", "model"])["MAE_K"].mean().unstack()[list(models)]
print(means.round(0).T.to_string())

# %%
# Error against the number of alloys
# ----------------------------------
figure, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
styles = ("0.6", "tab:red", "tab:red", "tab:blue", "tab:blue", "tab:green")
for (name, column), colour in zip(means.items(), styles, strict=True):
    dash = "-" if "pretrained" in name else "--"
    ax.plot(means.index, column, "o" + dash, color=colour, label=name)
ax.set(xscale="log", xlabel="training alloys", ylabel="mean absolute error (K)")
ax.set_xticks(means.index, [str(n) for n in means.index])
ax.minorticks_off()
ax.legend(frameon=False, fontsize=8)
