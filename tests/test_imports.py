"""Who may import whom, and what an import costs."""

import ast
import importlib
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import sklmag
from sklmag._utils._moved import MOVED

PACKAGE = Path(sklmag.__file__).parent

LAYERS = {
    "_utils": set(),
    "composition": {"_utils"},
    "structure": {"_utils", "composition"},
    "microstructure": {"_utils", "_nn"},
    "_nn": set(),
    "datasets": {"_utils", "composition", "structure", "microstructure"},
    "metrics": {"_utils"},
    "models": {"_utils", "_nn", "composition", "microstructure"},
    "recipes": {"_utils", "composition", "structure", "microstructure", "models"},
    "design": {"_utils", "composition", "microstructure", "_nn", "models", "recipes"},
    "model_selection": {"_utils", "composition", "metrics", "models"},
    "inspection": {"_utils", "composition", "microstructure", "metrics", "models",
                   "datasets"},
    "persistence": {"_utils", "_nn", "composition", "structure", "models"},
    "pretrained": {"_utils", "persistence"},
    "tasks": {"_utils", "composition", "structure", "microstructure", "design", "inspection", "metrics",
              "models", "persistence", "pretrained", "recipes"},
    "app": {"_utils", "composition", "datasets", "design", "persistence", "tasks"},
    "cli": {"_utils", "composition", "structure", "datasets", "design", "inspection",
            "metrics", "model_selection", "models", "persistence", "pretrained", "recipes", "tasks",
            "app"},
}  # fmt: skip
TORCH_FOLDERS = {"_nn", "models", "persistence", "microstructure", "design"}
TORCH_FILES = {"_chgnet.py"}


def imports(path):
    """Yield the name of every module that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files():
    return [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE]


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_folders_import_only_what_is_below_them(path):
    folder = path.relative_to(PACKAGE).parts[0]
    allowed = LAYERS[folder] | {folder}
    for name in imports(path):
        if name.startswith("sklmag.") and len(name.split(".")) > 1:
            used = name.split(".")[1]
            if (PACKAGE / used).is_dir():
                assert used in allowed, f"{path.name} imports {name}"
        if name.split(".")[0] in {"torch", "skorch"}:
            may = folder in TORCH_FOLDERS or path.name in TORCH_FILES
            assert may, f"{path.name} imports {name}"


def module_of(name):
    """Return the module that a dotted name is in, or None for other packages."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    if path.with_suffix(".py").exists() or (path / "__init__.py").exists():
        return name
    return module_of(name.rpartition(".")[0]) if "." in name else None


def test_no_circle_of_imports():
    graph = {}
    for path in files():
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        found = {module_of(n) for n in imports(path) if n.startswith("sklmag")}
        graph[name.removesuffix(".__init__")] = found - {None, "sklmag"}
    order = [*TopologicalSorter(graph).static_order()]  # raises for a circle
    assert order.index("sklmag.app._limits") < order.index("sklmag.app._server")


def test_every_folder_has_its_place():
    folders = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    assert folders == set(LAYERS)


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_importing_sklmag_is_light():
    loaded = run("import sys, sklmag; print(*sys.modules)").split()
    assert not {"torch", "pymatgen", "sklearn", "pandas", "matplotlib"} & set(loaded)


def test_the_command_line_is_light():
    loaded = run("import sys, sklmag.cli; print(*sys.modules)").split()
    assert not {"torch", "sklearn", "pandas", "numpy"} & set(loaded)


def test_public_names_exist():
    for name in sklmag.__all__:
        assert getattr(sklmag, name) is not None
    assert set(sklmag.__all__) <= set(dir(sklmag))
    with pytest.raises(AttributeError, match="No sklmag attribute MHAR"):
        _ = sklmag.MHAR


def test_importing_leaves_the_folder_and_generators_alone(tmp_path):
    code = (
        "import numpy as np, torch; a = np.random.get_state()[1][:3].tolist();"
        "b = torch.initial_seed(); import sklmag.models, sklmag.inspection;"
        "assert a == np.random.get_state()[1][:3].tolist();"
        "assert b == torch.initial_seed()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("old", sorted(MOVED))
def test_a_moved_name_is_found_and_says_where_it_went(old):
    module, _, name = old.rpartition(".")
    new_module, _, new_name = MOVED[old].rpartition(".")
    with pytest.warns(FutureWarning, match=f"{old} is {MOVED[old]} since sklmag 0.2"):
        found = getattr(importlib.import_module(module), name)
    assert found is getattr(importlib.import_module(new_module), new_name)
    assert name not in dir(importlib.import_module(module))
