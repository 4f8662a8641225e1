"""``sklmag app``: the same in the browser."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "app",
        help="open the same as a page in the browser, on this machine",
        description=(
            "Serve a local page to predict, train, explain and design. It listens on "
            "this machine only, and works without internet."
        ),
    )
    parser.add_argument(
        "models", metavar="MODEL", nargs="*", help="model files to choose from"
    )
    parser.add_argument("--port", type=int, default=8501, help="default: 8501")
    parser.add_argument(
        "--no-browser", action="store_true", help="do not open a browser"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Serve until Ctrl-C."""
    import importlib.util

    if importlib.util.find_spec("nicegui") is None:
        raise ValueError("The page needs NiceGUI: pip install 'sklmag[app]'.")
    from sklmag.app import serve

    sys.stderr.write(
        f"The page is at http://127.0.0.1:{arguments.port}; Ctrl-C ends it.\n"
    )
    serve(port=arguments.port, models=arguments.models, show=not arguments.no_browser)
    return 0
