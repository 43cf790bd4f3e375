# Every target works from a fresh clone: the virtual environment is made by a stamp rule.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.kernelmill-installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test check golden bench soak docs

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMP) ## install system packages and the Python environment into .venv

$(STAMP): pyproject.toml constraints.txt scripts/install-system-packages
	scripts/install-system-packages
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## turn one PyTorch file into a verified faster kernel, with a report and an export folder
	$(BIN)/kernelmill peaks
	$(BIN)/kernelmill optimize examples/odd_reductions.py --budget 30s --out out/demo

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(STAMP) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

golden: $(STAMP) ## rewrite the golden files, then look at the difference
	$(BIN)/python -m pytest --update-golden -m golden
	git --no-pager diff --stat -- tests/golden

bench: $(STAMP) ## optimize all tasks and print the table (needs an idle machine)
	$(BIN)/kernelmill bench --budget 20s

soak: $(STAMP) ## statistics and sweeps that take longer than a test may
	$(BIN)/python -m pytest -m soak
