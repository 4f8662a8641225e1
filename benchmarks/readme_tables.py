"""The tables of the README, from the results that the benchmarks have written.

    python benchmarks/readme_tables.py

`tests/test_figures.py` holds the README against what this prints.
"""

from pathlib import Path

import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"
MAGNETS = {
    "steels": "yield strength of steels",
    "curie": "Curie temperature, 1,000 compounds",
    "tg": "glass transition of metallic glasses",
    "nanocrystalline": "log coercivity of nanocrystalline Fe alloys",
    "re2tm14b": "polarization and anisotropy field of R2Fe14B",
}
MAGNET_MODELS = ["MHAR", "XGBoost tuned", "XGBoost", "DNNR", "LightGBM", "CatBoost"]
AUTO = MAGNETS | {
    "hardness": "hardness of metallic glasses",
    "novamag": "Novamag, magnetization from formulas",
    "jdft2d": "Matbench jdft2d",
    "phonons": "Matbench phonons",
    "expt_gap": "Matbench expt_gap",
    "dielectric": "Matbench dielectric",
}
AUTO_MODELS = {  # in the results: in the table
    "auto": "AutoRegressor",
    "CatBoost, Magpie": "CatBoost, Magpie",
    "CatBoost": "CatBoost",
    "XGBoost": "XGBoost",
    "XGBoost tuned": "XGBoost tuned",
    "LightGBM": "LightGBM",
    "RealMLP": "RealMLP-TD",
    "ridge": "ridge",
    "constant": "constant",
}
# set: name, protocol, factor, published error of L-G-DCNN (table 2 of its paper)
FORMULAS = {
    "bulk_modulus": ("AFLOW bulk modulus (GPa)", "train + val", 1, "8.22"),
    "shear_modulus": ("AFLOW shear modulus (GPa)", "train + val", 1, "8.95"),
    "thermal_conductivity": (
        "AFLOW thermal conductivity (W/(m K))", "train + val", 1, "2.20",
    ),
    "thermal_expansion": (
        "AFLOW thermal expansion (1e-6/K)", "train + val", 1e6, "3.61",
    ),
    "mp_bulk_modulus": ("MP bulk modulus (GPa)", "train + val", 1, "10.61"),
    "mp_shear_modulus": ("MP shear modulus (GPa)", "train + val", 1, "11.70"),
    "mp_elastic_anisotropy": ("MP elastic anisotropy", "train + val", 1, "8.02"),
    "steels": ("Matbench steels (MPa)", "train", 1, "90.58"),
    "jdft2d": ("Matbench jdft2d (meV/atom)", "train", 1, "44.28"),
    "phonons": ("Matbench phonons (1/cm)", "train", 1, "47.62"),
    "expt_gap": ("Matbench expt_gap (eV)", "train", 1, "0.323"),
    "dielectric": ("Matbench dielectric", "train", 1, "0.31"),
}  # fmt: skip
FORMULA_MODELS = {  # in the table: in the results
    "L-G-DCNN": "L-G-DCNN",
    "L-G-DCNN + trees": "L-G-DCNN + trees",
    "Magpie + XGBoost": "Magpie + XGBoost",
    "Magpie + forest": "Magpie + random forest",
}
SEEN = {  # in the results: in the table
    "network": "network",
    "network, pretrained": "pretrained",
    "XGBoost": "XGBoost",
    "XGBoost, pretrained": "+ pretrained features",
    "extra trees": "extra trees",
    "extra trees, pretrained": "+ pretrained features",
}
CRYSTALS = {
    ("wbm_random", "e_form_eV_atom"): "WBM, formation energy (eV/atom)",
    ("mp_binary_elastic", "e_form_matched_eV_atom"): (
        "Materials Project binaries (eV/atom)"
    ),
    ("heusler_oqmd", "e_form_eV_atom"): "OQMD Heusler compounds (eV/atom)",
    ("novamag", "magnetization_T"): "Novamag, magnetization (T)",
    ("novamag", "K1_MJ_m3"): "Novamag, K1 (MJ/m³)",
}
CRYSTAL_MODELS = ["SIPFENN NN24 x 0.05", "XGBoost", "random forest"]
POTENTIAL = CRYSTALS | {
    ("mp_binary_elastic", "K_vrh_GPa"): "their bulk modulus (GPa)",
    ("heusler_magnetic_dft", "Tc_K"): "Heusler alloys, Curie temperature (K)",
    ("heusler_magnetic_dft", "moment_muB_fu"): "their moment (Bohr magnetons)",
    ("matbench_phonons", "last_phdos_peak_cm1"): "phonons (1/cm)",
}
TRANSFER = {
    "as it was": "network of other crystals, as it was",
    "fine-tuned": "fine-tuned, 25 rounds as published",
    "100 rounds": "fine-tuned, 100 rounds",
    "600 rounds": "fine-tuned, 600 rounds",
    "median": "median of the learned",
    "ridge": "ridge on the learned",
    "XGBoost": "XGBoost on the learned",
}
POTENTIAL_MODELS = {  # in the results: in the table
    "constant": "median",
    "ridge, 271": "ridge, 271",
    "XGBoost, 271": "XGBoost, 271",
    "SIPFENN NN24 x 0.05": "SIPFENN",
    "ridge, potential": "ridge, potential",
    "XGBoost, both": "XGBoost, both",
    "Gaussian process, potential": "Gaussian process, potential",
    "energy of the potential": "energy of the potential",
}
GRAINS = {  # in the results: in the table
    "table 3 of the paper": "autoencoder and shared head, as published",
    "grain statistics, XGBoost": "texture, sizes and misorientations, XGBoost",
    "CNN": "direct convolutional network",
    "GrainVAE, shared head": "GrainVAE, SharedHeadRegressor",
    "GrainVAE, shared head, copies": "the same with symmetric copies",
    "GrainFeaturizer, shared head": "GrainFeaturizer, SharedHeadRegressor",
}
POINTS = ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]


MORE_DATA = {
    "Br": "Br_kG",
    "Hcj": "Hcj_kOe",
    "(BH)max": "BHmax_MGOe",
    "squareness": "squareness_percent",
    "mean": "mean",
}


CAMPAIGNS = {
    "Bs": "largest polarization of 154 Fe-based glasses",
    "Tg": "highest glass transition of 578 glasses",
    "Dmax": "largest diameter of 431 Fe-based glasses",
}
PLANNERS = ["sklmag", "BayBE", "scikit-optimize", "chance"]


def written(header, rows):
    """Return the lines of a table."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(map(str, line))} |" for line in lines]


def magnets():
    """R² of the models of tables, with its scatter over the repeats."""
    rows = []
    for key, name in MAGNETS.items():
        table = pd.read_csv(RESULTS / f"magnets_{key}.csv").set_index("model")
        cells = [
            f"{table.R2[model]:.3f} ± {table.R2_std[model]:.3f}"
            for model in MAGNET_MODELS
        ]
        rows.append([name, table.n.iloc[0], *cells])
    return written(["table", "rows", *MAGNET_MODELS], rows)


def more_data():
    """R² on the held-out rows of a source: learned from it alone, and from both."""
    found = pd.read_csv(RESULTS / "magnets_more_data.csv")
    found["learned"] = found["learned"].where(found["learned"] == "integrated", "own")
    table = found.pivot_table(index=["predicted", "model"], columns="learned")
    rows = []
    for (predicted, model), row in table.sort_index(ascending=False).iterrows():
        cells = (
            f"{row[target, 'own']:.2f}, {row[target, 'integrated']:.2f}"
            for target in MORE_DATA.values()
        )
        rows.append([predicted, model, *cells])
    return written(["predicted", "model", *MORE_DATA], rows)


def auto():
    """R² of AutoRegressor and of what its users would choose from, and mean ranks."""
    fits = pd.read_csv(RESULTS / "magnets_auto.csv")
    rows_of = fits.groupby("table")["n"].first()
    r2 = fits.pivot_table(index="table", columns="model", values="R2")
    r2 = r2.loc[list(AUTO), list(AUTO_MODELS)]
    ranks = r2.rank(axis=1, ascending=False).mean()
    rows = [
        [name, rows_of[key], *(f"{value:.3f}" for value in r2.loc[key])]
        for key, name in AUTO.items()
    ]
    rows.append(["mean rank", "", *(f"{rank:.1f}" for rank in ranks)])
    return written(["table", "rows", *AUTO_MODELS.values()], rows)


def formulas():
    """Mean absolute errors from formulas; the networks with standard errors."""
    fits = pd.read_csv(RESULTS / "formula_fits.csv")
    fits = fits.drop_duplicates(["set", "model", "part", "fitted_on"], keep="last")
    rows = []
    for key, (name, protocol, factor, published) in FORMULAS.items():
        part = fits[(fits.set == key) & (fits.fitted_on == protocol)]
        errors = part.groupby("model")["MAE"].agg(["mean", "std", "count"])
        cells = []
        for label, model in FORMULA_MODELS.items():
            mean, std, count = errors.loc[model]
            digits = 4 if mean * factor > 10 else 3
            cell = f"{mean * factor:#.{digits}g}"
            if label.startswith("L-G"):
                cell += f" ± {std * factor / np.sqrt(count):#.2g}"
            cells.append(cell)
        rows.append([name, *cells, published])
    header = ["set", *FORMULA_MODELS, "L-G-DCNN as published"]
    return written(header, rows)


def ready():
    """Return the rows of the table of ready models in the docs."""
    rows = []
    for _, row in pd.read_csv(RESULTS / "ready.csv").iterrows():
        errors = [row["MAE"], row["MAE_XGBoost"], row["MAE_constant"]]
        cells = [row["model"], row["target"], *(f"{error:.3g}" for error in errors)]
        held = f"{row['coverage_90']:.0%}" if row["coverage_90"] > 0 else ""
        rows.append(", ".join([*cells, held, str(row["rows"])]))
    return rows


def pretrained():
    """Mean absolute errors with and without what a network has seen before."""
    fits = pd.read_csv(RESULTS / "formula_pretrained.csv")
    fits = fits.drop_duplicates(["set", "model", "part"], keep="last")
    errors = fits.groupby(["set", "model"])["MAE"].mean()
    rows = []
    for key, (name, _, factor, _) in FORMULAS.items():
        if key in errors.index.get_level_values("set"):
            folds = fits[fits.set == key].part.nunique()
            cells = [f"{errors[key, model] * factor:#.3g}" for model in SEEN]
            rows.append([name, folds, *cells])
    return written(["set", "folds", *SEEN.values()], rows)


def crystals():
    """Mean absolute errors from the 271 descriptors."""
    parts = [pd.read_csv(RESULTS / f"sipfenn_{k}.csv") for k in ("energy", "magnetism")]
    table = pd.concat(parts)
    errors = table.groupby(["set", "target", "model"])["MAE"].mean()
    rows = []
    for (name, target), label in CRYSTALS.items():
        part = table[(table.set == name) & (table.target == target)]
        cells = [f"{errors[name, target, model]:.3f}" for model in CRYSTAL_MODELS]
        rows.append([label, part.n_rows.iloc[0], *cells])
    return written(["set", "rows", *CRYSTAL_MODELS], rows)


def potential():
    """Mean absolute errors with and without the features of a potential."""
    table = pd.read_csv(RESULTS / "potential_folds.csv")
    rows_of = table.groupby(["set", "target"])["n_rows"].first()
    errors = table.groupby(["set", "target", "model"])["MAE"].mean()
    rows = []
    for key, label in POTENTIAL.items():
        if key in rows_of.index:
            found = [errors.get((*key, model)) for model in POTENTIAL_MODELS]
            cells = ["" if e is None else f"{e:#.3g}".rstrip(".") for e in found]
            rows.append([label, rows_of[key], *cells])
    return written(["set", "rows", *POTENTIAL_MODELS.values()], rows)


def sigma():
    """Errors and correlations on sigma phases, by the number that was learned."""
    table = pd.read_csv(RESULTS / "potential_sigma.csv")
    means = table.groupby(["model", "n_new"])[["MAE_eV_atom", "correlation"]].mean()
    sizes = sorted(table["n_new"].unique())
    rows = []
    for model, name in POTENTIAL_MODELS.items():
        cells = []
        for size in sizes:
            error, r = means.loc[model, size]
            cells.append(f"{error:.4f}" + (f" ({r:.2f})" if np.isfinite(r) else ""))
        rows.append([name, *cells])
    return written(["model", *(f"{size} learned" for size in sizes)], rows)


def transfer():
    """Errors and correlations of a network that had seen other crystals."""
    table = pd.read_csv(RESULTS / "sipfenn_transfer.csv")
    means = table.groupby(["model", "n_new"])[["MAE", "correlation"]].mean()
    sizes = sorted(table["n_new"].unique())
    rows = []
    for model, label in TRANSFER.items():
        cells = []
        for size in sizes:
            error, r = means.loc[model, size]
            cells.append(f"{error:.4f}" + (f" ({r:.2f})" if np.isfinite(r) else ""))
        rows.append([label, *cells])
    return written(["model", *(f"{size} learned" for size in sizes)], rows)


def grains():
    """Mean absolute errors of the anchor points of demagnetization curves."""
    table = pd.read_csv(RESULTS / "hysteresis_chain_160.csv").set_index("model")
    rows = [
        [label, *(f"{table[point][name]:.4f}" for point in POINTS)]
        for name, label in GRAINS.items()
    ]
    return written(["model", *POINTS], rows)


def campaigns():
    """Experiments until within 5 % of the best, means with their standard errors."""
    fits = pd.read_csv(RESULTS / "campaigns.csv")
    fits = fits.drop_duplicates(["table", "method", "seed"], keep="last")
    grouped = fits.groupby(["table", "method"])["experiments"]
    mean, error, n = grouped.mean(), grouped.sem(), grouped.count()
    rows = []
    for table, label in CAMPAIGNS.items():
        cells = [
            f"{mean[table, method]:.0f} ± {error[table, method]:.0f}"
            if (table, method) in n.index
            else ""
            for method in PLANNERS
        ]
        rows.append([label, n[table, "sklmag"], *cells])
    return written(["looked for", "draws", *PLANNERS], rows)


def sentences():
    """Figures that stand in sentences, as they are written there."""
    speed = pd.read_csv(RESULTS / "voronoi_speed.csv")
    ratios = {}
    for name in ("matminer", "pySIPFENN Ward2017", "pySIPFENN KS2022"):
        known = speed[name].notna()
        ratios[name] = speed[name][known].sum() / speed.sklmag[known].sum()
    return [
        f"{ratios['matminer']:,.0f} times the speed of matminer",
        f"{ratios['pySIPFENN Ward2017']:,.0f} times that of pySIPFENN's Ward2017",
        f"{ratios['pySIPFENN KS2022']:,.0f} times that of its KS2022",
    ]


if __name__ == "__main__":
    tables = (
        auto, magnets, more_data, formulas, pretrained, crystals, potential, sigma,
        transfer, grains, campaigns,
    )  # fmt: skip
    for make in (*tables, sentences):
        print("\n".join(make()), end="\n\n")
