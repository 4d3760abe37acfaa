# Everything a person does with this project, a line each: `make help`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_MEMBERS ?= 5000
DEMO_YEAR ?= 2025
# What the demo explains; its scenarios name these two.
DEMO_YEARS := 2024 2025
DEMO_DIR := data/demo
# The shell's, else the default, and not what .env names: an invented issuer has no place among real deliveries.
DEMO_DATABASE := RA_DUCKDB_PATH="$${RA_DUCKDB_PATH:-risk_adjustment.duckdb}"
SIMULATION_MEMBERS ?= 1000
SIZES ?= 10000 100000 1000000
DBT_SIZES ?=
BENCH_MEMBERS ?= 100000
# Runs a command with what .env says, with .venv on the PATH, and with the hashes that dbt needs.
RUN := bin/with_settings
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup demo report load incremental full simulate slim-ci test check lint format lock audit sbom fuzz bench bench-dbt bench-compare wheel docs docs-static docs-site clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

demo: setup ## make a demo issuer of two years, score it, explain how its score moved, write reports
	@echo "Making a demo issuer of $(DEMO_MEMBERS) members a year in $(DEMO_DIR) ..."
	@$(BIN)/hhs-hcc synth --members $(DEMO_MEMBERS) $(foreach year,$(DEMO_YEARS),--year $(year)) --seed 1 --out $(DEMO_DIR) --overwrite
	@echo "Building CMS tables, staging, warehouse, cubes and scores with dbt ..."
	@RA_RAW_PATH=$(DEMO_DIR) $(DEMO_DATABASE) $(RUN) dbt --quiet build --exclude resource_type:unit_test \
		--vars '{diy_model_year: $(DEMO_YEAR), benefit_year: $(DEMO_YEAR), run_description: $(DEMO_YEAR) tables on $(DEMO_YEAR) data}'
	@$(DEMO_DATABASE) $(RUN) hhs-hcc show
	@echo "Scoring the year before, comparing, decomposing ..."
	@$(DEMO_DATABASE) $(RUN) hhs-hcc run scenarios/comparison/coding_intensity_2024_2025.yml \
		scenarios/decomposition/yoy_2024_2025_waterfall.yml
	@echo "Writing reports ..."
	@$(DEMO_DATABASE) $(RUN) hhs-hcc report all

report: setup ## write reports for a browser on the newest runs, and the list of runs: reports/index.html
	@$(RUN) hhs-hcc report all

load: setup ## take a delivery into staging and history: make load DIR=/path/to/files
	@[ -n "$$DIR" ] || { echo "error: which files? make load DIR=/path/to/files" >&2; exit 2; }
	@[ -d "$$DIR" ] || { echo "error: there is no folder '$$DIR'" >&2; exit 2; }
	@RA_RAW_PATH="$$DIR" $(RUN) dbt --quiet build --selector loading_job

incremental: setup ## bring facts and cubes up to date, with the delivery in RA_RAW_PATH if it is new
	@$(RUN) dbt --quiet build --selector warehouse_job

full: setup ## build staging, facts and cubes anew from all deliveries; history (snapshots) stays
	@$(RUN) dbt --quiet build --selector warehouse_job --full-refresh

simulate: setup ## replay four deliveries of a demo issuer into a database of their own
	@$(RUN) python -m hhs_hcc.simulation --folder data/simulation --members $(SIMULATION_MEMBERS) --year $(DEMO_YEAR)

slim-ci: setup ## build what differs from production, beside it: make slim-ci STATE=/its/target
	@$(RUN) python -m hhs_hcc.slim_ci "$$STATE"

test: setup lint ## every check: style, types, SQL, tests
	@$(BIN)/pytest --numprocesses 2 --dist loadfile

check: test ## the same as test

lint: setup ## style, types, secrets and SQL only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/hhs-hcc cms-publication --check seeds/cms
	@bin/scan_secrets
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models snapshots tests analyses

format: setup ## put Python and SQL into the house style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --disable-progress-bar models snapshots tests

lock: setup ## compile requirements/*.txt anew from pyproject.toml
	@for extra in runtime docs dev; do \
		extras="--extra dbt --extra reports"; \
		[ $$extra = runtime ] || extras="$$extras --extra docs"; \
		[ $$extra = dev ] && extras="$$extras --extra dev"; \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
			--no-header $$extras pyproject.toml --output-file requirements/$$extra.txt || exit 1; \
	done

audit: setup ## known vulnerabilities of the locked dependencies; asks a service in the network
	@$(BIN)/python python_pkg/tools/audit.py

sbom: setup ## bill of materials of the locked runtime dependencies, as CycloneDX: dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.json requirements/runtime.txt
	@echo "dist/sbom.json"

fuzz: setup ## at length: 50,000 members a year against the naive calculator, then readers (FUZZ_SECONDS each)
	@$(BIN)/python python_pkg/fuzz/run.py

bench: setup ## measure the calculator by stage, against goals and peers, into the README: SIZES="10000 100000 1000000"
	@$(RUN) python python_pkg/benchmarks/bench.py --sizes $(SIZES) --dbt-sizes $(DBT_SIZES)

bench-dbt: setup ## measure warehouse and analyses at 1M members
	@$(RUN) python python_pkg/benchmarks/warehouse.py
	@$(RUN) python python_pkg/benchmarks/analysis.py

bench-compare: setup ## CPU time of two commits; fails if a stage rose by more than 15 %: make bench-compare BASE=main~1
	@[ -n "$(BASE)" ] || { echo "error: compare with what? make bench-compare BASE=main~1" >&2; exit 2; }
	@$(BIN)/python python_pkg/benchmarks/compare.py "$(BASE)" --members $(BENCH_MEMBERS)

wheel: setup ## build the wheel, CMS tables included, into dist/
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . > /dev/null
	@ls dist/*.whl

# Documentation is read off a database: of one that is not there, DuckDB's message would come with a traceback.
NEEDS_DATABASE = $(RUN) sh -c 'db="$${RA_DUCKDB_PATH:-risk_adjustment.duckdb}"; [ -f "$$db" ] || \
	{ echo "error: there is no database $$db yet; make demo makes one" >&2; exit 2; }'

docs: setup ## build the documentation of tables and columns and serve it on this machine
	@$(NEEDS_DATABASE)
	@$(RUN) dbt --quiet docs generate --target readonly
	@$(RUN) python -m hhs_hcc.dbt_docs
	@$(RUN) dbt docs serve --host 127.0.0.1 --target readonly

docs-static: setup ## the same as one file to publish: target/static_index.html
	@$(NEEDS_DATABASE)
	@$(RUN) dbt --quiet docs generate --static --target readonly
	@$(RUN) python -m hhs_hcc.dbt_docs
	@echo "target/static_index.html"

docs-site: setup ## build the documentation site, offline, and check its links: target/docs_site/index.html
	@command -v dot > /dev/null || { echo "error: Graphviz draws the diagrams: apt-get install graphviz" >&2; exit 2; }
	@$(BIN)/sphinx-build -W --keep-going -n -q -b html -d target/docs_doctrees docs target/docs_site
	@$(BIN)/python docs/_ext/site_links.py target/docs_site
	@echo "target/docs_site/index.html"

clean: ## remove what was generated, but neither databases nor .venv
	@rm -rf target logs dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
