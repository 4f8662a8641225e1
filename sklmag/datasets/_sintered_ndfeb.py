"""A synthetic table of sintered NdFeB magnets, in the schema of the paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from sklmag.datasets import _magnet_physics as physics

RARE_EARTH_COLUMNS = [
    "PrNd", "PrNdCe", "Nd", "Pr", "Ce", "Y", "Gd", "Ho", "Dy", "Tb",
]  # fmt: skip
TRACE_COLUMNS = ["Al", "Cu", "Co", "Ga", "Zr", "Ti", "Nb"]
PROCESS_COLUMNS = [
    "sintering_C", "sintering_h",
    "annealing1_C", "annealing1_h",
    "annealing2_C", "annealing2_h",
]  # fmt: skip
MEASURED_COLUMNS = ["grain_size_um", "density_g_per_cm3", "oxygen_ppm"]
FEATURE_NAMES = [
    *RARE_EARTH_COLUMNS,
    *TRACE_COLUMNS,
    "Fe",
    "B",
    *PROCESS_COLUMNS,
    *MEASURED_COLUMNS,
    "TRE",
]
TARGET_NAMES = ["Br_kG", "Hcj_kOe", "BHmax_MGOe", "squareness_percent"]

_MISSING = 0.09  # share of missing grain sizes, densities and oxygen contents
_BR_RANGE = (10.9, 14.9)  # kG; the paper's figures
_HCJ_RANGE = (8.0, 35.0)  # kOe


def make_sintered_ndfeb(
    n_enterprise: int = 977,
    n_laboratory: int = 248,
    *,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Generate synthetic sintered NdFeB magnets: composition, process, properties.

    The data are synthetic. The table of the paper [1]_ is private; this one has its
    29 features and 4 targets, follows the physics named in the Notes, and is
    calibrated so that XGBoost scores as it does in the paper's table 1.

    Parameters
    ----------
    n_enterprise : int, default=977
        Magnets from production: one sintering regime, many grades, little scatter.
    n_laboratory : int, default=248
        Magnets from experiments: campaigns of 6 to 11 magnets that vary one or two
        things of a composition and process of their own, more scatter.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    X : DataFrame of shape (n_enterprise + n_laboratory, 29)
        Composition in wt.% (``PrNd`` and ``PrNdCe`` are mischmetals), temperatures
        in degrees C and times in h of sintering and two anneals, grain size in um,
        density in g/cm3, oxygen in ppm (about 9 % of the last three are missing),
        and ``TRE``, the total rare earth in wt.%. The index has two levels:
        ``X.loc["laboratory"]`` is that part.
    y : DataFrame of shape (n_enterprise + n_laboratory, 4)
        ``Br_kG``, ``Hcj_kOe``, ``BHmax_MGOe`` and ``squareness_percent`` (Hk/Hcj).

    Notes
    -----
    Remanence is the polarization of R2Fe14B (mixture of the rare earths, diluted by
    Al) times its volume share, the relative density and the alignment. Coercivity
    follows :math:`\mu_0 H_c = \alpha \mu_0 H_A - N_{eff} J_s` [2]_, where
    :math:`\alpha` rises with the wetting of grain boundaries and
    :math:`N_{eff}` with the logarithm of the grain size. The energy product is
    :math:`B_r^2 / (4 \cdot 1.045)` unless the knee field limits it. Squareness hardly
    depends on the features, and lies mostly in 80 to 90 %, as in the paper. As there,
    Al raises the coercivity up to 0.4 % and lowers it above; magnets of PrNdCe are more
    coercive than the cheap ones with Ce, and a little Ce added to PrNdCe does no harm;
    few magnets hold Dy. The paper's scores for the largest table belong to a remanence
    that scatters more (1.1 kG, from its errors) than here (0.9 kG).

    The paper's real figures for XGBoost, R2 of Br, Hcj, (BH)max and squareness:
    laboratory 0.79, 0.88, 0.80, 0.49; enterprise 0.97, 0.89, 0.97, 0.02; both 0.98,
    0.93, 0.96, 0.51.

    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.
    .. [2] H. Kronmueller, K.-D. Durst, M. Sagawa, J. Magn. Magn. Mater. 74 (1988)
       291.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> X, y = make_sintered_ndfeb(random_state=0)
    >>> X.shape, y.shape
    ((1225, 29), (1225, 4))
    >>> X.loc["laboratory"].shape
    (248, 29)
    """
    rng = check_random_state(random_state)
    parts = {
        "enterprise": _magnets(n_enterprise, _enterprise_recipes, _ENTERPRISE, rng),
        "laboratory": _magnets(n_laboratory, _laboratory_recipes, _LABORATORY, rng),
    }
    table = pd.concat(parts, names=["source", "magnet"])
    for name in MEASURED_COLUMNS:
        table.loc[rng.uniform(size=len(table)) < _MISSING, name] = np.nan
    return table[FEATURE_NAMES], table[TARGET_NAMES]


# Scatter of what is measured, and the place of squareness; calibrated.
_ENTERPRISE = {
    "alignment": (0.968, 0.001),
    "Br_kG": 0.06,
    "Hcj_kOe": 0.5,
    "BHmax_MGOe": 0.35,
    "squareness": (88.5, 1.2),
    "squareness_drop": (0.16, 16.0),
}
_LABORATORY = {
    "alignment": (0.975, 0.003),
    "Br_kG": 0.15,
    "Hcj_kOe": 0.85,
    "BHmax_MGOe": 0.2,
    "squareness": (90.0, 2.0),
    "squareness_drop": (0.18, 30.0),
}


def _enterprise_recipes(n, rng):
    """Return compositions and processes of production: every magnet a grade's."""
    uniform = rng.uniform
    cheap = uniform(size=n)  # low grades carry more of everything that is cheap
    family = rng.choice(
        ["PrNd", "PrNdCe", "Ce", "Y"], size=n, p=[0.30, 0.3, 0.28, 0.12]
    )
    rare_earth = uniform(29.2, 31.0, n) + 3 * cheap
    table = _blank(n)
    is_mixed = family == "PrNdCe"
    with_cerium = is_mixed & (uniform(size=n) < 0.5)
    table["Ce"] = np.where(family == "Ce", uniform(1, 4, n) + 6 * cheap, 0)
    table["Ce"] += np.where(with_cerium, uniform(0.2, 3, n), 0)
    table["Y"] = np.where(family == "Y", uniform(0.5, 2, n) + 4 * cheap, 0)
    table["Gd"] = np.where(
        uniform(size=n) < 0.6 * cheap, uniform(0.3, 2, n) + 4 * cheap, 0
    )
    table["Ho"] = np.where(uniform(size=n) < 0.2, uniform(0.3, 2, n), 0)
    table["Dy"] = np.where(uniform(size=n) < 0.08, uniform(0.2, 1.2, n), 0)
    table["Tb"] = np.where(uniform(size=n) < 0.02, uniform(0.1, 0.5, n), 0)
    others = table[RARE_EARTH_COLUMNS].sum(axis=1)
    mischmetal = np.minimum(uniform(19, 26, n), rare_earth - others - 1)
    table["PrNdCe"] = np.where(is_mixed, mischmetal, 0)
    table["PrNd"] = rare_earth - others - table["PrNdCe"]
    table["Al"] = uniform(0.05, 0.4, n) + 1.2 * cheap
    table["Cu"] = uniform(0.05, 0.25, n)
    table["Co"] = rng.choice([0, 0.5, 1.0, 1.5], size=n) + uniform(0, 0.2, n)
    table["Ga"] = np.where(uniform(size=n) < 0.5, uniform(0.05, 0.5, n), 0)
    table["Zr"] = np.where(uniform(size=n) < 0.5, uniform(0.05, 0.25, n), 0)
    table["Ti"] = np.where(uniform(size=n) < 0.2, uniform(0.05, 0.15, n), 0)
    table["Nb"] = np.where(uniform(size=n) < 0.3, uniform(0.1, 0.4, n), 0)
    table["B"] = uniform(0.90, 1.02, n)
    table["sintering_C"] = 1062 + rng.normal(0, 3, n).round()
    table["sintering_h"] = 4.5
    table["annealing1_C"] = 900
    table["annealing1_h"] = 2.0
    table["annealing2_C"] = rng.choice([480, 490, 500, 510], size=n)
    table["annealing2_h"] = rng.choice([3.0, 4.0, 5.0], size=n)
    table["oxygen_ppm"] = rng.normal(900, 120, n).clip(500)
    return table


def _laboratory_recipes(n, rng):
    """Return campaigns: a base magnet each, of which one or two things are varied."""
    campaigns = []
    while sum(map(len, campaigns)) < n:
        campaigns.append(_campaign(rng.randint(6, 12), rng))
    return pd.concat(campaigns, ignore_index=True).iloc[:n] if campaigns else _blank(0)


_VARIED = {
    "Dy": (0, 3),
    "Tb": (0, 2.5),
    "Ga": (0, 0.7),
    "Cu": (0, 0.4),
    "Co": (0, 3),
    "Zr": (0, 0.4),
    "Ti": (0, 0.3),
    "Ce": (0, 9),
    "Y": (0, 3),
    "Gd": (0, 5),
    "B": (0.84, 1.02),
    "sintering_C": (1030, 1105),
    "sintering_h": (1, 6),
    "annealing1_C": (780, 950),
    "annealing2_C": (420, 640),
    "annealing2_h": (0, 5),
}


def _campaign(n, rng):
    table = _blank(n)
    rare_earth = rng.uniform(29, 33)
    if rng.uniform() < 0.5:
        table["Nd"] = rare_earth
        table["Pr"] = 0.0
        if rng.uniform() < 0.3:
            table["Pr"] = share = rng.uniform(3, 9)
            table["Nd"] = rare_earth - share
    else:
        table["PrNd"] = rare_earth
    main = "Nd" if table.loc[0, "Nd"] > 0 else "PrNd"
    table["Al"] = rng.choice([0, 0, 0, 0.2])
    table["Cu"] = rng.choice([0, 0.1, 0.15, 0.2])
    table["Co"] = rng.choice([0, 0, 1.0])
    table["Ga"] = rng.choice([0, 0, 0.2, 0.5])
    table["Zr"] = rng.choice([0, 0.1, 0.2])
    table["Nb"] = rng.choice([0, 0, 0.2])
    table["B"] = rng.uniform(0.90, 1.0)
    table["sintering_C"] = rng.choice([1050, 1060, 1070, 1080])
    table["sintering_h"] = rng.choice([2.0, 3.0, 4.0])
    table["annealing1_C"] = rng.choice([850, 900])
    table["annealing1_h"] = rng.choice([2.0, 3.0])
    table["annealing2_C"] = rng.choice([480, 500, 520])
    table["annealing2_h"] = rng.choice([0.0, 2.0, 3.0, 3.0, 4.0, 5.0])
    table["oxygen_ppm"] = rng.uniform(600, 2200) + rng.normal(0, 60, n)
    if rng.uniform() < 0.4:
        name = rng.choice(["Dy", "Tb"])
        table[name] = heavy = rng.uniform(0.5, 5)
        table[main] = table[main] - heavy
    for name in rng.choice(list(_VARIED), size=rng.choice([1, 2]), replace=False):
        low, high = _VARIED[name]
        table[name] = rng.choice(np.linspace(low, high, rng.randint(4, 9)), size=n)
        if name in RARE_EARTH_COLUMNS:
            table[main] = table[main] - table[name]
    return table


def _blank(n):
    return pd.DataFrame(0.0, index=range(n), columns=[*FEATURE_NAMES])


def _magnets(n, recipes, scatter, rng):
    """Return `n` magnets whose remanence and coercivity are of use to somebody."""
    kept = pd.DataFrame(columns=[*FEATURE_NAMES, *TARGET_NAMES], dtype=float)
    while len(kept) < n:
        made = _made(recipes(n, rng), scatter, rng)
        useful = made["Br_kG"].between(*_BR_RANGE) & made["Hcj_kOe"].between(
            *_HCJ_RANGE
        )
        kept = pd.concat([kept, made[useful]] if len(kept) else [made[useful]])
    return kept.iloc[:n].reset_index(drop=True)


def _made(table, scatter, rng):
    """Complete recipes to magnets: microstructure, properties and their scatter."""
    n = len(table)
    table = table.copy()
    table["TRE"] = table[RARE_EARTH_COLUMNS].sum(axis=1)
    table["Fe"] = 100 - table[["TRE", "B", *TRACE_COLUMNS]].sum(axis=1)
    table["grain_size_um"] = physics.grain_size(table) * rng.lognormal(0, 0.04, n)
    table["density_g_per_cm3"] = physics.DENSITY_R2FE14B * (
        physics.relative_density(table) + rng.normal(0, 0.001, n)
    )
    hard, excess = physics.hard_phase(table)
    polarization = physics.saturation(table)
    alignment = rng.normal(*scatter["alignment"], n)
    remanence = polarization * hard * alignment
    remanence = remanence * table["density_g_per_cm3"] / physics.DENSITY_R2FE14B
    coercivity = physics.coercivity(table, excess, polarization)
    table["Br_kG"] = 10 * remanence + rng.normal(0, scatter["Br_kG"], n)
    table["Hcj_kOe"] = coercivity + rng.normal(0, scatter["Hcj_kOe"], n)
    table["squareness_percent"] = _squareness(table, scatter, rng)
    knee = table["squareness_percent"] / 100 * table["Hcj_kOe"]
    product = physics.energy_product(table["Br_kG"], knee)
    table["BHmax_MGOe"] = product + rng.normal(0, scatter["BHmax_MGOe"], n)
    return table


def _squareness(table, scatter, rng):
    """Return Hk/Hcj in %: a little process, much chance, and a tail of bad magnets."""
    n = len(table)
    mean, width = scatter["squareness"]
    probability, depth = scatter["squareness_drop"]
    coarse = np.clip(table["sintering_C"] - 1075, 0, None)
    unannealed = table["annealing2_h"] < 0.5
    dirty = np.clip(table["oxygen_ppm"] / 1000 - 1.4, 0, None)
    cheap = np.clip(table["Ce"] - 5, 0, None) + np.clip(table["Y"] - 2, 0, None)
    drop = np.where(rng.uniform(size=n) < probability, rng.uniform(0, depth, n), 0)
    systematic = 0.55 * coarse + 20 * unannealed + 32 * dirty + 2.4 * cheap
    return (mean + rng.normal(0, width, n) - drop - systematic).clip(30, 99.5)
