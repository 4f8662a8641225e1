"""What is not there is said at once, before libraries are imported for it."""

import os

from sklmag._utils._ready import ready_entries

_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".xls")
_CAMPAIGN = ".campaign"
_MODELS = (".sklmag", ".onnx", ".json", ".params")


def refuse_missing(arguments):
    """Raise for a file that an argument names and that is not there.

    Parameters
    ----------
    arguments : Namespace
        Of any command; names that are no files, such as formulas, are left alone.
    """
    words = [*_words(arguments, "inputs"), *_words(arguments, "table")]
    for word in words:
        if word.lower().endswith(_TABLES) and not os.path.exists(word):
            raise FileNotFoundError(f"There is no table {word!r}.")
    begins = getattr(arguments, "goal", None)
    for word in [] if begins else _words(arguments, "file"):
        if word.lower().endswith(_CAMPAIGN) and not os.path.exists(word):
            raise FileNotFoundError(
                f"There is no campaign {word!r}. Begin one: sklmag campaign {word} "
                "--input Fe=70:85 --goal 'maximize Bs_T'."
            )
    for word in (*_words(arguments, "model"), *_words(arguments, "models")):
        if word.lower().endswith(_MODELS) and not os.path.exists(word):
            raise FileNotFoundError(
                f"There is no model file {word!r}. Ready ones: "
                f"{', '.join(ready_entries())}; published ones: sklmag models list."
            )


def _words(arguments, name):
    given = getattr(arguments, name, None) or []
    return [given] if isinstance(given, str) else [w for w in given if w]
