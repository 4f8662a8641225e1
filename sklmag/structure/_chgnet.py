"""CHGNet, whose weights come with its package."""

import contextlib
import hashlib
import importlib
import io
import sys
import types

import numpy as np
import torch

from sklmag._utils._optional import needed
from sklmag.exceptions import StructureError
from sklmag.structure._potentials import Evaluation

_HEAVIEST = 94  # Pu


class CHGNetPotential:
    """The charge-informed potential of Deng et al. [1]_.

    Parameters
    ----------
    device : str
        "cpu", "cuda", or "auto", a GPU where there is one.

    Notes
    -----
    Trained on relaxations of the Materials Project, with the energy corrections of
    2020. It is evaluated without gradients: forces and stresses are not computed.

    References
    ----------
    .. [1] B. Deng et al., Nat. Mach. Intell. 5 (2023) 1031,
       doi:10.1038/s42256-023-00716-3.
    """

    n_features = n_site_features = 64

    def __init__(self, device):
        _without_monitor()
        needed("chgnet", extra="potential", what="PotentialFeaturizer('chgnet')")
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        with contextlib.redirect_stdout(io.StringIO()):  # it prints at each loading
            from chgnet.model import CHGNet

            self._model = CHGNet.load(use_device=device, verbose=False).eval()
        self.identity = f"CHGNet {self._model.version}, weights {self._digest()}"
        self._batch_size = 16 if device.startswith("cuda") else 1

    def evaluate(self, crystals):
        """Return energies, moments and the features before the last layer."""
        with torch.inference_mode():
            graphs = [self._graph(crystal) for crystal in crystals]
            found = self._model.predict_graph(
                graphs,
                task="em",
                return_crystal_feas=True,
                return_atom_feas=True,
                batch_size=self._batch_size,
            )
        return [
            Evaluation(
                energy=float(one["e"]),
                moments=np.abs(one["m"]),
                features=one["crystal_fea"] / len(one["m"]),  # a sum over the sites
                site_features=one["atom_fea"],
            )
            for one in ([found] if len(graphs) == 1 else found)
        ]

    def _graph(self, crystal):
        from pymatgen.core import Structure

        heaviest = crystal.numbers.max()
        if heaviest > _HEAVIEST:
            raise StructureError(
                f"{crystal.formula}: CHGNet knows no element of the atomic number "
                f"{heaviest}, but those up to Pu."
            )
        structure = Structure(crystal.lattice, crystal.numbers, crystal.positions)
        try:
            return self._model.graph_converter(structure)
        except ValueError as error:  # an atom without neighbours in 6 Å
            raise StructureError(f"{crystal.formula}: CHGNet: {error}") from error

    def _digest(self):
        """Return the beginning of the checksum of the weights."""
        digest = hashlib.sha256()
        for name, weight in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(weight.cpu().numpy().tobytes())
        return digest.hexdigest()[:12]


def _without_monitor():
    """Let chgnet be imported where nvidia's monitor is not: it asks it for nothing."""
    try:
        importlib.import_module("nvidia_smi")
    except ImportError:
        sys.modules["nvidia_smi"] = types.ModuleType("nvidia_smi")
