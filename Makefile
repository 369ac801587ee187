# The commands of the project. `make` alone prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bootstrap/bin/uv
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := yes
export GX_ANALYTICS_ENABLED := false
export RUNTIME__DLTHUB_TELEMETRY := false

.PHONY: help setup setup-spark demo nightly dev test check lint format lock docs bench clean

help:  ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.lock pyproject.toml scripts/bootstrap.txt
	@echo "setting up $(VENV) from requirements.lock"
	@test -x $(VENV)/bootstrap/bin/uv || { $(PYTHON) -m venv --clear $(VENV)/bootstrap \
		&& $(VENV)/bootstrap/bin/pip install --quiet --disable-pip-version-check --require-hashes -r scripts/bootstrap.txt; }
	@test -x $(BIN)/python || $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-spark: $(VENV)/.ready requirements-spark.lock
	@echo "adding Spark from requirements-spark.lock (the first time takes a minute)"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements-spark.lock
	@touch $@

setup: $(VENV)/.ready  ## make the environment from the lock file

setup-spark: $(VENV)/.ready-spark  ## add Spark to it (needs Java: scripts/install-system-packages.sh)

demo: setup  ## run the sample company for one day, publish it, and print a table
	@$(BIN)/counterpoise demo

nightly: setup  ## run the last whole day from counterpoise.toml
	@$(BIN)/counterpoise nightly

dev: setup  ## open Dagster's web page
	@$(BIN)/counterpoise dev

test: setup setup-spark  ## every test, Spark included
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: setup  ## fast tests: everything but whole runs and Spark
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow and not spark"

lint: setup  ## check style and types of Python and SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models

format: setup  ## let the tools fix what they can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --quiet dbt_project/models || true

lock: setup  ## renew the lock files (hashes, no addresses)
	@for name in requirements requirements-spark; do \
		$(UV) pip compile --quiet --python 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
			$$name.in -o $$name.lock; done

docs: setup  ## renew every page and printed output that a command produces
	@$(BIN)/python scripts/new_source_pages.py
	@$(BIN)/python -m cogapp -r --verbosity=1 -I scripts @scripts/generated.txt

bench: setup  ## the figures of benchmarks/
	@$(BIN)/python benchmarks/run.py

clean:  ## remove what a build leaves behind, never data/
	@rm -rf dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache
