"""``sklmag featurize`` and ``sklmag predict``: from structure files to a table."""

import sys
from pathlib import Path

_FORMATS = (".csv", ".parquet")


def add_featurize_parser(commands):
    """Add the subcommand ``featurize``."""
    parser = commands.add_parser(
        "featurize",
        help="write the 271 Voronoi descriptors of structure files to a table",
        description=(
            "Read structure files (POSCAR, CIF, JSON, extended XYZ), also whole "
            "folders, and write one row of descriptors for each. Interrupted, it goes "
            "on where it was when it is run again. Exit code 1: some files could not "
            "be read; they are listed, and their rows are empty."
        ),
    )
    _add_arguments(parser)
    parser.set_defaults(run=featurize)


def add_predict_parser(commands):
    """Add the subcommand ``predict``."""
    parser = commands.add_parser(
        "predict",
        help="predict properties of structure files with a saved model",
        description=(
            "Read structure files, also whole folders, and write one row of "
            "predictions for each. The model was written by sklmag.pretrained."
            "save_model, and takes structures or the 271 Voronoi descriptors. "
            "Interruption and exit codes are as for featurize."
        ),
    )
    _add_arguments(parser)
    parser.add_argument(
        "--model", metavar="FILE", required=True, help="the saved model"
    )
    parser.set_defaults(run=predict)


def _add_arguments(parser):
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="files, folders or quoted patterns"
    )
    parser.add_argument(
        "-o", "--output", metavar="TABLE", required=True, help="a .csv or .parquet file"
    )
    parser.add_argument(
        "--n-jobs", type=int, default=None, help="processes (default: 1)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def featurize(arguments):
    """Write descriptors."""
    from sklmag.structure import VoronoiFeaturizer

    featurizer = VoronoiFeaturizer(on_error="nan", n_jobs=arguments.n_jobs)
    columns = list(featurizer.get_feature_names_out())

    def rows_of(paths):
        return featurizer.transform(paths), featurizer.errors_

    return _write_table(arguments, columns, rows_of, settings="featurize")


def predict(arguments):
    """Write predictions."""
    import hashlib

    from sklmag._utils._featurizer import accepts_nan
    from sklmag.pretrained import load_model

    model = load_model(arguments.model)
    featurizer, regressor = _divided(model, arguments)
    n_targets = getattr(regressor, "n_outputs_", 1)
    columns = [f"prediction_{k}" for k in range(n_targets)]
    columns = columns if n_targets > 1 else ["prediction"]

    def rows_of(paths):
        import numpy as np

        described, errors = featurizer.transform(paths), featurizer.errors_
        if not accepts_nan(regressor):
            errors = errors | _without_data(described, paths, featurizer)
        rows = np.full((len(paths), n_targets), np.nan)
        good = [i for i in range(len(paths)) if i not in errors]
        if good:
            rows[good] = regressor.predict(described[good]).reshape(len(good), -1)
        return rows, errors

    content = hashlib.sha256(Path(arguments.model).read_bytes()).hexdigest()
    return _write_table(arguments, columns, rows_of, settings=f"predict {content}")


def _without_data(described, paths, featurizer):
    """Return why rows cannot be predicted that lack the property of an element."""
    import numpy as np

    names = featurizer.get_feature_names_out()
    missing = {
        i: names[np.isnan(row)][-1]
        for i, row in enumerate(described)
        if np.isnan(row).any() and i not in featurizer.errors_
    }
    return {
        i: f"File {str(paths[i])!r}: {name} has no value for one of its elements, and "
        "the model takes no missing values."
        for i, name in missing.items()
    }


def _divided(model, arguments):
    """Return a featurizer that marks bad files, and what follows it in the model."""
    from sklearn.pipeline import Pipeline

    from sklmag.structure import VoronoiFeaturizer

    featurizer = VoronoiFeaturizer(on_error="nan", n_jobs=arguments.n_jobs)
    if isinstance(model, Pipeline) and isinstance(model[0], VoronoiFeaturizer):
        return featurizer, model[1:]
    n_expected = len(featurizer.get_feature_names_out())
    if getattr(model, "n_features_in_", None) == n_expected:
        return featurizer, model
    raise ValueError(
        f"{arguments.model!r} holds a {type(model).__name__} that takes neither "
        f"structures nor the {n_expected} Voronoi descriptors. Save a pipeline that "
        "begins with a VoronoiFeaturizer."
    )


def _write_table(arguments, columns, rows_of, settings):
    """Fill the table in batches; what is done is kept beside it until all is."""
    import warnings

    from sklmag._utils._errors import SklmagWarning
    from sklmag._utils._progress import progress
    from sklmag.cli._journal import Journal
    from sklmag.structure import find_structure_files

    output = Path(arguments.output)
    _check_output(output)
    paths = find_structure_files(arguments.paths)
    errors = {}
    with Journal(output, settings=settings, columns=columns) as journal:
        left = [path for path in paths if path not in journal]
        if len(left) < len(paths):
            sys.stderr.write(f"{len(paths) - len(left)} of {len(paths)} are done.\n")
        n_batch = 32 * max(1, arguments.n_jobs or 1)
        batches = range(0, len(left), n_batch)
        verbose = not arguments.quiet
        for start in progress(
            batches, verbose=verbose, unit="batch", desc=settings[:9]
        ):
            batch = left[start : start + n_batch]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SklmagWarning)
                rows, failed = rows_of(batch)
            errors |= {batch[i]: why for i, why in failed.items()}
            for i, path in enumerate(batch):
                if i not in failed:
                    journal.add(path, rows[i])
            journal.flush()
        journal.finish(paths)
    for why in errors.values():
        sys.stderr.write(f"{why}\n")
    sys.stderr.write(
        f"{output}: {len(paths)} rows, {len(errors)} of them empty: "
        "their files could not be read.\n"
        if errors
        else f"{output}: {len(paths)} rows\n"
    )
    return 1 if errors else 0


def _check_output(output):
    """Raise before the work where the table could not be written after it."""
    if output.suffix not in _FORMATS:
        raise ValueError(f"--output {str(output)!r} must end in .csv or .parquet.")
    if not output.parent.is_dir():
        raise ValueError(f"--output: there is no folder {str(output.parent)!r}.")
    if output.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError(
                ".parquet needs pyarrow: pip install pyarrow. Or write .csv."
            ) from None
