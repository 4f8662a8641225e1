"""``sklmag data``: where downloads live, and tables to try the commands on."""

import sys

_GENERATED = {
    "magnets": "sintered NdFeB: composition, process, four properties (synthetic)",
    "glasses": "metallic glasses: formula, shear and bulk modulus, critical diameter "
    "(synthetic)",
    "gaps": "compounds: formula and band gap (synthetic)",
}
_BUNDLED = {
    "re2fe14b": "R2Fe14B from papers: polarization, anisotropy field, Tc",
    "curie_temperatures": "ferromagnets from papers: formula and Tc",
    "steels": "steels: formula and yield strength",
    "fe_nanocrystalline": "soft magnets from papers: formula, annealing, properties",
    "single_grains": "simulated grains: intrinsic properties and hysteresis",
}
_EXAMPLES = _GENERATED | _BUNDLED


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "data", help="write an example table, or tell where downloads live"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    path = actions.add_parser("path", help="print the folder of downloaded data")
    path.set_defaults(run=run_path)
    described = "; ".join(f"{name}: {text}" for name, text in _EXAMPLES.items())
    example = actions.add_parser("example", help="write a table as CSV")
    example.add_argument("name", choices=list(_EXAMPLES), help=described)
    example.add_argument(
        "-o", "--output", metavar="FILE", help="a .csv file (default: standard output)"
    )
    example.add_argument(
        "--seed", type=int, default=0, help="seed of synthetic ones (default: 0)"
    )
    example.set_defaults(run=run_example)


def run_path(arguments):
    """Print the folder; it need not exist."""
    from sklmag._utils._paths import data_home

    sys.stdout.write(f"{data_home()}\n")
    return 0


def run_example(arguments):
    """Write the table; what papers do not give stays empty."""
    from sklmag import datasets

    if arguments.name in _BUNDLED:
        table = getattr(datasets, f"load_{arguments.name}")().frame
        table.to_csv(arguments.output or sys.stdout, index=False)
        return 0

    make = {
        "magnets": lambda seed: datasets.make_sintered_ndfeb(
            400, 100, random_state=seed
        ),
        "glasses": lambda seed: datasets.make_metallic_glasses(random_state=seed),
        "gaps": lambda seed: datasets.make_band_gaps(500, random_state=seed),
    }
    X, y = make[arguments.name](arguments.seed)
    table = _named(X, arguments.name).join(_named(y, "gap_eV"))
    table.to_csv(arguments.output or sys.stdout, index=False, float_format="%.6g")
    return 0


def _named(part, name):
    """Return features or targets as a frame; formulas and gaps come without a name."""
    import pandas as pd

    if isinstance(part, pd.DataFrame):
        return part.reset_index(drop=True)
    name = {"glasses": "alloy", "gaps": "formula"}.get(name, name)
    return pd.DataFrame({name: list(part)})
