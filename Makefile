# Set-up and daily work. `make demo`, `make scan TARGET=…` and `make test` need nothing but Python 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
TARGET ?=
OPTIONS ?=

# A folder of its own for each run: pytest closes the usual one to the servers' users whenever another run begins.
tests = folder=$$(mktemp -d) && chmod 711 $$folder && { $(BIN)/python -m pytest -q $(1) --basetemp=$$folder/tests; told=$$?; rm -rf $$folder; exit $$told; }

.PHONY: demo scan test test-all lint bench clean laboratory

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.11 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 2; }

$(VENV)/.ready: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test-ready: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/yuanjian demo -o demo-report $(OPTIONS)

scan: $(VENV)/.ready
	@test -n "$(TARGET)" || { echo "name what to scan: make scan TARGET=127.0.0.1" >&2; exit 2; }
	$(BIN)/yuanjian scan $(TARGET) $(OPTIONS)

laboratory:
	@sh tests/lab/install.sh

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.test-ready laboratory lint
	@$(call tests,-m "not slow")

test-all: $(VENV)/.test-ready laboratory lint
	@$(call tests,)

bench: $(VENV)/.test-ready laboratory
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-report
