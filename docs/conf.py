"""How Sphinx builds the site: `make docs`. The pages are the guides in this folder; the gallery runs `examples/`."""

import re
import warnings

import matplotlib as mpl

import optimap

mpl.use("agg")
warnings.filterwarnings("error", module="optimap")

project = "optimap-trace"
author = "The optimap-trace developers"
copyright = author
release = optimap.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["examples", "_build", "_templates", "gallery/*.py", "sg_execution_times.rst", "paper.md"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
smartquotes_action = "qe"  # quotes and dots, but no dashes: `--` begins an option

default_role = "py:obj"  # `name` in a docstring is a link where there is such a name
templates_path = ["_templates"]
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc sections give types in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": "/plot_",
    "abort_on_example_error": True,  # an example whose claim is wrong stops the build
    "within_subsection_order": "FileNameSortKey",
    "show_memory": False,
    "download_all_examples": False,
    "remove_config_comments": True,
    "min_reported_time": 1e9,
}

html_theme = "pydata_sphinx_theme"
html_title = "optimap-trace"
html_static_path = []
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {page: [] for page in ("index", "tour", "accuracy", "speed")}

# Files beside this folder, which belong to the repository, are pages here.
PAGES = {
    "../CONTRIBUTING.md": "contributing.md",
    "../CHANGELOG.md": "changes.md",
    "../benchmarks/README.md": "benchmarks.md",
    "../README.md": "index.md",
}


def link_pages(app, docname, source):
    """Let links to files of the repository lead to their pages, and be plain text where these have none."""
    depth = docname.count("/")
    for target, page in PAGES.items():
        source[0] = source[0].replace(f"]({'../' * depth}{target}", f"]({'../' * depth}{page}")
    source[0] = re.sub(r"\[([^]]*)\]\((?:\.\./)+(?:src|tests|\.ci|\.github)[^)]*\)", r"\1", source[0])


def link_included(app, path, docname, content):
    """Do the same in files of the repository that a page includes."""
    for target, page in PAGES.items():
        content[0] = content[0].replace(f"]({target.removeprefix('../')}", f"]({page}")


def setup(app):
    app.connect("source-read", link_pages)
    app.connect("include-read", link_included)
