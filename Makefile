# One command each: `make run`, `make test`, `make lint`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
SEEDS ?= 1000
# Processes that share the tests. `make test TESTERS=0` runs them in one, in the order of their files
TESTERS ?= 2
# For a small CPU-only torch where pip would take the CUDA build: make run TORCH_INDEX_URL=<PyTorch's CPU index>
TORCH_INDEX_URL ?=
export HF_HUB_OFFLINE := 1
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONWARNINGS := ignore
# Containers often forbid it. Then every process compiles all that it imports anew: 14 s of a processor for each that loads Rasa.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run setup setup-environment test test-fast soak eval lint format types imports widget clean

help: ## What can be done here
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

# The stamp is named after what it was made from, so a changed lock installs anew and an unchanged one costs nothing.
ENVIRONMENT := $(VENV)/.ready-$(shell cat requirements.lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)

$(ENVIRONMENT):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed. Install it, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "[1/3] Making the environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "[2/3] Installing torch"
	@$(BIN)/pip install -q --no-compile --disable-pip-version-check $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL)) "$$(grep -E '^torch==' requirements.lock)" 2> >(grep -v '^WARNING' >&2)
	@echo "[3/3] Installing $$(grep -c == requirements.lock) locked packages (one to two minutes)"
	@$(BIN)/pip install -q --no-compile --disable-pip-version-check --no-deps --ignore-requires-python -r requirements.lock 2> >(grep -v '^WARNING' >&2)
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e . 2> >(grep -v '^WARNING' >&2)
	@$(BIN)/python -c "import bot.brain.worker, bot.serving, kb_index.onnx_export" # compiled once, for all that start side by side
	@rm -f $(VENV)/.ready-*; touch $@

setup-environment: $(ENVIRONMENT)

setup: $(ENVIRONMENT) ## Environment, model, index, demo shop and accounts, without serving
	@$(BIN)/baton setup

run: $(ENVIRONMENT) ## Everything from a fresh clone to a running demo
	@$(BIN)/baton setup
	@exec $(BIN)/baton serve --host $(HOST) --port $(PORT)

test: $(ENVIRONMENT) ## Everything from a fresh clone to passing tests
	@$(BIN)/lint-imports --no-cache | tail -2
	@PYTHONHASHSEED=0 $(BIN)/python -m pytest -n $(TESTERS)

test-fast: $(ENVIRONMENT) ## The tests that take no training, browser or database server
	@$(BIN)/python -m pytest -q -m "not slow and not browser and not postgres and not redis"

soak: $(ENVIRONMENT) ## 1,000 seeds of killed processes and cut wires, nothing lost (hours; SEEDS=100 for fewer)
	@$(BIN)/python -m tests.chaos.soak --seeds $(SEEDS)

# EVAL_DATA: where the public data sets lie; what is absent is left out and named.
EVAL_DATA ?= ../shared/data
eval: $(ENVIRONMENT) ## Every evaluation, one table against published figures, pages in reports/; fails below the floors
	@$(BIN)/baton setup
	@$(BIN)/baton eval all --data $(EVAL_DATA)

lint: $(ENVIRONMENT) types imports ## Style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(ENVIRONMENT)
	@$(BIN)/mypy

imports: $(ENVIRONMENT)
	@$(BIN)/lint-imports --no-cache

format: $(ENVIRONMENT) ## Bring the source into the house's form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

widget: ## Rebuild widget/dist (needs Node)
	@cd widget && npm ci --no-audit --no-fund && npm run build

clean: ## Remove the environment and what the installation wrote
	rm -rf $(VENV) var models .rasa reports build *.egg-info
