# Everything a person does with this project, a line each: `make help`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_MEMBERS ?= 10000
DEMO_YEAR ?= 2025
DEMO_DIR := data/demo
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint format lock bench wheel docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## create .venv, install locked dependencies and dbt packages
	@bin/install_dbt_packages

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python >= 3.11 is needed: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## make a demo issuer, score it, print the result
	@echo "Making a demo issuer of $(DEMO_MEMBERS) members in $(DEMO_DIR) ..."
	@$(BIN)/hhs-hcc synth --members $(DEMO_MEMBERS) --year $(DEMO_YEAR) --seed 1 --out $(DEMO_DIR) --overwrite
	@echo "Building CMS tables, staging and scores with dbt ..."
	@RA_RAW_PATH=$(DEMO_DIR) RA_PACKAGE_HASH=$$($(BIN)/python -m hhs_hcc.provenance) $(BIN)/dbt --quiet build --select +tag:scoring path:models/staging --exclude resource_type:unit_test \
		--vars '{diy_model_year: $(DEMO_YEAR), benefit_year: $(DEMO_YEAR), run_description: demo}'
	@$(BIN)/hhs-hcc show

test: setup lint ## every check: style, types, SQL, tests
	@$(BIN)/pytest

check: test ## the same as test

lint: setup ## style, types and SQL only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/hhs-hcc cms-publication --check seeds/cms
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests

format: setup ## put Python and SQL into the house style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --disable-progress-bar models tests

lock: setup ## compile requirements/*.txt anew from pyproject.toml
	@for extra in runtime dev; do \
		[ $$extra = dev ] && extras="--extra dbt --extra dev" || extras="--extra dbt"; \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
			--no-header $$extras pyproject.toml --output-file requirements/$$extra.txt || exit 1; \
	done

bench: setup ## measure speed and memory of the calculator at 1M members
	@$(BIN)/python python_pkg/benchmarks/bench.py

wheel: setup ## build the wheel, CMS tables included, into dist/
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . > /dev/null
	@ls dist/*.whl

docs: setup ## build dbt's documentation and serve it on this machine
	@$(BIN)/dbt --quiet docs generate
	@$(BIN)/dbt docs serve --host 127.0.0.1

clean: ## remove what was generated, but neither databases nor .venv
	@rm -rf target logs dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
