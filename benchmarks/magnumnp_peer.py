"""magnum.np on the same structures, in a process of its own.

magnum.np is under the GPL and sets torch's precision and seed when it is imported, so
it is fetched by pip into a folder of its own and never imported here. Run as a script,
this file is what that process runs.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np

_NEEDED = ("setproctitle", "torchdiffeq", "xitorch")  # of its requirements
_LENGTH_M = 36e-6  # of a cell along z; the ends of longer ones are not felt


def magnumnp_curves(angles, fields, material, cell_nm, *, largest_step, **options):
    """Return magnetizations, CPU-seconds, and fields given up, of each curve.

    magnum.np gives a field up after 10,000 steps (2,000 is its default).

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Angles of the easy axes to the y-axis.
    fields : ndarray of shape (n_fields,)
        In units of the anisotropy field; a curve ends below zero.
    material : Material
        Intrinsic properties.
    cell_nm : float
        Edge of a cell.
    largest_step : float
        Limit of the step lengths, in units of 1 / anisotropy field.
    **options
        ``tolerance``, in units of the anisotropy field, and ``dtype``.
    """
    settings = vars(material) | options
    settings |= {"cell_nm": cell_nm, "largest_step": largest_step}
    found = _in_its_process({"angles": angles, "fields": fields}, settings)
    return found["magnetization"], found["seconds"], found["n_given_up"]


def magnumnp_loop(magnet, field_T, direction, *, largest_step, **options):
    """Return the mean polarizations along a field of one magnet in space, and seconds.

    Parameters
    ----------
    magnet : Magnet
        All cells of which are magnetic, of grains that exchange fully.
    field_T : ndarray of shape (n_fields,)
        In T.
    direction : ndarray of shape (3,)
        Of the field.
    largest_step : float
        Limit of the step lengths, in units of 1 / anisotropy field.
    **options
        ``tolerance``, in units of the anisotropy field, and ``dtype``.
    """
    arrays = {name: getattr(magnet, name) for name in
              ("Js_T", "K1_J_m3", "A_J_m", "easy_axes")}  # fmt: skip
    arrays |= {"field_T": field_T, "direction": direction}
    settings = options | {"cell_nm": list(magnet.cell_nm), "largest_step": largest_step}
    found = _in_its_process(arrays, settings)
    return found["polarization_T"], found["seconds"]


def _in_its_process(arrays, settings):
    """Return what magnum.np writes of some arrays, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data, package = Path(folder, "data.npz"), Path(folder, "package")
        np.savez(data, **arrays)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target"]
        subprocess.run([*pip, package, "magnumnp==2.2.0", *_NEEDED], check=True)
        environment = os.environ | {"PYTHONPATH": str(package), "OMP_NUM_THREADS": "1"}
        subprocess.run(
            [sys.executable, __file__, str(data), json.dumps(settings)],
            env=environment, check=True,
        )  # fmt: skip
        with np.load(data) as found:
            return dict(found)


def main(data, settings):
    """Compute the curves of a file, and write them into it."""
    sys.modules["pyvista"] = types.ModuleType("pyvista")  # with which it would draw
    import magnumnp as mn
    import torch

    logging.getLogger("magnum.np").setLevel(logging.WARNING)
    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, settings["dtype"]))
    with np.load(data) as given:
        given = dict(given)
    if "easy_axes" in given:
        np.savez(data, **_loop(mn, torch, given, settings))
        return
    angles, fields = given["angles"], given["fields"]
    solver = _Solver(mn, torch, settings)
    solver.curve(angles[0][:8, :8], fields[:2])  # compiles
    magnetization = np.full((len(angles), len(fields)), np.nan)
    seconds, n_given_up = [], []
    for row, one in zip(magnetization, angles, strict=True):
        start = time.process_time()
        found = solver.curve(one, fields)
        seconds.append(time.process_time() - start)
        n_given_up.append(solver.n_given_up)
        row[: len(found)] = found
    np.savez(data, magnetization=magnetization, seconds=seconds, n_given_up=n_given_up)


def _loop(mn, torch, given, settings):
    """Return the polarizations of a magnet in space."""
    mu0 = 4e-7 * np.pi
    edges = [1e-9 * edge if np.isfinite(edge) else _LENGTH_M
             for edge in settings["cell_nm"]]  # fmt: skip

    def there(values):  # theirs have x first, and components last
        values = np.moveaxis(values if values.ndim == 4 else values[..., None], 0, 2)
        values = np.ascontiguousarray(values.swapaxes(0, 1))
        return torch.as_tensor(values, dtype=torch.get_default_dtype())

    js, K1 = given["Js_T"], given["K1_J_m3"]
    n_z, n_y, n_x = js.shape
    state = mn.State(mn.Mesh((n_x, n_y, n_z), edges))
    state.material = {
        "Ms": there(js / mu0),
        "A": there(given["A_J_m"]),
        "Ku": there(K1),
        "Ku_axis": there(given["easy_axes"]),
    }
    unit = (2 * K1 / js).max()
    direction = given["direction"] / np.linalg.norm(given["direction"])
    state.m = state.Constant(direction.tolist())
    external = mn.ExternalField([0.0, 0.0, 0.0])
    terms = [
        mn.ExchangeField(),
        mn.UniaxialAnisotropyField(),
        mn.DemagField(),
        external,
    ]
    minimizer, found = mn.MinimizerBB(terms), []
    start = time.process_time()
    for field in given["field_T"] / mu0:
        external.h = (field * direction).tolist()
        minimizer.minimize(
            state, maxiter=10_000, dm_tol=settings["tolerance"] * unit,
            tau_max=settings["largest_step"] / unit,
        )  # fmt: skip
        m = state.m.numpy() * there(js).numpy()
        found.append(m.mean(axis=(0, 1, 2)) @ direction)
    return {"polarization_T": found, "seconds": time.process_time() - start}


class _Solver:
    def __init__(self, mn, torch, settings):
        self.mn, self.torch = mn, torch
        mu0 = 4e-7 * np.pi
        self.Ms = settings["Js_T"] / mu0
        self.K1, self.A = settings["K1_J_m3"], settings["A_J_m"]
        self.unit = 2 * self.K1 / settings["Js_T"]  # anisotropy field, A/m
        self.dm_tol = settings["tolerance"] * self.unit
        self.tau_max = settings["largest_step"] / self.unit
        self.edge = settings["cell_nm"] * 1e-9

    def curve(self, angles, fields):
        """Return the magnetizations until below zero."""
        mn, torch = self.mn, self.torch
        n_y, n_x = angles.shape
        mesh = mn.Mesh((n_x, n_y, 1), (self.edge, self.edge, _LENGTH_M))
        state = mn.State(mesh)
        # theirs have x first; angles count from y towards -x
        axis = np.stack((-np.sin(angles.T), np.cos(angles.T), 0 * angles.T), axis=-1)
        axis = torch.as_tensor(axis[:, :, None], dtype=torch.get_default_dtype())
        state.material = {
            "Ms": self.Ms,
            "A": self.A,
            "Ku": self.K1,
            "Ku_axis": axis,
        }
        state.m = state.Constant([0, 1.0, 0])
        external = mn.ExternalField([0.0, 0.0, 0.0])
        terms = [
            mn.ExchangeField(),
            mn.UniaxialAnisotropyField(),
            mn.DemagField(),
            external,
        ]
        minimizer, found, self.n_given_up = mn.MinimizerBB(terms), [], 0
        for field in fields:
            external.h = [0.0, float(field) * self.unit, 0.0]
            options = {"maxiter": 10_000, "dm_tol": self.dm_tol}
            settled = minimizer.minimize(state, tau_max=self.tau_max, **options)
            self.n_given_up += not settled
            found.append(float(state.m[..., 1].mean()))
            if found[-1] < 0:
                break
        return found


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
