"""``sklmag campaign``, ``suggest`` and ``tell``: experiments, batch by batch."""

import sys

from sklmag.cli._terminal import write_table


def add_parser(commands):
    """Add the three subcommands."""
    _add_campaign(commands)
    _add_suggest(commands)
    _add_tell(commands)


def _add_campaign(commands):
    parser = commands.add_parser(
        "campaign",
        help="begin a campaign of experiments, or show where one stands",
        description=(
            "Begin a campaign: what experiments set, what is wanted, and what is known "
            "already. Then 'sklmag suggest' says which experiments to make next, and "
            "'sklmag tell' takes results. Without --goal: show what was found so far."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="such as month.campaign")
    parser.add_argument(
        "--input",
        metavar="NAME=LEAST:MOST",
        action="append",
        default=[],
        help="what an experiment sets: Fe=70:85, annealing_K=700:850; several times",
    )
    parser.add_argument(
        "--candidates",
        metavar="TABLE",
        help="experiments that can be made, one in a row, in place of --input",
    )
    parser.add_argument(
        "--goal",
        metavar="GOAL",
        action="append",
        default=[],
        help="in quotes: 'maximize Bs_T', 'Dmax_mm>=3'; may be given several times",
    )
    parser.add_argument(
        "--constraint",
        metavar="LIMIT",
        action="append",
        default=[],
        help="of inputs, in quotes: 'Fe+Si+B=100', 'count(Nb,Mo,Cr;0.5)<=2'",
    )
    parser.add_argument("--prices", metavar="TABLE", help="with columns element, price")
    parser.add_argument(
        "--data", metavar="TABLE", help="results that are known already"
    )
    parser.add_argument(
        "--describe",
        choices=["amounts", "glass"],
        help="what the model sees: inputs as they are, or descriptors of alloys too "
        "(default: these where amounts sum to 100)",
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    parser.add_argument("--force", action="store_true", help="replace FILE")
    parser.add_argument(
        "--figure", metavar="PICTURE", help="draw the progress: .png, .svg or .pdf"
    )
    parser.set_defaults(run=run_campaign)


def _add_suggest(commands):
    parser = commands.add_parser(
        "suggest",
        help="say which experiments of a campaign to make next",
        description=(
            "Write the next experiments as a table with empty columns for results. "
            "They count as in work: fill the table in, and give it to 'sklmag tell'."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="a campaign")
    parser.add_argument("-n", type=int, default=4, help="how many (default: 4)")
    parser.add_argument(
        "-o", "--output", metavar="TABLE", help="a .csv file (default: standard output)"
    )
    parser.set_defaults(run=run_suggest)


def _add_tell(commands):
    parser = commands.add_parser(
        "tell",
        help="give results to a campaign",
        description=(
            "Note results. A row without any result stays in work; write 'failed' into "
            "a result of an experiment that gave nothing. Rows without a number are "
            "experiments of your own."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="a campaign")
    parser.add_argument("table", metavar="TABLE", help="what suggest wrote, filled in")
    parser.set_defaults(run=run_tell)


def run_campaign(arguments):
    """Begin a campaign, or show one."""
    from sklmag.design import Campaign

    if arguments.goal:
        campaign = _begun(arguments)
    else:
        for option in ("input", "constraint", "candidates", "data", "prices"):
            if getattr(arguments, option):
                raise ValueError(f"--{option} begins a campaign: name a --goal too.")
        campaign = Campaign.load(arguments.file)
    _show(campaign)
    if arguments.figure:
        import matplotlib

        matplotlib.use("agg")
        campaign.plot().figure.savefig(arguments.figure, dpi=200)
    return 0


def _begun(arguments):
    from pathlib import Path

    from sklmag.cli._output import check_output
    from sklmag.cli._prices import read_prices
    from sklmag.design import Campaign
    from sklmag.design._goals import bounds_of
    from sklmag.tasks import read_table

    path = check_output(arguments.file)
    if path is None:
        raise ValueError("A campaign is kept in a file; name one.")
    if Path(path).exists() and not arguments.force:
        raise ValueError(
            f"{arguments.file!r} is there already. Choose another name, or --force."
        )
    if bool(arguments.input) == bool(arguments.candidates):
        raise ValueError("Give either --input, once for each, or --candidates TABLE.")
    inputs = (
        read_table(arguments.candidates)
        if arguments.candidates
        else bounds_of(arguments.input)
    )
    campaign = Campaign(
        inputs,
        arguments.goal,
        constraints=arguments.constraint,
        prices=read_prices(arguments.prices),
        describe=arguments.describe,
        random_state=arguments.seed,
    )
    if arguments.data:
        known = read_table(arguments.data)
        campaign.tell(known)
    campaign.save(path)
    return campaign


def _show(campaign):
    parts = [repr(campaign)]
    if len(campaign.done.dropna()):
        best = campaign.best(3).head(20)
        parts.append(f"Best so far:\n{best.to_string(float_format='{:.5g}'.format)}")
    if len(campaign.pending):
        waiting = campaign.pending.to_string(float_format="{:.5g}".format)
        parts.append(f"In work:\n{waiting}")
    sys.stdout.write("\n\n".join(parts) + "\n")


def run_suggest(arguments):
    """Write the next experiments."""
    from sklmag.cli._output import check_output
    from sklmag.design import Campaign

    output = check_output(arguments.output, [arguments.file])
    campaign = Campaign.load(arguments.file)
    batch = campaign.ask(arguments.n)
    campaign.save(arguments.file)
    table = batch.assign(**dict.fromkeys(campaign.outputs, ""))
    write_table(table, output, index=True, float_format="%.6g")
    return 0


def run_tell(arguments):
    """Note results."""
    from sklmag.design import Campaign
    from sklmag.tasks import read_table
    from sklmag.tasks._campaign import tell_table

    campaign = Campaign.load(arguments.file)
    table = read_table(arguments.table)
    waiting = tell_table(campaign, table, arguments.table)
    campaign.save(arguments.file)
    if waiting:
        sys.stderr.write(f"{waiting} rows without a result stay in work.\n")
    _show(campaign)
    return 0
