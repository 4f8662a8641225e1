import argparse
import ast
import csv
import importlib
import os
import re
import runpy
import warnings
from pathlib import Path

import sklmag
from sklmag.cli import make_parser
from sklmag.persistence._classes import kept_classes
from sklmag.tasks import RECIPES

project = "sklmag"
author = "the sklmag developers"
release = version = sklmag.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # formulas show without a network
    "sphinx.ext.doctest",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "_templates", "conda"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "logo": {"text": "sklmag"},
}
html_sidebars = {"**": ["sidebar-contents"]}  # the whole contents: never empty
html_static_path = ["_css"]
html_css_files = ["sklmag.css"]
html_extra_path = ["llms.txt"]
autosummary_generate = True
numpydoc_show_class_members = False
default_role = "code"
toc_object_entries_show_parents = "hide"
suppress_warnings = [
    "config.cache",
    "ref.term",  # docstrings inherited from scikit-learn refer to its glossary
    "ref.ref",  # docstrings inherited from scikit-learn refer to its own guide
]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "show_memory": False,
    "ignore_repr_types": r"sklmag\.inspection",
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("sklmag",),
}
os.environ["OMP_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore", category=PendingDeprecationWarning)


def write_api_reference(app, config):
    """Write the page of all public names, from each folder's ``__all__``."""
    texts = ["API", "===", ""]
    stub = Path(sklmag.__file__).with_suffix(".pyi").read_text()
    for folder in ast.parse(stub).body[0].names:
        module = importlib.import_module(f"sklmag.{folder.name}")
        title, about = module.__name__, module.__doc__.splitlines()[0]
        texts += [title, "-" * len(title), "", about, ""]
        texts += [f".. currentmodule:: {title}", "", ".. autosummary::"]
        texts += ["   :toctree: generated/", ""]
        names = [name for name in module.__all__ if callable(getattr(module, name))]
        texts += [*(f"   {name}" for name in names), ""]
    Path(app.srcdir, "api.rst").write_text("\n".join(texts))


def write_recipe_table(app, config):
    """Write the recipes, with what each is for and what it reads."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    rows = [("recipe", "what it is", "reads")]
    rows += [
        (f"``{recipe.name}``", recipe.about, ", ".join(recipe.reads))
        for recipe in RECIPES.values()
    ]
    for first, *others in rows:
        lines += [f"   * - {first}", *(f"     - {text}" for text in others)]
    path = Path(app.srcdir) / "generated" / "recipes.inc"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))


def write_kept_classes(app, config):
    """Write which classes a model file may hold, from the table that it is read by."""
    lines = []
    for home, names in kept_classes().items():
        lines += [f"``{home}``", "   " + ", ".join(f"``{name}``" for name in names)]
    path = Path(app.srcdir) / "generated" / "kept.inc"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))


def write_scale(app, config):
    """Write what was measured, and what that makes of a hundred million structures."""
    results = Path(app.srcdir).parent / "benchmarks" / "results" / "scale.csv"
    rows = list(csv.DictReader(results.open(encoding="utf-8")))
    lines = [".. list-table::", "   :header-rows: 1", ""]
    lines += ["   * - what", "     - how", "     - rows a second", "     - peak, MB"]
    for row in rows:
        lines += [f"   * - {row['what']}, {int(row['n']):,}", f"     - {row['way']}"]
        lines += [f"     - {float(row['rows_per_s']):,.0f}", f"     - {row['peak_MB']}"]
    alone = next(r for r in rows if r["what"] == "structures")
    rate = float(alone["rows_per_s"])
    hours = 1e8 / rate / 3600
    lines += [
        "",
        "Two cores, one thread each; ``benchmarks/bench_scale.py`` prints the table.",
        "",
        "A hundred million structures of this kind, of up to 50 sites, take "
        f"{hours:,.0f} core-hours at {rate:,.0f} a second: {hours / 320:.1f} hours on "
        "320 cores. Their "
        "271 descriptors are 217 GB in double precision. So: a thousand folders of "
        "100,000 files, one job and one output folder for each, resubmitted until all "
        "are there; no scheduler knows of more than 1,600 parts at a time.",
    ]
    path = Path(app.srcdir) / "generated" / "scale.inc"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))


def as_list_table(lines):
    """Return a table of Markdown as one of reStructuredText."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    texts = [".. list-table::", "   :header-rows: 1", ""]
    for first, *others in (rows[0], *rows[2:]):
        texts += [f"   * - {first}", *(f"     - {text}".rstrip() for text in others)]
    return [*texts, ""]


def write_comparison(app, config):
    """Write what was measured beside peers: the tables and figures of the README."""
    path = Path(app.srcdir).parent / "benchmarks" / "readme_tables.py"
    figures = runpy.run_path(str(path))
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    for name in ("auto", "campaigns", "formulas"):
        lines = as_list_table(figures[name]())
        (folder / f"compared_{name}.inc").write_text("\n".join(lines))
    speeds = [f"* {figure}" for figure in figures["sentences"]()]
    (folder / "compared_speed.inc").write_text("\n".join([*speeds, ""]))


def as_rst(text):
    """Return the changelog, which is Markdown of a few forms, as reStructuredText.

    The links of Markdown are not among these forms.
    """
    marks = {"#": "-", "##": "^", "###": '"'}
    lines = []
    for line in text.splitlines():
        mark, _, title = line.partition(" ")
        if mark in marks:
            lines += [title, marks[mark] * len(title)]
        elif not line.startswith("<!--"):
            lines.append(re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line))
    return "\n".join(lines) + "\n"


def write_release_notes(app, config):
    """Write the changelog, and the fragments of what is not released yet."""
    root, folder = Path(app.srcdir).parent, Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    released = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    released = released.partition("towncrier release notes start -->")[2]
    (folder / "released.inc").write_text(as_rst(released), encoding="utf-8")
    lines = []
    for kind in ("added", "changed", "fixed", "performance"):
        lines += [f"## {kind.capitalize()}", ""]
        paths = (root / "changes").glob(f"*.{kind}.md")
        for path in sorted(paths, key=lambda path: int(path.name.partition(".")[0])):
            for entry in path.read_text(encoding="utf-8").splitlines():
                if entry.strip():
                    lines.append(f"- {entry.removeprefix('- ').strip()}")
        lines.append("")
    text = as_rst("\n".join(lines))
    (folder / "unreleased.inc").write_text(text, encoding="utf-8")


def write_command_reference(app, config):
    """Write what each command says of itself: the page is never out of date."""
    os.environ["COLUMNS"] = "88"
    parser = make_parser()
    actions = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    parts = [(parser.prog, parser)]
    parts += [(f"{parser.prog} {name}", p) for name, p in actions[0].choices.items()]
    texts = []
    for name, part in parts:
        lines = [f"    {line}".rstrip() for line in part.format_help().splitlines()]
        texts += [name, "-" * len(name), "", "::", "", *lines, ""]
    path = Path(app.srcdir) / "generated" / "commands.inc"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(texts))


def setup(app):
    for write in (
        write_api_reference, write_recipe_table, write_kept_classes, write_scale,
        write_comparison, write_release_notes, write_command_reference,
    ):  # fmt: skip
        app.connect("config-inited", write)  # before Sphinx looks for pages
