"""What composition and process do to a sintered R-Fe-B magnet, as equations.

All arguments are columns of a table (Series or arrays); amounts are in wt.%.
Constants with a source name it; those marked "calibrated" were set so that the
generated table resembles the statistics that the paper prints.
"""

import numpy as np
import pandas as pd

from sklmag.composition import atomic_masses

# R2Fe14B at 300 K: saturation polarization (T), anisotropy field (T), Curie
# temperature (K). Hirosawa et al., J. Appl. Phys. 59 (1986) 873; Herbst, Rev. Mod.
# Phys. 63 (1991) 819.
INTRINSIC = pd.DataFrame(
    {
        "Nd": (1.60, 7.3, 585),
        "Pr": (1.56, 7.5, 565),
        "Ce": (1.17, 2.6, 424),
        "La": (1.38, 2.0, 530),
        "Y": (1.41, 2.0, 571),
        "Gd": (0.893, 2.4, 659),
        "Tb": (0.703, 22.0, 620),
        "Dy": (0.712, 15.0, 598),
        "Ho": (0.807, 7.5, 573),
    },
    index=["Js_T", "HA_T", "Tc_K"],
).T

# Mass shares of the elements in the mischmetals of the trade.
MISCHMETALS = {
    "PrNd": {"Pr": 0.20, "Nd": 0.80},
    "PrNdCe": {"Pr": 0.17, "Nd": 0.68, "Ce": 0.15},
}

MASS = atomic_masses()
GAS_CONSTANT = 8.314  # J / (mol K)
DENSITY_R2FE14B = 7.60  # g/cm3, from the cell of Nd2Fe14B: a 0.880 nm, c 1.220 nm
OXYGEN_BINDS = 6.0  # wt.% Nd per wt.% O, from Nd2O3
TC_PER_COBALT = 68.0  # K per Co of 14 sites, a fit to published R2(Fe,Co)14B
TESLA_PER_KOE = 0.1


def rare_earth_atoms(table):
    """Return mol of each rare earth in 100 g, with the mischmetals taken apart."""
    mass = {r: table[r] if r in table else 0.0 * table["Fe"] for r in INTRINSIC.index}
    for mischmetal, shares in MISCHMETALS.items():
        for element, share in shares.items():
            mass[element] = mass[element] + share * table[mischmetal]
    return pd.DataFrame({r: m / MASS[r] for r, m in mass.items()})


def grain_size(table):
    """Return the grain size in um: growth from 3 um, pinned by Zr, Nb and Ti.

    D^4 = D0^4 + k t exp(-Q / RT), and abnormal growth above 1085 degrees C; k, Q and
    the pinning are calibrated.
    """
    kelvin = table["sintering_C"] + 273.15
    pinned = 1 / (1 + 4 * table["Zr"] + 3 * table["Nb"] + 2 * table["Ti"])
    rate = 6.0e15 * np.exp(-340e3 / (GAS_CONSTANT * kelvin))
    normal = (3.0**4 + rate * pinned * table["sintering_h"] * 40) ** 0.25
    abnormal = 0.05 * np.clip(table["sintering_C"] - 1085, 0, None) * pinned
    return normal + abnormal


def relative_density(table):
    """Return density over x-ray density: more heat, time and liquid close pores."""
    drive = (
        (table["sintering_C"] - 1020) / 25
        + 0.5 * np.log(table["sintering_h"])
        + 0.4 * (table["TRE"] - 29)
    )
    return 0.995 - 0.05 / (1 + np.exp(drive + 1.0))


def hard_phase(table):
    """Return the mass fraction of R2Fe14B, and the mol of rare earth left over.

    The phase takes what its scarcest element allows; oxygen binds rare earth first,
    and Ga with low B takes iron into R6Fe13Ga.
    """
    rare_earth = rare_earth_atoms(table).sum(axis=1)
    oxidised = OXYGEN_BINDS * table["oxygen_ppm"] * 1e-4 / MASS["Nd"]
    free = rare_earth - oxidised
    iron = table["Fe"] / MASS["Fe"] + table["Co"] / MASS["Co"]
    iron = iron - 13 * table["Ga"] / MASS["Ga"] * low_boron(table)
    units = np.minimum(table["B"] / MASS["B"], np.minimum(free / 2, iron / 14))
    mean_mass = table["TRE"] / rare_earth
    mass = units * (2 * mean_mass + 14 * MASS["Fe"] + MASS["B"])
    return mass / 100, free - 2 * units


def low_boron(table):
    """Return 1 where B is well below its share in R2Fe14B, 0 well above, smoothly."""
    return 1 / (1 + np.exp((table["B"] - 0.94) / 0.015))


def saturation(table):
    """Return the polarization of the R2Fe14B phase in T.

    The mean over the rare earths; Al dilutes (calibrated), Co raises Tc and with it
    the room-temperature value (mean field, calibrated slope).
    """
    atoms = rare_earth_atoms(table)
    shares = atoms.div(atoms.sum(axis=1), axis=0)
    cobalt_sites = 14 * table["Co"] / (table["Fe"] + table["Co"])
    tc = shares @ INTRINSIC["Tc_K"] + TC_PER_COBALT * cobalt_sites
    dilution = 1 - 0.085 * table["Al"]
    return (shares @ INTRINSIC["Js_T"]) * dilution * (1 + 1.2e-4 * (tc - 585))


def anisotropy_field(table):
    """Return mu0 HA of the R2Fe14B phase in T: the mean over the rare earths."""
    atoms = rare_earth_atoms(table)
    return atoms.div(atoms.sum(axis=1), axis=0) @ INTRINSIC["HA_T"]


def wetting(table, excess):
    """Return how well the grain boundary isolates grains, about 0 to 1 (calibrated).

    Cu wets, Al up to 0.4 %, beyond which it hinders; Ga helps where B is low and rare
    earth is in excess; the liquid of a mischmetal with cerium melts early, and a little
    more cerium helps it; the second anneal near 500 degrees C spreads the liquid.
    """
    anneal = np.exp(-(((table["annealing2_C"] - 500) / 60) ** 2))
    anneal = anneal * (1 - np.exp(-table["annealing2_h"] / 1.5))
    first = np.exp(-(((table["annealing1_C"] - 900) / 150) ** 2))
    aluminium = np.minimum(table["Al"], 0.4) / 0.4
    aluminium = aluminium - 2.5 * np.clip(table["Al"] - 0.4, 0, None)
    copper = 1 - np.exp(-table["Cu"] / 0.12)
    pair = np.clip(table["Al"], 0, 0.4) * np.clip(table["Cu"], 0, 0.2) / 0.08
    gallium = (1 - np.exp(-table["Ga"] / 0.3)) * (0.25 + low_boron(table))
    liquid = np.tanh(np.clip(excess, 0, None) / 0.015)
    cerium = table["PrNdCe"] / 25 * (0.22 + 0.28 * (1 - np.exp(-table["Ce"] / 0.8)))
    return (
        0.22 * anneal
        + 0.05 * first
        + 0.14 * aluminium
        + 0.12 * copper
        + 0.06 * pair
        + 0.25 * gallium * liquid
        + 0.18 * liquid
        + 0.05 * np.clip(table["Co"], 0, 2)
        + cerium
    )


def coercivity(table, excess, polarization):
    """Return Hcj in kOe from Kronmueller's mu0 Hc = alpha mu0 HA - Neff Js.

    Neff = 0.20 + 0.203 ln(D / 0.055 um), a fit to sintered magnets; alpha rises with
    wetting and falls with oxygen and porosity (calibrated).
    """
    pores = 1 - table["density_g_per_cm3"] / DENSITY_R2FE14B
    alpha = (
        0.40
        + 0.135 * wetting(table, excess)
        - 0.06 * (table["oxygen_ppm"] / 1e4 - 0.1)
        - 0.3 * np.clip(pores, 0, None)
    )
    demagnetizing = 0.20 + 0.203 * np.log(table["grain_size_um"] / 0.055)
    return (
        alpha * anisotropy_field(table) - demagnetizing * polarization
    ) / TESLA_PER_KOE


def energy_product(Br, Hk):
    """Return (BH)max in MGOe from Br in kG and the knee field in kOe.

    Br^2 / (4 * 1.045) where the knee lies beyond the working point, Hk > Br / 2; else
    the knee limits it, Hk (Br - 1.04 Hk). The recoil permeability 1.045 is typical.
    """
    return np.where(Hk > Br / 2, Br**2 / (4 * 1.045), Hk * (Br - 1.04 * Hk))
