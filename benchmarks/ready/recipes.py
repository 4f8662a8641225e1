"""What each ready model is made of: data, model, card."""

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectFromModel
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import (
    AutoRegressor,
    FormulaTokenizer,
    LGDCNNRegressor,
    VoronoiFeaturizer,
)
from sklmag.composition import MagpieFeaturizer
from sklmag.datasets import (
    fetch_extended,
    fetch_matbench,
    load_curie_temperatures,
    load_fe_nanocrystalline,
    load_nanocrystalline_magnets,
    load_re2fe14b,
    load_steels,
)
from sklmag.microstructure import GrainFeaturizer
from sklmag.models import SharedHeadRegressor
from sklmag.recipes._formulas import boosted_trees
from sklmag.tasks import RECIPES as OF_TASKS

SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
_DU = "H. Du et al., J. Chem. Theory Comput. 20 (2024), doi:10.1021/acs.jctc.4c00187"


# -- models ------------------------------------------------------------------------


def trees():
    """Return the average of boosted trees on amounts and on Magpie's attributes."""
    # a Gaussian process and extra trees beside them: 6 % less, in thrice the space
    members = ["linear", "XGBoost", "XGBoost, descriptors"]
    return AutoRegressor(time_budget=600, members=members, random_state=0)


def small_trees(cv=5):
    """Return boosted trees on amounts, conditions and Magpie's attributes."""
    members = ["XGBoost, descriptors"]
    return AutoRegressor(time_budget=600, members=members, cv=cv, random_state=0)


def process():
    """Return the average of a Gaussian process and trees: the best of few rows."""
    members = ["Gaussian process", "extra trees, descriptors"]
    return AutoRegressor(members=members, random_state=0)


def network(n_members=2):
    """Return a formula network."""
    # fewer members than the default, in single precision: 1 MB each in a wheel
    net = LGDCNNRegressor(
        init="pretrained", n_members=n_members, dtype="float32", n_threads=1,
        random_state=0,
    )  # fmt: skip
    return make_pipeline(FormulaTokenizer(), net)


def larger_network():
    """Return a formula network of four members."""
    return network(4)


def chances():
    """Return boosted trees whose prediction of 0 or 1 is a chance."""
    net = XGBRegressor(
        objective="binary:logistic", n_estimators=400, learning_rate=0.05, max_depth=6,
        subsample=0.8, colsample_bytree=0.5, n_jobs=1, random_state=0,
    )  # fmt: skip
    return make_pipeline(MagpieFeaturizer(), net)


def heads():
    """Return the shared-head network on what is known of grains by physics."""
    net = SharedHeadRegressor(n_members=4, loss="mae", n_threads=1, random_state=0)
    return make_pipeline(GrainFeaturizer(), net)


def trees_of_crystals():
    """Return boosted trees on the Voronoi attributes that matter most."""
    # on 32 of them it errs 4 % more than on all, and the file is a fifth as large
    first = SelectFromModel(
        _boosted(n_estimators=60), threshold=-np.inf, max_features=32
    )
    reader = VoronoiFeaturizer().set_output(transform="pandas")
    chosen = first.set_output(transform="pandas")
    return make_pipeline(reader, chosen, _boosted(n_estimators=250))


def _boosted(**options):
    return XGBRegressor(
        learning_rate=0.06, max_depth=6, subsample=0.8, colsample_bytree=0.5,
        min_child_weight=3, n_jobs=1, random_state=0, **options,
    )  # fmt: skip


# -- what they are compared with ---------------------------------------------------


def trees_of_formulas():
    """Return boosted trees on Magpie's attributes."""
    return make_pipeline(MagpieFeaturizer(), boosted_trees(0))


def trees_of_tables():
    """Return boosted trees on a table, its formulas as amounts."""
    return OF_TASKS["xgboost"].build("table", 0)


def trees_of_grains():
    """Return boosted trees on what is known of grains by physics."""
    one = XGBRegressor(
        n_estimators=500, learning_rate=0.03, max_depth=4, subsample=0.7,
        colsample_bytree=0.5, n_jobs=1,
    )  # fmt: skip
    return make_pipeline(GrainFeaturizer(), MultiOutputRegressor(one))


class TreesOfTheirFormulas:
    """Boosted trees that see the formulas of crystals alone."""

    def fit(self, X, y):
        """Learn from the formulas."""
        self._trees = trees_of_formulas().fit(self._formulas(X), y)
        return self

    def predict(self, X):
        """Predict from the formulas."""
        return self._trees.predict(self._formulas(X))

    def _formulas(self, X):
        return [crystal.composition.formula.replace(" ", "") for crystal in X]


@dataclass(frozen=True)
class Recipe:
    """What a ready model is made of.

    Parameters
    ----------
    data : callable
        Returns what is learned from and the targets, a frame.
    description : str
        What it predicts, of what, and what it must not be used for.
    license : str
        Of the weights, and what is known of that of the data.
    citation : list of str
        Of data and method.
    reads : {"formula", "table", "structure", "grains"}, default="formula"
        What it predicts from.
    special : bool, default=False
        Whether it is for one family of materials, and silent about all others.
    model : callable, default=network
        Returns what learns.
    peer : callable, default=trees_of_formulas
        Returns what it is compared with.
    n_folds : int, default=5
        Folds by composition; of 1 a fifth is kept.
    """

    data: Callable[[], tuple[Any, pd.DataFrame]]
    description: str
    license: str
    citation: list
    reads: str = "formula"
    special: bool = False
    model: Callable[[], Any] = network
    peer: Callable[[], Any] = trees_of_formulas
    n_folds: int = 5


# -- data --------------------------------------------------------------------------


def _of_frame(frame):
    frame = frame.reset_index(drop=True)
    return frame["formula"], frame.drop(columns="formula")


def curie():
    return _of_frame(load_curie_temperatures().frame[["formula", "Tc_K"]])


def re2fe14b():
    frame = load_re2fe14b().frame
    names = {"mu0Ms_T": "Js_T", "mu0Ha_T": "mu0Ha_T", "Tc_K": "Tc_K"}
    frame = frame[["formula", *names]].rename(columns=names)
    frame = frame.groupby("formula", as_index=False, sort=False).median()
    return _of_frame(frame.dropna())


def steels():
    return _of_frame(load_steels().frame[["formula", "yield_strength_MPa"]])


def band_gap():
    return _matbench("expt_gap", "band_gap_eV")


def metal():
    formulas, target = _matbench("expt_is_metal", "metal_chance")
    return formulas, target.astype(float)


def _matbench(name, target):
    path = SHARED / "matbench" / f"{name}.csv.gz"
    if path.exists():
        frame = pd.read_csv(path, keep_default_na=False)
        frame = frame[["composition", "target"]]
    else:
        frame = fetch_matbench(name).frame
    return _of_frame(frame.set_axis(["formula", target], axis=1))


def moduli():
    parts = []
    for name, target in (("mp_bulk_modulus", "K_GPa"), ("mp_shear_modulus", "G_GPa")):
        frame = _extended(name).set_axis(["formula", target], axis=1)
        parts.append(frame.groupby("formula")[target].median())
    table = pd.concat(parts, axis=1)
    table[table <= 0] = np.nan  # no modulus: broken entries
    return _of_frame(table.clip(upper=600).reset_index(names="formula"))


def formation_energy():
    frame = _extended("CritExam__Ef")
    frame = frame.groupby("formula", as_index=False, sort=False)["target"].min()
    return _of_frame(frame.rename(columns={"target": "formation_energy_eV_per_atom"}))


def _extended(name):
    folder = SHARED / "composition_extended" / name
    if not folder.exists():
        return fetch_extended(name).frame
    tables = [
        pd.read_csv(folder / f"{part}.csv.gz", keep_default_na=False)
        for part in ("train", "val", "test")
    ]
    return pd.concat(tables)[["formula", "target"]]


def soft_coercivity():
    X, y = _annealed("coercivity_A_per_m")
    return X, np.log10(y).add_prefix("log10_")  # from 0.2 to 80,000 A/m


def soft_polarization():
    return _annealed("Bs_T")


def _annealed(target):
    X, y = load_fe_nanocrystalline(target=target, return_X_y=True)
    return X.reset_index(drop=True), y.reset_index(drop=True).to_frame()


def magnetization():
    from pymatgen.core import Structure

    path = SHARED / "structures" / "novamag.jsonl.gz"
    with gzip.open(path, "rt") as lines:
        records = [json.loads(line) for line in lines]
    crystals = np.empty(len(records), dtype=object)  # a crystal passes for a sequence
    for k, record in enumerate(records):
        crystals[k] = Structure(**record["structure"])
    values = [record["magnetization_T"] for record in records]
    return crystals, pd.DataFrame({"Js_0K_T": values})


def grains():
    found = load_nanocrystalline_magnets()
    names = ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]
    return found.data, pd.DataFrame(np.asarray(found.target), columns=names)


_RIBBONS = {
    "license": "MIT; the data under the MIT licence of their repository, which may not "
    "cover the compilation",
    "citation": [
        "Y. Wang et al., Acta Mater. 194 (2020) 144, doi:10.1016/j.actamat.2020.05.006",
    ],
    "reads": "table",
    "special": True,
    "peer": trees_of_tables,
}
RECIPES = {
    "curie": Recipe(
        curie,
        "Curie temperature of ferromagnets and ferrimagnets, in K, from the formula "
        "alone. It has seen ordered compounds only: of a material that is not "
        "ferromagnetic it gives a number that means nothing. Different structures of "
        "one formula have one answer; above 900 K there are few data.",
        "MIT; the data under the MIT licence of their repository, which may not cover "
        "the compilation",
        [
            "J. Nelson, S. Sanvito, Phys. Rev. Mater. 3 (2019) 104405, "
            "doi:10.1103/PhysRevMaterials.3.104405",
            "J. F. Belot et al., Appl. Phys. Lett. 123 (2023) 042405, "
            "doi:10.1063/5.0156377",
            _DU,
        ],
        model=larger_network,
    ),
    "re2fe14b": Recipe(
        re2fe14b,
        "Spontaneous polarization and anisotropy field in T at room temperature, and "
        "Curie temperature in K, of compounds R2(Fe,Co)14B and their substitutions. "
        "For no other structure.",
        "MIT; the data under the MIT licence of their repository",
        [
            "MaMMoS-project/ML-models, commit 791e0b5730, from the literature that "
            "each row of sklmag.datasets.load_re2fe14b names",
        ],
        special=True,
        model=process,
    ),
    "steels": Recipe(
        steels,
        "Yield strength of maraging and similar high-alloy steels in MPa, from the "
        "composition alone: heat treatments were those of the source. For no carbon or "
        "tool steel.",
        "MIT; the data as in Matbench v0.1 (MIT)",
        [
            "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
            "doi:10.1038/s41524-020-00406-3",
        ],
        special=True,
        model=trees,
    ),
    "band-gap": Recipe(
        band_gap,
        "Measured band gap of inorganic compounds in eV; 0 is a metal. Not for organic "
        "ones. Different structures of one formula have one answer.",
        "MIT; the data as in Matbench v0.1 (MIT)",
        [
            "Y. Zhuo et al., J. Phys. Chem. Lett. 9 (2018) 1668, "
            "doi:10.1021/acs.jpclett.8b00124",
            "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
            "doi:10.1038/s41524-020-00406-3",
            _DU,
        ],
        n_folds=3,
    ),
    "moduli": Recipe(
        moduli,
        "Bulk and shear modulus (Voigt-Reuss-Hill) of ordered crystals at 0 K in GPa, "
        "as calculated by DFT. Not for glasses, nor for microstructures.",
        "MIT; the data of the Materials Project under CC-BY-4.0",
        [
            "M. de Jong et al., Sci. Data 2 (2015) 150009, doi:10.1038/sdata.2015.9",
            "C. L. Clement et al., Integr. Mater. Manuf. Innov. 9 (2020) 153, "
            "doi:10.1007/s40192-020-00174-4",
            _DU,
        ],
        n_folds=3,
    ),
    "formation-energy": Recipe(
        formation_energy,
        "Formation energy in eV per atom of the most stable crystal of a formula at 0 "
        "K, as the Materials Project calculates it by DFT. Not for glasses and solid "
        "solutions; what decomposes into other phases is not told by it.",
        "MIT; the data of the Materials Project under CC-BY-4.0",
        [
            "C. J. Bartel et al., npj Comput. Mater. 6 (2020) 97, "
            "doi:10.1038/s41524-020-00362-y",
            _DU,
        ],
        n_folds=1,
    ),
    "metal": Recipe(
        metal,
        "Chance that an inorganic compound is a metal, by measurements at room "
        "temperature. Not for organic ones. Different structures of one formula have "
        "one answer.",
        "MIT; the data as in Matbench v0.1 (MIT)",
        [
            "Y. Zhuo et al., J. Phys. Chem. Lett. 9 (2018) 1668, "
            "doi:10.1021/acs.jpclett.8b00124",
            "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
            "doi:10.1038/s41524-020-00406-3",
        ],
        model=chances,
    ),
    "soft-coercivity": Recipe(
        soft_coercivity,
        "Logarithm to the base of 10 of the coercivity in A/m, of nanocrystalline "
        "ribbons of iron (FINEMET and relatives) from composition, annealing and "
        "thickness. Not for other alloys, nor powders and bulk.",
        model=small_trees,
        **_RIBBONS,
    ),
    "soft-polarization": Recipe(
        soft_polarization,
        "Saturation polarization in T of nanocrystalline ribbons of iron (FINEMET and "
        "relatives) from composition, annealing and thickness. Not for other alloys.",
        model=partial(small_trees, cv=3),  # 2 % more error in two thirds of the size
        **_RIBBONS,
    ),
    "magnetization": Recipe(
        magnetization,
        "Spontaneous polarization at 0 K in T of an ordered ferromagnetic crystal, as "
        "DFT calculates it for the structure that is given. It has seen compounds of "
        "iron, cobalt and manganese, half of them metastable, and gives too little for "
        "iron and FeCo, by 0.6 T. Not for alloys without "
        "order, nor for antiferromagnets, which it takes for ferromagnets.",
        "MIT; the data under the MIT licence of a repository, which may not cover the "
        "Novamag database that they are from",
        [
            "P. Nieves et al., Comput. Mater. Sci. 168 (2019) 188, "
            "doi:10.1016/j.commatsci.2019.06.007",
        ],
        reads="structure",
        special=True,
        model=trees_of_crystals,
        peer=TreesOfTheirFormulas,
    ),
    "grains": Recipe(
        grains,
        "Anchor points of the demagnetization curve of nanocrystalline Nd2Fe14B, in "
        "units of the saturation and of the anisotropy field, from a map of 80 x 80 "
        "easy axes on cells of 2 nm. Not for other materials and cells: those are for "
        "the solver, sklmag.microstructure.demagnetization_curve.",
        "MIT; the data were computed with this package",
        [
            "A. Kovacs et al., Front. Mater. 9 (2023) 1094055, "
            "doi:10.3389/fmats.2022.1094055",
        ],
        reads="grains",
        special=True,
        model=heads,
        peer=trees_of_grains,
    ),
}
