"""``sklmag demo``: XGBoost, a dense net and attention on a table of magnets."""

import sys
from pathlib import Path

_N_SEARCHED = 10
_N_COMPOUNDS = 8  # that hold an element, for its effect to be learned


def add_parser(commands):
    """Add the subcommand."""
    from sklmag.cli._work import add_backend_arguments

    parser = commands.add_parser(
        "demo",
        help="fit three models, print how well they predict, and draw figures",
        description=(
            "Fit XGBoost, a dense net (DNNR) and multi-head attention (MHAR), print "
            "RMSE, MAE and R2, and write figures. "
            "Without --data on synthetic sintered NdFeB magnets, and on what the "
            "literature says of R2Fe14B."
        ),
    )
    parser.add_argument(
        "--data",
        metavar="TABLE",
        help="a .csv, .csv.gz, .tsv, .parquet or .xlsx file to use",
    )
    parser.add_argument(
        "--target",
        metavar="COLUMN",
        action="append",
        help="what to predict; may be given several times",
    )
    parser.add_argument(
        "--drop",
        metavar="COLUMN",
        action="append",
        default=[],
        help="a column to leave out; may be given several times",
    )
    parser.add_argument(
        "-o", "--output", default="demo", help="folder of the figures (default: demo)"
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    add_backend_arguments(parser, n_jobs=-1)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run)


def run(arguments):
    """Fit, print and draw."""
    if bool(arguments.data) != bool(arguments.target):
        raise ValueError("--data and --target belong together: give both or neither.")
    import matplotlib as mpl

    mpl.use("agg")
    datasets = _read_table(arguments) if arguments.data else _synthetic(arguments.seed)
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    fitted = _compared(datasets, folder / "table.csv", arguments)
    last, (X, y) = list(datasets.items())[-1]
    fitted = {model: fitted[last, model] for part, model in fitted if part == last}
    _draw(_figures(fitted, X, y, arguments), folder, arguments)
    if not arguments.data:
        sys.stdout.write("\nMeasured, from the literature:\n")
        _real(folder, arguments)
    sys.stderr.write(f"Table and figures are in {folder.resolve()}\n")
    return 0


def _compared(datasets, path, arguments):
    """Print and write how three models do on data sets; return the fitted models."""
    from sklmag.cli._work import parallel
    from sklmag.model_selection import compare_models
    from sklmag.recipes import magnet_models

    with parallel(arguments):
        table, fitted = compare_models(
            magnet_models(arguments.seed),
            datasets,
            n_repeats=1,
            random_state=arguments.seed,
            n_jobs=arguments.n_jobs,
            verbose=not arguments.quiet,
            return_estimators=True,
        )
    table = table.drop(columns="R2_std", level=1)
    sys.stdout.write(table.to_string(float_format="{:.2f}".format) + "\n")
    table.to_csv(path)
    return fitted


def _real(folder, arguments):
    """Do the same for R2Fe14B; papers on one compound are one row, their median.

    Compounds of elements that hardly any other holds are left out: their effect cannot
    be learned.
    """
    from sklmag import ElementFractionFeaturizer
    from sklmag.datasets import load_re2fe14b

    targets = ["mu0Ms_T", "mu0Ha_T"]
    table = load_re2fe14b().frame.groupby("formula", as_index=False)[targets].median()
    holds = ElementFractionFeaturizer().fit_transform(table["formula"]) > 0
    is_rare = holds.sum(axis=0) < _N_COMPOUNDS
    table = table[~holds[:, is_rare].any(axis=1)]
    X, y = table[["formula"]], table[targets]
    name = "R2Fe14B"
    fitted = _compared({name: (X, y)}, folder / "table_re2fe14b.csv", arguments)
    fitted = {model: fitted[name, model] for _, model in fitted}
    X_test, y_test = _held_out(X, y, arguments)
    figures = [("parity_re2fe14b", lambda: _parity(fitted, X_test, y_test))]
    _draw(figures, folder, arguments)


def _synthetic(seed):
    from sklmag.datasets import make_sintered_ndfeb

    X, y = make_sintered_ndfeb(random_state=seed)
    parts = {s: (X.loc[s], y.loc[s]) for s in ("laboratory", "enterprise")}
    return parts | {"integrated": (X, y)}


def _read_table(arguments):
    """Read the user's table, and tell what of it is left out."""
    from sklmag.tasks import read_table
    from sklmag.tasks._train import training_table

    table = read_table(arguments.data)
    try:
        data = training_table(table, arguments.target, "mhar", drop=arguments.drop)
    except ValueError as error:
        raise ValueError(f"{arguments.data}: {error}") from None
    for note in data.notes:
        sys.stderr.write(f"{note}\n")
    X = data.X.to_frame() if data.X.ndim == 1 else data.X
    y = data.y.iloc[:, 0] if data.y.shape[1] == 1 else data.y
    return {Path(arguments.data).name: (X, y)}


def _draw(figures, folder, arguments):
    """Write the figures."""
    from matplotlib import pyplot as plt

    from sklmag._utils._progress import progress

    bar = progress(figures, verbose=not arguments.quiet, desc="figures", unit="figure")
    for name, draw in bar:
        draw()
        plt.savefig(folder / f"{name}.png", dpi=150)
        plt.close("all")


def _held_out(X, y, arguments):
    """Return the rows that ``compare_models`` held out of its one split."""
    from sklearn.model_selection import train_test_split

    _, X_test, _, y_test = train_test_split(
        X, y, test_size=0.3, random_state=arguments.seed
    )
    return X_test, y_test


def _figures(fitted, X, y, arguments):
    """Return name and drawing function of each figure, in the paper's order."""
    from sklmag import inspection

    X_test, y_test = _held_out(X, y, arguments)
    xgboost, mhar = fitted["XGBoost"], fitted["MHAR"]
    figures = [
        ("parity", lambda: _parity(fitted, X_test, y_test)),
        ("samples", lambda: _samples(mhar, X_test, y_test)),
        ("tree", lambda: _tree(xgboost, y_test)),
        ("loss", lambda: inspection.LossCurveDisplay.from_estimator(mhar)),
        (
            "attention",
            lambda: inspection.AttentionMapDisplay.from_estimator(mhar, X_test),
        ),
        ("shap_xgboost", lambda: _shap(xgboost, X_test, y_test)),
    ]
    if not arguments.data:
        figures.insert(0, ("joint", lambda: _joint(X, y)))
        figures.append(("shap_interactions", lambda: _interactions(xgboost, X_test)))
        figures.append(("search", lambda: _search(X, y, arguments)))
    return figures


def _parity(fitted, X_test, y_test):
    from matplotlib import pyplot as plt

    from sklmag.inspection import ParityDisplay

    models, targets = ("XGBoost", "MHAR"), _names(y_test)
    _, axes = plt.subplots(
        len(models),
        len(targets),
        squeeze=False,
        figsize=(4 * len(targets), 4 * len(models)),
        layout="constrained",
    )
    for row, model in zip(axes, models, strict=True):
        for ax, target in zip(row, targets, strict=True):
            ParityDisplay.from_estimator(
                fitted[model], X_test, y_test, target=target, ax=ax
            )
            ax.set_title(f"{model}: {ax.get_title()}", fontsize=9)


def _samples(mhar, X_test, y_test):
    from matplotlib import pyplot as plt

    from sklmag.inspection import ParityDisplay

    targets = _names(y_test)
    _, axes = plt.subplots(
        len(targets), squeeze=False, figsize=(10, 3 * len(targets)),
        layout="constrained",
    )  # fmt: skip
    for ax, target in zip(axes[:, 0], targets, strict=True):
        ParityDisplay.from_estimator(
            mhar, X_test, y_test, target=target, kind="samples", ax=ax
        )


def _tree(xgboost, y_test):
    from sklmag.inspection import TreeDisplay

    target = min(1, len(_names(y_test)) - 1)
    TreeDisplay.from_estimator(xgboost, target=target, name=_names(y_test)[target])


def _joint(X, y):
    from matplotlib import pyplot as plt

    from sklmag.inspection import JointDistributionDisplay

    pairs = [("Al", "Br_kG"), ("PrNdCe", "Hcj_kOe"), ("B", "squareness_percent")]
    _, axes = plt.subplots(ncols=3, figsize=(14, 4.2), layout="constrained")
    source = X.index.get_level_values("source")
    for ax, (feature, target) in zip(axes, pairs, strict=True):
        amount = X[feature].rename(f"{feature}_wt_percent")
        JointDistributionDisplay(amount, y[target], source).plot(ax=ax)


def _shap(model, X_test, y_test):
    from matplotlib import pyplot as plt

    from sklmag.inspection import ShapSummaryDisplay

    targets = _names(y_test)[:2]
    _, axes = plt.subplots(
        ncols=len(targets),
        squeeze=False,
        figsize=(7 * len(targets), 6),
        layout="constrained",
    )
    for i, ax in enumerate(axes[0]):
        ShapSummaryDisplay.from_estimator(model, X_test, target=i, ax=ax)
        ax.set_title(targets[i])


def _names(y):
    """Return the names of the targets, of which there may be one."""
    return [y.name] if y.ndim == 1 else list(y.columns)


def _interactions(model, X_test):
    from matplotlib import pyplot as plt

    from sklmag.inspection import ShapInteractionDisplay, shap_values

    pairs = [("PrNdCe", "Ce"), ("Al", "Cu"), ("Ga", "B"), ("PrNd", "Ga")]
    explanation = shap_values(model, X_test, target=1)
    _, axes = plt.subplots(2, 2, figsize=(10, 7.5), layout="constrained")
    for ax, pair in zip(axes.flat, pairs, strict=True):
        ShapInteractionDisplay(explanation, *pair).plot(ax=ax)


def _search(X, y, arguments):
    """Draw what a short search of the number of trees believes."""
    from sklearn.model_selection import KFold
    from skopt import BayesSearchCV
    from xgboost import XGBRegressor

    from sklmag.inspection import GaussianProcessSearchDisplay
    from sklmag.model_selection import search_space

    space = {"n_estimators": search_space(XGBRegressor())["n_estimators"]}
    model = XGBRegressor(learning_rate=0.05, max_depth=3, n_jobs=1)
    search = BayesSearchCV(
        model, space, n_iter=_N_SEARCHED,
        cv=KFold(3, shuffle=True, random_state=arguments.seed),  # rows lie by source
        n_jobs=arguments.n_jobs, random_state=arguments.seed,
    )  # fmt: skip
    search.fit(X, y["Hcj_kOe"])
    GaussianProcessSearchDisplay.from_search(search, "n_estimators")
