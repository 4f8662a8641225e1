"""CrabNet behind fit and predict, unchanged, from its source distribution on PyPI."""

import contextlib
import functools
import io
import subprocess
import sys
import tarfile
import tempfile
import types
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch


@functools.cache
def source():
    """Fetch crabnet 1.0.1 by pip, make its parts importable, and return the folder.

    Its wheel lacks the element vectors, and its modules expect a package "CrabNet".
    """
    folder = Path(tempfile.mkdtemp())
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary"]
    subprocess.run([*pip, ":all:", "crabnet==1.0.1", "-d", folder], check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    package = types.ModuleType("CrabNet")
    package.__path__ = [str(folder / "crabnet-1.0.1" / "crabnet")]
    sys.modules["CrabNet"] = package
    return folder


class CrabNetRegressor:
    """Trained as its benchmark script does: 300 epochs; a tenth chooses the weights."""

    def __init__(self, random_state, epochs=300):
        self.random_state, self.epochs = random_state, epochs

    def fit(self, formulas, y):
        """Train."""
        folder = source()
        from CrabNet.kingcrab import CrabNet
        from CrabNet.model import Model

        torch.manual_seed(self.random_state)
        device = torch.device("cpu")
        frame = pd.DataFrame({"formula": formulas, "target": y})
        order = np.random.default_rng(self.random_state).permutation(len(frame))
        n_held_out = len(frame) // 10
        held_out, train = frame.iloc[order[:n_held_out]], frame.iloc[order[n_held_out:]]
        batch = int(np.clip(2 ** round(np.log2(len(train)) - 4), 128, 4096))
        # it leaves its loss curve in the current directory
        with quiet(), contextlib.chdir(folder):
            net = CrabNet(compute_device=device).to(device)
            self.model = Model(net, model_name="benchmark", verbose=False)
            self.model.load_data(train, batch_size=batch, train=True)
            self.model.load_data(held_out, batch_size=batch)
            self.model.fit(epochs=self.epochs, losscurve=False, learningcurve=False)
        return self

    def predict(self, formulas):
        """Predict, padded as in training."""
        frame = pd.DataFrame({"formula": formulas, "target": 0.0})
        with quiet():
            self.model.load_data(frame, batch_size=512)
            loader = self.model.data_loader
            _, predicted, names, _ = self.model.predict(loader=loader)
        assert list(names) == list(formulas)
        return predicted


@contextlib.contextmanager
def quiet():
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
