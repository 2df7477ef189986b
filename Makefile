# One word each. Everything happens inside .venv, from the locks in requirements/.
# A machine with python3 (3.11 or newer) and make needs nothing else.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up
# Processes of the suite on two cores: while one waits for a link or a screen, another works.
WORKERS ?= 3
PYTEST := $(BIN)/python -P -m pytest
# What Python has read once it need not read again, in whichever process.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup read check test fast lint types contracts format bench soak demo vectors \
	locks wheel clean

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dangyi needs Python 3.11 or newer: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet \
		--require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet \
		--no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q protocol node sync tui
	@touch $@

read: setup
	@$(BIN)/python -m compileall -q protocol node sync tui

check: lint types contracts test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports --no-cache

test: read
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not soak"

# Without the tests that start processes or read the real catalogue.
fast: read
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not soak and not journey and not realdata"

# Property runs that are long and new every time, and two hundred random kills.
soak: read
	DANGYI_SOAK=1 $(PYTEST) -m "soak or journey or hypothesis" --timeout 3600

# The figures; DANGYI_BENCH=small takes a tenth of each load.
bench: setup
	$(BIN)/python -P -m bench

demo: setup
	$(BIN)/dangyi demo $(ARGS)

# Writes golden vectors that are new; refuses to change one that exists.
vectors: setup
	$(PYTEST) tests/protocol -k vector --write-vectors -q

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Resolves the locks anew from pyproject.toml; needs uv and a package registry.
locks:
	uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make locks" --output-file requirements/runtime.txt
	uv pip compile pyproject.toml --group dev --quiet --universal --python-version 3.11 \
		--constraint requirements/runtime.txt \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make locks" --output-file requirements/dev.txt

wheel: setup
	$(BIN)/python -m hatchling build --target wheel

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
