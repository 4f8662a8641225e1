"""Which shape each fitted array has: numpy would stretch what does not belong together.

A letter stands for a size, the same in all arrays of one object; ``f`` is the number of
features that it was fitted on. ``.`` is a single number. An array without an entry is
refused.
"""

import numpy as np

from sklmag.persistence._kinds import is_number, is_numeric

_VECTORS_OF_FEATURES = (
    "mean_ var_ scale_ min_ data_min_ data_max_ data_range_ max_abs_ center_ lambdas_ "
    "variances_ scores_ pvalues_ statistics_ X_offset_ X_scale_ _valid_mask _x_mean "
    "_x_std compressed_ present_ support_mask_"
)
_SHAPES = dict.fromkeys(_VECTORS_OF_FEATURES.split(), "f .") | {
    # linear models and kernels
    "coef_": "f tf",
    "intercept_": ". t",
    "sigma_": "kk",
    "lambda_": "f .",
    "dual_gap_": ". t",
    "outliers_": "n",
    "mse_path_": "ab",
    "alphas": "a",
    "alphas_": "a",
    "singular_": "s",
    "n_iter_": ". i",
    "dual_coef_": "n nt 1v",
    "_dual_coef_": "1v",
    "support_vectors_": "vf",
    "support_": "v",
    "_n_support": "2",
    "_intercept_": "1",
    "_probA": "0",
    "_probB": "0",
    "_num_iter": "1",
    "X_fit_": "nf",
    "X_train_": "nf",
    "y_train_": "n nt",
    "L_": "nn",
    "alpha_": "n nt . t",
    "alpha": "n t .",
    "target_weights_": "t",
    "known_maps_": "nab",
    "known_outputs_": "nt",
    "_y_train_mean": "t .",
    "_y_train_std": "t .",
    # decompositions
    "components_": "kf",
    "explained_variance_": "k",
    "explained_variance_ratio_": "k",
    "singular_values_": "k",
    "_y_mean": "t",
    "_y_std": "t",
    **dict.fromkeys(("x_weights_", "x_loadings_", "x_rotations_"), "fk"),
    **dict.fromkeys(("y_weights_", "y_loadings_", "y_rotations_"), "tk"),
    **dict.fromkeys(("x_scores_", "y_scores_", "_x_scores", "_y_scores"), "nk"),
    # neighbours, imputers, encoders
    "_fit_X": "nf",
    "_mask_fit_X": "nf",
    "_y": "n nt",
    "features_": "p",
    "references_": "q",
    "quantiles_": "qf",
    "constant_": "1t",
    "drop_idx_": "f",
    "feature_weights": "f",
    # ensembles
    "estimator_weights_": "e",
    "estimator_errors_": "e",
    "_seeds": "e",
    "train_score_": "u",
    "validation_score_": "x",
    "_baseline_prediction": "1t",
    "n_bins_non_missing_": "f",
    "missing_values_bin_idx_": ".",
    "is_categorical_": "f",
    # what sklmag's estimators are made of
    "has_gaps_": "f",
    "training_rows_": "hf",
    "varies_": "g",
    "seen_": "f",
    "_has_vector": "z",
    "asked_": "ed",
    "border_": "ed",
    "value_": "ew",
    "weights_": "mt",
    "error_parts_": "t2",
    "error_scores_": "nt",
    "spread_ratio": "t",
    "scores": "nt",
    "coordinates": "zc",
    "scales_": "w",
    "dual_": "u",
    "factors_": "ab",
    "telling_": "k",
    "target_scale_": "y",
    "_known": "nt",
    "targets": "nt",
    "number": "ns",
    "used": "ns",
    "alloy": "m",
    "element": "m",
    "rank": "mc",
    "weight": "ns",
    "apart": "zz",
    "length_scale": "c .",
}
_ANY = frozenset({"classes_"})


def shapes_disagree(state):
    """Return the name of an array in a state that does not fit the others, or None.

    Parameters
    ----------
    state : dict of str to object
        Attributes of one object.
    """
    for name, value in state.items():
        if name in _SHAPES and isinstance(value, (list, tuple, dict)):
            if not all(map(is_number, value)):  # numpy would stretch it as well
                return name
    arrays = {
        name: value
        for name, value in state.items()
        if is_numeric(value) and name not in _ANY
    }
    sizes = {}
    if isinstance(state.get("n_features_in_"), (int, np.integer)):
        sizes["f"] = int(state["n_features_in_"])
    # the clear ones first: they say what the letters are
    for name in sorted(arrays, key=lambda n: (_SHAPES.get(n, "").count(" "), n)):
        if not _fits(np.shape(arrays[name]), _SHAPES.get(name, "."), sizes):
            return name
    return "rows" if 0 in (sizes.get("n"), sizes.get("v")) else None


def _fits(shape, allowed, sizes):
    """Tell whether a shape is one of those allowed; remember the sizes of letters."""
    for letters in allowed.split():
        letters = letters.replace(".", "")
        if len(letters) != len(shape):
            continue
        found = dict(sizes)
        if all(
            int(letter) == size
            if letter.isdigit()
            else found.setdefault(letter, size) == size
            for letter, size in zip(letters, shape, strict=True)
        ):
            sizes.update(found)
            return True
    return False
