# Two commands set everything up: `make demo` runs the main job, `make test` passes the tests.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FOLDER ?= demo

.PHONY: demo test test-frontends test-arrays core-numpy lint types doctest dist bench speed clean

# A plain install: what a user has.
$(VENV)/installed: pyproject.toml CMakeLists.txt $(shell find src -type f -not -name '*.pyc')
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet ".[all]"
	touch $@

$(VENV)/dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

# What the tests of windows, browser and notebook need beyond Xvfb and Chromium.
$(VENV)/frontends: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group frontends
	touch $@

# PyTorch and JAX, whose arrays are tested on the CPU.
$(VENV)/arrays: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group arrays
	touch $@

demo: $(VENV)/installed
	$(BIN)/optimap demo $(FOLDER) --overwrite

test: $(VENV)/dev
	$(BIN)/python -m pytest

# Every front end, none skipped: needs Xvfb, Chromium and Tk on the machine.
test-frontends: $(VENV)/frontends
	OPTIMAP_REQUIRE_FRONTENDS=1 $(BIN)/python -m pytest tests/_pick/frontends

# Arrays of PyTorch and JAX, none skipped; OPTIMAP_TEST_DEVICE=cuda runs them, and CuPy where it is installed, on a GPU.
test-arrays: $(VENV)/arrays
	OPTIMAP_REQUIRE_ARRAYS=1 $(BIN)/python -m pytest tests/_extract/test_device.py

# The core once more on the NumPy twins, as on a machine without a compiler.
core-numpy: $(VENV)/dev
	OPTIMAP_KERNELS=numpy $(BIN)/python -m pytest tests/kernels tests/trace

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell src tests docs benchmarks README.md CONTRIBUTING.md CHANGELOG.md

types: $(VENV)/dev
	$(BIN)/mypy

doctest: $(VENV)/dev
	MPLBACKEND=agg $(BIN)/python -m pytest --doctest-modules --pyargs optimap -p no:cacheprovider

dist: $(VENV)/dev
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist

# A table and a plot in benchmarks/results/, from fresh environments of this and of the published package.
bench:
	$(PYTHON) benchmarks/run.py

# The same, put into docs/speed.md.
speed:
	$(PYTHON) benchmarks/run.py --docs

clean:
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
