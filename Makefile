# Every target does its own set-up: Python >= 3.11 and make are all that must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CORE   := $(VENV)/.core
READY  := $(VENV)/.ready
HOMEDIR ?= .home/demo
PRESET ?= house
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export CATCHLIGHT_MODELS ?= $(CURDIR)/.models
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help setup models demo test check format clean
help:
	@echo "make demo [PHOTOS=dir] [PRESET=name]   portraits of a small company, or of your own folder"
	@echo "make test [LONG=1]                     all checks and tests; LONG: also those that kill programs and refresh companies"
	@echo "make check                             ruff, mypy, import-linter"
	@echo "make clean                             remove what these targets made"

# What portraits need; the demo waits for nothing else.
$(CORE): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -c constraints.txt -e .
	# insightface brings opencv-python, which needs X libraries; the headless build of the same version takes its place
	$(PIP) --force-reinstall --no-deps $$(grep -i '^opencv-python-headless==' constraints.txt)
	touch $@

# Everything that tests and benchmarks use.
$(READY): $(CORE)
	$(PIP) -c constraints.txt -e '.[dev,generate,heif,postgresql,dask,ray]'
	# without torchvision, which may be built for another torch than this machine's: the tests stand in for it
	$(PIP) --no-deps $$(grep -iE '^(einops|spandrel)==' constraints.txt)
	touch $@

setup: $(READY)

models: $(CORE)
	@$(BIN)/catchlight models fetch

demo: models
	@$(BIN)/catchlight demo --home $(HOMEDIR) --preset $(PRESET) $(if $(PHOTOS),--photos '$(PHOTOS)')

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY)
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# Long tests run with LONG=1, and where every server must be there (.ci/run).
SHORT = $(if $(LONG)$(CATCHLIGHT_REQUIRE_SERVERS),,-m 'not slow')
test: check models
	$(BIN)/python -m pytest -n 2 --dist loadfile $(SHORT)

clean:
	rm -rf $(VENV) .models .home build *.egg-info .pytest_cache .mypy_cache .ruff_cache
