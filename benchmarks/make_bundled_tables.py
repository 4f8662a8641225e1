"""Write the public tables that come with the package, from the cleaned extracts.

    python benchmarks/make_bundled_tables.py

Reads the folder in SKLMAG_SHARED_DATA (default ../shared/data), writes
sklmag/datasets/files/*.csv.gz. The same input gives the same bytes.
"""

import gzip
import json
import os
from pathlib import Path

import pandas as pd

SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
FILES = Path(__file__).parent.parent / "sklmag/datasets/files"
LIMIT_BYTES = 300_000
MISPRINTS = {"Nd1.5Dy05Fe14B": "Nd1.5Dy0.5Fe14B"}  # two rare earths, as in its paper


def read(name):
    return pd.read_csv(SHARED / name, keep_default_na=False, na_values=[""])


def re2fe14b():
    table = read("hard_magnets/re2tm14b_literature.csv")
    table["formula"] = table["formula"].replace(MISPRINTS)
    return table.drop(columns="reduced_formula")


def curie_temperatures():
    table = read("magnetic/curie_nelson_sanvito.csv")
    values = table.groupby("reduced_formula")["Tc_K"]
    return pd.DataFrame(
        {
            "Tc_K": values.median(),
            "n_values": values.size(),
            "lowest_K": values.min(),
            "highest_K": values.max(),
        }
    ).reset_index(names="formula")


def steels():
    table = read("matbench/steels.csv.gz")
    names = {"composition": "formula", "target": "yield_strength_MPa"}
    return table.rename(columns=names)[["formula", "yield_strength_MPa", "fold"]]


def fe_nanocrystalline():
    table = read("soft_magnets/fe_nanocrystalline.csv")
    names = {
        "composition_at_pct": "formula",
    }
    return table.drop(columns="at_pct_sum").rename(columns=names)


def single_grains():
    return read("micromagnetics/single_grain_cube_aligned.csv.gz")


def sigma_phases():
    path = SHARED / "structures/sigma_fe_cr_ni.jsonl.gz"
    with gzip.open(path, "rt") as lines:
        table = pd.DataFrame([json.loads(line) for line in lines])
    sites = [name for name in table if name.startswith("site_")]
    names = {"e_form_eV_atom": "formation_energy_eV_per_atom"}
    return table[["formula", *sites, *names]].rename(columns=names)


def main():
    for make in (
        re2fe14b,
        curie_temperatures,
        steels,
        fe_nanocrystalline,
        single_grains,
        sigma_phases,
    ):
        path = FILES / f"{make.__name__}.csv.gz"
        with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
            out.write(make().to_csv(index=False).encode())
        size = path.stat().st_size
        print(f"{path.name}: {size:,} bytes")
        if size > LIMIT_BYTES:
            raise SystemExit(f"{path.name} is larger than {LIMIT_BYTES:,} bytes.")


if __name__ == "__main__":
    main()
