import os
import warnings

import sklmag

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
