"""``sklmag app``: the same in the browser."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "app",
        help="open the same as a page in the browser, on this machine",
        description=(
            "Serve a local page to predict, train, explain and design. It listens on "
            "this machine only, unless --host says otherwise, and works without "
            "internet."
        ),
    )
    parser.add_argument(
        "models",
        metavar="MODEL",
        nargs="*",
        default=[],
        help="models to choose from: files, or names (default: all ready ones)",
    )
    parser.add_argument("--port", type=int, default=8727, help="default: 8727")
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help=(
            "the address to listen on; on others than this machine's own, a token is "
            "made and printed, without which nothing is answered (default: 127.0.0.1)"
        ),
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="do not open a browser"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Serve until Ctrl-C."""
    import importlib.util

    if importlib.util.find_spec("nicegui") is None:
        raise ValueError("The page needs NiceGUI: pip install 'sklmag[app]'.")
    import secrets

    from sklmag.app import serve

    host, token = arguments.host, None
    if host not in ("127.0.0.1", "localhost", "::1"):
        token = secrets.token_urlsafe(24)
        sys.stderr.write(
            f"{host} is open to the network. Only who has this address is answered, "
            "and what is sent can be read on the way: it is not encrypted.\n"
        )
    serve(
        port=arguments.port,
        host=host,
        token=token,
        models=arguments.models,
        show=not arguments.no_browser,
    )
    return 0
