import argparse
import os
import warnings
from pathlib import Path

import sklmag
from sklmag.cli import make_parser

project = "sklmag"
author = "the sklmag developers"
release = version = sklmag.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.doctest",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2}
autosummary_generate = True
numpydoc_show_class_members = False
default_role = "code"
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


def write_command_reference(app):
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
    app.connect("builder-inited", write_command_reference)
