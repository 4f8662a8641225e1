"""Files of every format, formulas and cells as no program writes them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sklmag.exceptions import MicrostructureError, StructureError
from sklmag.microstructure import read_ebsd
from sklmag.persistence import read_onnx, write_onnx
from sklmag.structure import VoronoiFeaturizer, read_structure
from sklmag.tasks import read_table
from tests.robustness.formats import seeds

ROOT = Path(__file__).parents[2]
N_FILES, N_FORMULAS, N_CELLS = 12, 1000, 100


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return what came of each file, formula and cell, and the megabytes it took."""
    folder = tmp_path_factory.mktemp("formats")
    command = [
        sys.executable, "-m", "tests.robustness.guarded_formats", str(folder), "--files",
        str(N_FILES), "--formulas", str(N_FORMULAS), "--cells", str(N_CELLS),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"
    *found, last = [json.loads(line) for line in done.stdout.splitlines()]
    return found, last["megabytes"]


def test_each_is_read_or_refused_with_an_error_of_ours(outcomes, tmp_path):
    found, _ = outcomes
    assert len(found) == len(seeds(tmp_path)) * N_FILES + N_FORMULAS + N_CELLS
    assert [o for o in found if o["came"] not in ("read", "refused")] == []
    assert [o for o in found if not o.get("named", True)] == []
    kinds = {o["kind"] for o in found if o["came"] == "read"}
    assert len(kinds) > 6
    assert {"cell", "formula", "a.csv"} <= kinds


def test_nothing_else_is_done(outcomes):
    assert [o for o in outcomes[0] if o["seen"]] == []


def test_each_is_bounded_in_time_and_memory(outcomes):
    found, megabytes = outcomes
    assert max(o["seconds"] for o in found) < 20
    assert megabytes < 1000


def test_a_small_file_of_a_vast_cell(tmp_path):
    path = tmp_path / "POSCAR"
    path.write_text("x\n1\n3 0 0\n0 3 0\n0 0 20000\nFe\n1\nDirect\n0 0 0\n")
    with pytest.raises(StructureError, match="File .*POSCAR': Fe .*so empty around"):
        VoronoiFeaturizer().transform([path])


def test_json_makes_no_objects(tmp_path):
    """The properties of a site name a class, which pymatgen would make an object of."""
    path, marker = tmp_path / "a.json", tmp_path / "marker"
    call = {"@module": "pathlib", "@class": "Path", "args": [str(marker)]}
    site = {"species": [{"element": "Fe", "occu": 1}], "abc": [0, 0, 0],
            "properties": {"x": call}}  # fmt: skip
    lattice = {"matrix": [[3, 0, 0], [0, 3, 0], [0, 0, 3]], "@module": "no_such_module"}
    path.write_text(json.dumps({"lattice": lattice, "sites": [site]}))
    assert read_structure(path).site_properties == {}


def test_onnx_reads_no_other_file(tmp_path):
    import onnx

    from sklmag.models import SIPFENNRegressor

    X = np.random.default_rng(0).uniform(size=(40, 2))
    net = SIPFENNRegressor(width_factor=0.001, max_epochs=1, random_state=0)
    path = write_onnx(net.fit(X, X[:, 0]), tmp_path / "a.onnx")
    model = onnx.load(path)
    onnx.save(
        model, tmp_path / "b.onnx", save_as_external_data=True,
        location="weights.bin", size_threshold=0,
    )  # fmt: skip
    inside = tmp_path / "inside"
    inside.mkdir()
    for location in ("../weights.bin", str(tmp_path / "weights.bin")):
        torn = onnx.load(tmp_path / "b.onnx", load_external_data=False)
        for constant in torn.graph.initializer:
            constant.external_data[0].value = location
        onnx.save(torn, inside / "b.onnx")
        with pytest.raises(ValueError, match="only a file in the same folder is read"):
            read_onnx(inside / "b.onnx")
    (inside / "weights.bin").symlink_to(tmp_path / "weights.bin")
    (inside / "b.onnx").write_bytes((tmp_path / "b.onnx").read_bytes())
    with pytest.raises(ValueError, match="only a file in the same folder is read"):
        read_onnx(inside / "b.onnx")


def test_onnx_multiplies_no_sizes(tmp_path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.ones((200_000, 1), np.float32), "w")
    scale = numpy_helper.from_array(np.ones(200_000, np.float32), "s")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Mul", ["h", "s"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in "xy"]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [weight, scale])
    onnx.save(helper.make_model(graph), tmp_path / "a.onnx")
    with pytest.raises(ValueError, match="200000 numbers beside a layer of width 1"):
        read_onnx(tmp_path / "a.onnx")


def test_hdf5_that_claims_more_than_it_has(tmp_path):
    import h5py

    with h5py.File(tmp_path / "a.h5oina", "w") as file:
        data = file.create_group("1/EBSD/Data")
        data.create_dataset("Euler", shape=(10**10, 3), dtype="f8", chunks=(1000, 3))
    with pytest.raises(
        MicrostructureError, match="Euler' says it has 240,000,000,000 b"
    ):
        read_ebsd(tmp_path / "a.h5oina")


def test_hdf5_reads_no_other_file(tmp_path):
    import h5py

    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["Euler"] = np.ones((4, 3))
    with h5py.File(tmp_path / "a.h5oina", "w") as file:
        data = file.create_group("1/EBSD/Data")
        data["Euler"] = h5py.ExternalLink("other.h5", "Euler")
    with pytest.raises(MicrostructureError, match="Euler' is in another file or place"):
        read_ebsd(tmp_path / "a.h5oina")


def test_a_sheet_with_a_value_far_away(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "alloy", 1
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(
        ValueError, match="more than 10,000,000 cells, most of them perh"
    ):
        read_table(tmp_path / "a.xlsx")


def test_a_table_that_unpacks_to_more_than_is_read(tmp_path):
    import gzip

    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 10**6))
    with pytest.raises(ValueError, match="unpacked it has more than 1 MB. Split it"):
        read_table(path, max_bytes=10**6)
