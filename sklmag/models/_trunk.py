"""The formula network that comes with the package, trained on open properties."""

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import torch

from sklmag._nn._formula_net import FormulaNet
from sklmag.models._element_table import element_table

_FOLDER = Path(__file__).parent / "data"
_TRUNK = ("embedding.", "body.")
_TRAINING = {"lr": 0.002}  # lower than from random weights


@cache
def trunk_card():
    """Return what the file of weights says of itself."""
    return json.loads((_FOLDER / "formulas.json").read_text(encoding="utf-8"))


@cache
def trunk_arrays():
    """Return the weights by name, each with a leading axis of one member."""
    from safetensors.numpy import load

    path = _FOLDER / "formulas.safetensors"
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != trunk_card()["sha256"]:
        raise ValueError(
            f"{path.name} is not the file of its card: it is damaged. Install sklmag "
            "again."
        )
    arrays = load(data)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def pretrained_settings(given):
    """Return the settings that the pretrained network decides.

    Parameters
    ----------
    given : dict
        Parameters of an estimator; None is left to the network.

    Raises
    ------
    ValueError
        For a parameter that does not fit the network.
    """
    fixed = {**trunk_card()["settings"], "preset": "fast"}
    for name, value in fixed.items():
        own = given[name]
        own = list(own) if isinstance(own, tuple) else own
        if own is not None and own != value:
            raise ValueError(
                f"{name}={given[name]!r} does not fit init='pretrained', whose network "
                f"has {name}={value!r}. Leave it out, or set init='random'."
            )
    free = {n: v for n, v in _TRAINING.items() if given[n] is None}
    return fixed | free | {"embedding": tuple(fixed["embedding"])}


def put_trunk(module):
    """Let every member of a module begin at the pretrained weights."""
    own = module.state_dict()
    with torch.no_grad():
        for name, array in trunk_arrays().items():
            if name.startswith(_TRUNK):
                tensor = torch.as_tensor(array, dtype=own[name].dtype)
                own[name].copy_(tensor.expand_as(own[name]))


class FormulaTrunk(FormulaNet):
    """The pretrained network: the properties that it learnt, then the mean state."""

    def __init__(self):
        settings = trunk_card()["settings"]
        table = element_table(settings["embedding"])[1]
        super().__init__(
            n_members=1,
            n_targets=len(trunk_card()["targets"]),
            table=torch.as_tensor(table, dtype=torch.float32),
            resolution=None,
            dropout=0.0,
            jitter=0.0,
            uncertain=False,
            **{n: v for n, v in settings.items() if n != "embedding"},
        )
        weights = {n: torch.as_tensor(a) for n, a in trunk_arrays().items()}
        self.load_state_dict(weights, strict=False)  # the table is not in the file

    def forward(self, tokens):
        """Return both of each formula, (1, n_samples, n_targets + width)."""
        return torch.cat((super().forward(tokens), self.mean_states(tokens)), dim=-1)
