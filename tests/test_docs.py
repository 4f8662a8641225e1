"""What the pages show runs, and what they name is there."""

import ast
import doctest
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sklmag
from sklmag.models._net_estimator import NetEstimator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
if not DOCS.exists():
    pytest.skip("the pages are not part of this copy", allow_module_level=True)


def directives(page, name):
    """Return caption and text of each directive of a page, in order."""
    found = []
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    for n, line in enumerate(lines):
        if line.strip() != f".. {name}":
            continue
        block = []
        for inner in lines[n + 1 :]:
            if inner.strip() and not inner.startswith("   "):
                break
            block.append(inner[3:])
        options = [inner for inner in block if inner.startswith(":")]
        caption = [o.removeprefix(":caption:").strip() for o in options]
        code = "\n".join(block[len(options) :]).strip("\n") + "\n"
        found.append((caption[0] if caption else None, code))
    return found


def run(command, folder):
    """Run a line of a shell block as it stands, with this Python."""
    words = {"sklmag": f'"{sys.executable}" -m sklmag.cli', "python": sys.executable}
    first, _, rest = command.partition(" ")
    done = subprocess.run(
        f"{words[first]} {rest}", shell=True, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


@pytest.mark.skipif(
    sys.platform == "win32", reason="the lines are those of a POSIX shell"
)
def test_the_commands_of_the_tutorial(tmp_path):
    for kind in ("code-block:: python", "code-block:: text"):
        for caption, text in directives("tutorial.rst", kind):
            if caption:
                (tmp_path / caption).write_text(text)
    printed = []
    for _, text in directives("tutorial.rst", "code-block:: sh"):
        printed += [run(line, tmp_path) for line in text.splitlines()]
    shown = [text for _, text in directives("tutorial.rst", "code-block:: text")]
    names = ["magnets", "predicted", "parts", "designed", "batch", "next"]
    sizes = {
        name: len((pd.read_excel if name == "magnets" else pd.read_csv)(path))
        for name in names
        for path in tmp_path.glob(f"{name}.[cx]*")
    }
    assert sizes == dict(zip(names, [210, 210, 12, 3, 4, 4], strict=True))
    assert any(_same(shown[0], text) for text in printed)  # the scores
    designed = pd.read_csv(tmp_path / "designed.csv")
    assert (designed["Hcj_kOe"] >= 17).all()
    assert designed["chance"].between(0.4, 0.7).all()
    assert (tmp_path / "parts.png").exists()
    suggested = pd.read_csv(tmp_path / "batch.csv")
    asked = pd.read_csv(pd.io.common.StringIO(shown[-1]))
    pd.testing.assert_frame_equal(
        suggested.drop(columns=["Hcj_kOe", "Br_kG"]),
        asked.drop(columns=["Hcj_kOe", "Br_kG"]),
        rtol=1e-3,
    )


def _same(shown, printed):
    """Whether two tables of numbers agree to a tenth."""
    words = [text.split() for text in (shown, printed)]
    if len(words[0]) != len(words[1]):
        return False
    return all(
        a == b or abs(float(a) - float(b)) <= 0.1 * abs(float(b))
        for a, b in zip(*words, strict=True)
    )


@pytest.mark.parametrize("page", ["tutorial.rst", "citing.rst"])
def test_the_python_of_a_page(page):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, tried = doctest.testfile(
        str(DOCS / page), module_relative=False, optionflags=flags
    )
    assert tried
    assert not failed


@pytest.fixture
def few_epochs(monkeypatch):
    """Train networks for three epochs: whether the lines run, not how well."""
    plan = NetEstimator._plan
    monkeypatch.setattr(
        NetEstimator, "_plan", lambda *args: replace(plan(*args), n_epochs=3)
    )


def test_the_python_of_the_readme(few_epochs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {"__name__": "readme"}
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    assert len(blocks) >= 8
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert len(names["campaign"].done) == 4


def readme_commands():
    """Return the lines that need no data of the user's own, and install nothing."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = re.findall(r"^\$ (.*)", text, flags=re.M)
    own = ("relaxed/", "sklmag app")
    return [
        line
        for line in lines + shown
        if line.startswith("sklmag") and not any(word in line for word in own)
    ]


@pytest.mark.skipif(
    sys.platform == "win32", reason="the lines are those of a POSIX shell"
)
def test_the_commands_of_the_readme(tmp_path):
    commands = readme_commands()
    assert len(commands) >= 11
    for command in commands:
        if command.startswith("sklmag train magnets"):  # `auto` takes up to a minute
            command = command.replace(" -o ", " --model xgboost -o ")
        run(command, tmp_path)
    assert (tmp_path / "parts.png").exists()


@pytest.fixture(scope="module")
def templates():
    """Return a pattern for each text of the package: values stand for anything."""
    found = set()
    for path in Path(sklmag.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            words = [
                part.value if isinstance(part, ast.Constant) else None for part in parts
            ]
            texts = [word for word in words if isinstance(word, str)]
            if sum(len(text.strip()) for text in texts) >= 12:
                found.add(tuple(words))
    return [
        (
            re.compile(".+?".join(re.escape(word or "") for word in words)),
            sum(len(word or "") for word in words),
        )
        for words in (_merged(words) for words in found)
    ]


def _merged(words):
    """Return texts between values; where values meet, there is nothing between."""
    texts = [""]
    for word in words:
        if word is None:
            texts.append("")
        else:
            texts[-1] += word
    return texts


def known_letters(message, templates):
    """Return how many letters of a message are in texts of the package that fit it."""
    return sum(n for pattern, n in templates if pattern.search(message))


def test_the_messages_of_the_troubleshooting_are_those_of_the_package(templates):
    quoted = _literals("troubleshooting.rst")
    assert len(quoted) >= 20
    for message in quoted:
        needed = 21
        assert known_letters(message, templates) >= needed, message
        altered = re.sub(r"[a-z]{4,}", lambda word: word[0][::-1], message)
        assert known_letters(altered, templates) < needed, altered


def _literals(page):
    """Return the literal blocks of a page, each of one line."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [lines[n + 2].strip() for n, line in enumerate(lines) if line == "::"]


def test_what_the_list_for_language_models_names_is_there():
    text = (DOCS / "llms.txt").read_text(encoding="utf-8")
    pages = re.findall(r"\]\(([^)]+)\.html\)", text)
    assert len(pages) > 20
    written = {"api"}  # while the pages are built
    for page in set(pages) - written:
        assert (DOCS / f"{page}.rst").exists(), page
    done = subprocess.run(
        [sys.executable, "-m", "sklmag.cli", "--help"], capture_output=True, text=True
    )
    for command in re.findall(r"`sklmag (\w+)", text):
        assert command in done.stdout, command
    for name in re.findall(r"`sklmag\.([\w.]+)", text):
        thing = sklmag
        for part in name.split("."):
            thing = getattr(thing, part)


def test_the_recipe_for_conda_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    recipe = (DOCS / "conda" / "meta.yaml").read_text(encoding="utf-8")
    names = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
    wanted = {"python" + project["project"]["requires-python"]}
    for requirement in project["project"]["dependencies"]:
        name, least = requirement.split(">=")
        wanted.add(f"{names.get(name, name)}>={least}")
    run_part = recipe.partition("  run:\n")[2].partition("\n\n")[0]
    listed = re.findall(r"^ +- (.+)$", run_part, flags=re.M)
    assert {line.replace(" ", "") for line in listed} == wanted
    assert f'{{% set version = "{sklmag.__version__}" %}}' in recipe
    (entry,) = project["project"]["scripts"].items()
    assert f"- {entry[0]} = {entry[1]}" in recipe
    assert project["project"]["description"] in recipe
    (built,) = project["build-system"]["requires"]
    assert built.replace(">=", " >=") in recipe


def test_the_page_of_installation_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    page = (DOCS / "install.rst").read_text(encoding="utf-8")
    for extra in project["project"]["optional-dependencies"]:
        assert f"``{extra}``" in page, extra
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python -m pip install.*", readme, flags=re.M)
    assert len(commands) == 2
    for command in commands:
        assert f"    {command}\n" in page
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    (torch,) = re.findall(r"^torch==(.*)", constraints, flags=re.M)
    assert f"torch=={torch} " in page
    assert f"torch {torch}." in page
    least = project["project"]["requires-python"].removeprefix(">=")
    assert f"Python {least} or newer" in page


def test_the_shape_of_the_check_of_an_installation(tmp_path):
    (_, shown), *_ = directives("install.rst", "code-block:: text")
    printed = run("sklmag doctor", tmp_path)
    last = [
        line.split() for text in (shown, printed) for line in text.splitlines()[-1:]
    ]
    assert last[0][1:] == last[1][1:]
    ready = [
        [line for line in text.splitlines() if "ready model" in line]
        for text in (shown, printed)
    ]
    assert set(ready[0]) <= set(ready[1])


def test_the_papers_to_cite(tmp_path):
    page = (DOCS / "citing.rst").read_text(encoding="utf-8")
    printed = run("sklmag cite", tmp_path)
    papers = re.findall(r"doi = \{([^}]+)\}", printed)
    assert len(papers) == 7
    for paper in papers:
        assert f"<https://doi.org/{paper}>" in " ".join(page.split()), paper
    assert f"version: {sklmag.__version__}" in (ROOT / "CITATION.cff").read_text()


def test_the_pictures_and_pages_that_are_named_are_there():
    for path in DOCS.glob("*.rst"):
        text = path.read_text(encoding="utf-8")
        for picture in re.findall(r"\.\. image:: (\S+)", text):
            assert (DOCS / picture).exists(), picture
        for page in re.findall(r":target: (\S+)\.html", text):
            assert (DOCS / f"{page}.rst").exists(), page


def test_the_changelog_as_a_page():
    tree = ast.parse((DOCS / "conf.py").read_text(encoding="utf-8"))
    (made,) = [n for n in tree.body if getattr(n, "name", "") == "as_rst"]
    names = {"re": re}
    exec(compile(ast.Module([made], []), "conf.py", "exec"), names)
    text = "# sklmag 1\n\n## Added\n\n- `a_b` and ``c``.\n"
    shown = "sklmag 1\n--------\n\nAdded\n^^^^^\n\n- ``a_b`` and ``c``.\n"
    assert names["as_rst"](text) == shown
    paths = [ROOT / "CHANGELOG.md", *(ROOT / "changes").glob("[0-9]*.md")]
    for path in paths:  # what as_rst does not know
        assert not re.search(r"\]\(", path.read_text(encoding="utf-8")), path.name
