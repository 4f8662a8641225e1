"""What magnum.np gives for the demagnetizing tensor, for the tests.

    python benchmarks/make_demagnetizing_reference.py

Fetches magnum.np 2.2.0 with pip into a folder of its own (it is under the GPL) and
writes tests/reference/demagnetizing_tensor.csv: interactions of square prisms, 100,000
edges long, by their distance in cells.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
CODE = """
import sys, types
sys.modules["pyvista"] = types.ModuleType("pyvista")
import numpy as np, torch
torch.set_default_dtype(torch.float64)
from magnumnp.field_terms.demag import demag_f, demag_g
n, length = 12, 1e5
i, j = torch.meshgrid(torch.arange(n) * 1.0, torch.arange(n) * 1.0, indexing="ij")
x, y, z = i[..., None], j[..., None], torch.zeros(n, n, 1)
xx = demag_f(x, y, z, 1, 1, length, 1, 1, length, 20)[..., 0]
yy = demag_f(y, x, z, 1, 1, length, 1, 1, length, 20)[..., 0]
xy = demag_g(x, y, z, 1, 1, length, 1, 1, length, 20)[..., 0]
rows = np.column_stack([a.ravel().numpy() for a in (i, j, xx, yy, xy)])
header = "x_cells,y_cells,N_xx,N_yy,N_xy"
np.savetxt(sys.argv[1], rows, "%.12g", ",", header=header, comments="")
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target"]
        needed = ["magnumnp==2.2.0", "setproctitle", "torchdiffeq", "xitorch"]
        subprocess.run([*pip, folder, *needed], check=True)
        target = REFERENCE / "demagnetizing_tensor.csv"
        environment = os.environ | {"PYTHONPATH": folder}
        command = [sys.executable, "-c", CODE, str(target)]
        subprocess.run(command, env=environment, check=True)
