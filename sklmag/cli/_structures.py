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
    from sklmag import __version__
    from sklmag.structure import VoronoiFeaturizer

    featurizer = VoronoiFeaturizer(on_error="nan", n_jobs=arguments.n_jobs)
    columns = list(featurizer.get_feature_names_out())

    def rows_of(paths):
        return featurizer.transform(paths), featurizer.errors_

    settings = f"featurize, sklmag {__version__}"
    return _write_table(arguments, columns, rows_of, settings=settings)


def predict(arguments):
    """Write predictions."""
    import hashlib

    from sklmag import __version__

    model, n_targets = _model_of_structures(arguments)
    columns = [f"prediction_{k}" for k in range(n_targets)]
    columns = columns if n_targets > 1 else ["prediction"]

    def rows_of(paths):
        import numpy as np

        try:
            return model.predict(paths).reshape(len(paths), -1), {}
        except (ValueError, OSError):  # of one of them: see which
            rows, errors = np.full((len(paths), n_targets), np.nan), {}
        for i, path in enumerate(paths):
            try:
                rows[i] = model.predict([path]).ravel()
            except (ValueError, OSError) as error:
                errors[i] = _why(path, error)
        return rows, errors

    content = hashlib.sha256(Path(arguments.model).read_bytes()).hexdigest()
    settings = f"predict {content}, sklmag {__version__}"
    return _write_table(arguments, columns, rows_of, settings=settings)


def _model_of_structures(arguments):
    """Return a model that takes files, and how many numbers it gives for each."""
    import numpy as np
    from pymatgen.core import Lattice, Structure
    from sklearn.pipeline import make_pipeline

    from sklmag.pretrained import load_model
    from sklmag.structure import VoronoiFeaturizer

    model = load_model(arguments.model)
    n_expected = len(VoronoiFeaturizer().get_feature_names_out())
    if getattr(model, "n_features_in_", None) == n_expected:
        model = make_pipeline(VoronoiFeaturizer(), model)
    for featurizer in _featurizers_in(model):
        featurizer.set_params(on_error="raise", n_jobs=arguments.n_jobs)
    iron = Structure(Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    try:
        predicted = np.asarray(model.predict([iron]))
    except Exception as error:
        raise ValueError(
            f"{arguments.model!r} holds a {type(model).__name__} that takes neither "
            f"structures nor the {n_expected} Voronoi descriptors. Save a pipeline "
            f"that begins with a VoronoiFeaturizer. It said: {error}"
        ) from error
    if predicted.dtype.kind not in "buif":
        raise ValueError(
            f"{arguments.model!r} predicts {predicted.ravel()[0]!r} for bcc iron; the "
            "table holds numbers. Fit it on the numbers of the classes."
        )
    return model, predicted.size


def _featurizers_in(estimator):
    """Yield the featurizers of a model, those of fitted parts included."""
    from sklearn.base import BaseEstimator

    from sklmag.structure import VoronoiFeaturizer

    if isinstance(estimator, VoronoiFeaturizer):
        yield estimator
    elif isinstance(estimator, (list, tuple)):
        for part in estimator:
            yield from _featurizers_in(part)
    elif isinstance(estimator, BaseEstimator):
        for part in vars(estimator).values():
            yield from _featurizers_in(part)


def _why(path, error):
    """Return why nothing can be predicted for a file."""
    import numpy as np

    from sklmag.structure import VoronoiFeaturizer

    voronoi = VoronoiFeaturizer()
    try:
        row = voronoi.transform([path])[0]
    except (ValueError, OSError) as reason:
        return str(reason).removeprefix("Row 0: ")
    missing = voronoi.get_feature_names_out()[np.isnan(row)]
    if len(missing):
        return (
            f"File {str(path)!r}: {missing[-1]} has no value for one of its elements, "
            "and the model takes no missing values."
        )
    return f"File {str(path)!r}: {error}"


def _write_table(arguments, columns, rows_of, settings):
    """Fill the table in batches; what is done is kept beside it until all is."""
    import warnings

    from joblib import effective_n_jobs

    from sklmag._utils._errors import SklmagWarning
    from sklmag._utils._progress import progress
    from sklmag.cli._journal import Journal, stamp
    from sklmag.structure import find_structure_files

    output = Path(arguments.output)
    _check_output(output)
    files = find_structure_files(arguments.paths)
    paths = [path for path in files if path.resolve() != output.resolve()]
    errors = {}
    with Journal(output, settings=settings, columns=columns) as journal:
        left = [path for path in paths if not journal.has(path)]
        if len(left) < len(paths):
            sys.stderr.write(f"{len(paths) - len(left)} of {len(paths)} are done.\n")
        n_batch = 32 * effective_n_jobs(arguments.n_jobs)
        batches = range(0, len(left), n_batch)
        for start in progress(
            batches, verbose=not arguments.quiet, unit="batch", desc=settings[:9]
        ):
            batch = left[start : start + n_batch]
            stamps = [stamp(path) for path in batch]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SklmagWarning)
                rows, failed = rows_of(batch)
            errors |= {batch[i]: _named(batch[i], why) for i, why in failed.items()}
            for i, path in enumerate(batch):
                if i not in failed:
                    journal.add(path, stamps[i], rows[i])
            journal.flush()
        journal.finish(paths)
    for why in errors.values():
        sys.stderr.write(f"{why}\n")
    end = f", {len(errors)} of them empty, for the reasons above" if errors else ""
    sys.stderr.write(f"{output}: {len(paths)} rows{end}\n")
    return 1 if errors else 0


def _named(path, why):
    """Return a reason that names its file."""
    return why if str(path) in why else f"File {str(path)!r}: {why}"


def _check_output(output):
    """Raise before the work where the table could not be written after it."""
    if output.suffix not in _FORMATS:
        raise ValueError(f"--output {str(output)!r} must end in .csv or .parquet.")
    if output.is_dir():
        raise ValueError(f"--output {str(output)!r} is a folder, not a table.")
    if not output.parent.is_dir():
        raise ValueError(f"--output: there is no folder {str(output.parent)!r}.")
    if output.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError(
                ".parquet needs pyarrow: pip install pyarrow. Or write .csv."
            ) from None
