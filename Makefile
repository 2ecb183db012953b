# The usual ways in. Every target sets up what it needs, once.

VENV := .venv
READY := $(VENV)/.ready
# Options for the command that a target runs: make chaos ARGS="--seed 7", make test ARGS="-k images".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help chaos test lint clean engine browser
MAKEFLAGS += --no-print-directory

help:
	@echo "make chaos   a leader election while leaders are killed: verdict and report in two to three minutes"
	@echo "make test    the whole test suite, real ensembles included"
	@echo "make lint    ruff and mypy"
	@echo "make clean   remove what runs left on the engine, the virtual environment and the caches"
	@echo 'ARGS="..." is handed on, for example: make chaos ARGS="--seed 7 --image debian:trixie"'

chaos: $(READY) engine
	$(VENV)/bin/zkchaos run election --nemesis kill-leader,kill-app-leader --time 110 $(ARGS)

# What needs no containers goes side by side; what times real ensembles has the machine for itself.
test: $(READY) engine browser
	$(if $(ARGS),,$(VENV)/bin/pytest -n auto tests/unit tests/browser)
	$(VENV)/bin/pytest -m "chaos or not chaos" --chaos-level smoke $(or $(ARGS),tests/chaos tests/integration)

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

clean:
	@if [ -x $(VENV)/bin/zkchaos ]; then $(VENV)/bin/zkchaos clean || echo "going on without"; fi
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml docker/venv.sh
	@docker/venv.sh $(VENV)
	@touch $@

engine:
	@docker/engine.sh

# The tests of the report in a browser skip themselves where there is none.
browser:
	@command -v chromium >/dev/null || docker/host-install.sh "Chromium to test reports in a browser" chromium || true
