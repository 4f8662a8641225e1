"""``sklmag models``: ready models, published networks, and cards of model files."""

import json
import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "models",
        help="list models, download models of others, or show a model's card",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser(
        "list", help="list the ready models of the package, and published networks"
    )
    listed.set_defaults(run=run_list)
    download = actions.add_parser(
        "download", help="download a published network, or a model file by its address"
    )
    download.add_argument(
        "name", metavar="NAME", help="from the list, or https://.../NAME.sklmag"
    )
    download.add_argument(
        "--sha256", metavar="DIGITS", help="of the file at an address; needed there"
    )
    download.add_argument(
        "--mirror",
        metavar="URL",
        action="append",
        default=[],
        help="another address of the same file; may be given several times",
    )
    download.add_argument(
        "--to", metavar="DIR", help="folder (default: that of sklmag data path)"
    )
    download.add_argument("--quiet", action="store_true", help="no progress bar")
    download.set_defaults(run=run_download)
    card = actions.add_parser("card", help="print the card of a model file as JSON")
    card.add_argument("model", metavar="MODEL", help="a file, or a ready model")
    card.set_defaults(run=run_card)


def run_list(arguments):
    """Print name, size, errors or license, and whether it is here."""
    from sklmag._utils._paths import data_home
    from sklmag.pretrained import WEIGHTS, downloaded_models, ready_models

    for name, model in ready_models().items():
        errors = ", ".join(
            f"{target} {error:g} {model.properties[target]}".rstrip()
            for target, error in model.errors.items()
        )
        size = model.path.stat().st_size / 1e6
        sys.stdout.write(
            f"{name}\t{size:.0f} MB\tfrom {model.takes}\tmean error: {errors}\t"
            f"{model.n_rows} rows\tready\n"
        )
    for name, path in downloaded_models().items():
        size = path.stat().st_size / 1e6
        sys.stdout.write(f"{name}\t{size:.0f} MB\t{path}\tdownloaded\n")
    for name, weights in WEIGHTS.items():
        here = (data_home() / "pretrained" / weights.filename).exists()
        sys.stdout.write(
            f"{name}\t{weights.size}\t{weights.license}\t"
            f"{'downloaded' if here else 'not downloaded'}\n"
        )
    return 0


def run_download(arguments):
    """Download a network or a model, and print where it is."""
    from sklmag._utils._paths import data_home
    from sklmag.pretrained import fetch_model, fetch_weights

    name, verbose = arguments.name, not arguments.quiet
    if "://" in name:
        path = fetch_model(
            name, arguments.sha256, folder=arguments.to, mirrors=arguments.mirror,
            verbose=verbose,
        )  # fmt: skip
    else:
        folder = arguments.to or data_home() / "pretrained"
        path = fetch_weights(name, folder, verbose=verbose)
    sys.stdout.write(f"{path}\n")
    return 0


def run_card(arguments):
    """Print the card."""
    from sklmag.persistence import read_card
    from sklmag.pretrained import ready_models

    ready = ready_models().get(arguments.model)
    path = ready.path if ready else arguments.model
    card = json.dumps(read_card(path).to_dict(), indent=2, ensure_ascii=False)
    sys.stdout.write(f"{card}\n")
    return 0
