# `make demo` and `make test` set everything up: the first processes a recording, the second runs the tests.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FOLDER ?= demo
# One process more than there are cores, because the tests of windows and browsers wait much, and all tests of a file in the
# same one, in the order of tests/conftest.py.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(4, 1 + (os.cpu_count() or 1)))")
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-frontends test-arrays core-numpy lowest fuzz sanitize clang napari lint types doctest docs hooks dist wheels bench speed clean

# A plain install, as users have it: the package and what it needs. What is used of it is compiled to byte code when it is
# first imported: pip would compile all files, one by one, before the demo can start.
$(VENV)/core: pyproject.toml CMakeLists.txt $(shell find src -type f -not -name '*.pyc')
	@echo "Making an environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "Compiling and installing optimap-trace, with NumPy, SciPy and matplotlib"
	@$(BIN)/python -m pip install --quiet --no-compile .
	@touch $@

# And with everything that it can use; the package itself is there, and not compiled again. Its byte code comes last.
$(VENV)/installed: $(VENV)/core
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --no-compile "optimap-trace[all]"
	-$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib  # on all cores, unlike pip
	touch $@

$(VENV)/dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

# What the tests of desktop, browser and notebook need in addition to Xvfb and Chromium.
$(VENV)/frontends: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group frontends
	touch $@

# PyTorch and JAX, whose arrays are tested on the CPU.
$(VENV)/arrays: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group arrays
	touch $@

demo: $(VENV)/core
	@echo "Making a recording, its traces, beats, a map and pictures in $(FOLDER)"
	@$(BIN)/optimap demo $(FOLDER) --overwrite

test: $(VENV)/dev
	$(BIN)/python -m pytest $(PARALLEL) $(TEST_OPTIONS)

# Tests every front end and skips none; needs Xvfb, Chromium and Tk on the machine.
test-frontends: $(VENV)/frontends
	OPTIMAP_REQUIRE_FRONTENDS=1 $(BIN)/python -m pytest tests/_pick/frontends

# Tests arrays of PyTorch and JAX and skips none; with OPTIMAP_TEST_DEVICE=cuda on a GPU, and CuPy too if it is installed.
test-arrays: $(VENV)/arrays
	OPTIMAP_REQUIRE_ARRAYS=1 $(BIN)/python -m pytest tests/_extract/test_device.py tests/_series

# Tests what calls the loops again on their NumPy twins, as on a machine without a compiler. Tests that compare loops with their
# twins, whichever are in use, are not among them.
ON_TWINS := $(patsubst %,tests/kernels/test_%.py,asls exponential fallback kernels threads workers) tests/_extract tests/_series tests/trace tests/beats tests/video/test_smoothing.py \
	tests/activation/test_first_maps.py tests/activation/test_events.py
core-numpy: $(VENV)/dev
	OPTIMAP_KERNELS=numpy $(BIN)/python -m pytest $(PARALLEL) $(ON_TWINS)

# Tests with the lowest versions of other packages that pyproject.toml declares, in an environment of their own.
lowest:
	.ci/lowest

# Reads N mutated files of each kind, or of those with KIND in their name: `make fuzz N=20000 KIND=npy`.
N ?= 300
fuzz: $(VENV)/dev
	$(BIN)/python -m tests.fuzz -n $(N) --kind "$(KIND)"

# Tests the compiled loops, built with AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: $(VENV)/dev
	PYTHON=$(BIN)/python .ci/sanitize

# Tests the compiled loops, built with Clang.
clang: $(VENV)/dev
	PYTHON=$(BIN)/python .ci/clang

# Tests the plugin in napari/ with real viewers, in an environment of its own; needs Xvfb. WHEEL=dist/NAME.whl saves compiling.
WHEEL ?= .
NAPARI := $(abspath $(VENV)-napari)/bin
napari:
	$(PYTHON) -m venv $(VENV)-napari
	$(NAPARI)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(NAPARI)/python -m pip install --quiet --no-compile --force-reinstall --no-deps "$(WHEEL)"
	$(NAPARI)/python -m pip install --quiet --no-compile ./napari --group napari/pyproject.toml:test
	$(NAPARI)/python -m npe2 validate optimap-napari
	cd napari && $(NAPARI)/python -m pytest -p no:cacheprovider $(TEST_OPTIONS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell src tests docs benchmarks napari README.md CONTRIBUTING.md CHANGELOG.md

types: $(VENV)/dev
	$(BIN)/mypy

doctest: $(VENV)/dev
	MPLBACKEND=agg $(BIN)/python -m pytest --doctest-modules --pyargs optimap -p no:cacheprovider -p tests.closing_figures

$(VENV)/docs: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

# The site, into docs/_build/html; any warning, and any example whose claim is wrong, stops it.
docs: $(VENV)/docs
	rm -rf docs/_build docs/gallery docs/reference  # pages of examples that have another name now are warnings
	$(BIN)/python -m sphinx -W --keep-going -q -j auto -b html docs docs/_build/html

# Runs lint and types before each commit; the hooks are in .pre-commit-config.yaml.
hooks: $(VENV)/dev
	$(BIN)/pre-commit install

dist: $(VENV)/dev
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist
	$(BIN)/python -m build --quiet --outdir dist/napari napari

# Builds the wheels, checks them as before a release, and tries them on these Pythons.
wheels:
	.ci/wheels dist 3.11 3.12 3.13

# Writes a table and a plot to benchmarks/results/, from fresh environments of this package and the published one.
bench:
	$(PYTHON) benchmarks/run.py

# The same, and puts both into docs/speed.md.
speed:
	$(PYTHON) benchmarks/run.py --docs

clean:
	rm -rf $(VENV) $(VENV)-napari build dist demo docs/_build docs/gallery docs/reference .pytest_cache .mypy_cache .ruff_cache .hypothesis
