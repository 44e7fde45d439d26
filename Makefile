# Every command of the project. `make` or `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet

# What pip says is shown only when it fails.
quiet = @$(1) >.make.log 2>&1 || { cat .make.log; rm -f .make.log; exit 1; }; rm -f .make.log

.DEFAULT_GOAL := help
.PHONY: help run coverage wheels serve test properties fuzz test-spark check lint types bench golden requirements docs clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*?## "} {printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/base.stamp: requirements/build.txt requirements/base.txt pyproject.toml CHANGELOG.md
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(call quiet,$(PIP) install --require-hashes -r requirements/build.txt)
	$(call quiet,$(PIP) install --require-hashes -r requirements/base.txt)
	$(call quiet,$(PIP) install --no-deps --no-build-isolation -e .)
	@touch $@

$(VENV)/dev.stamp: $(VENV)/base.stamp requirements/dev.txt requirements/plot.txt requirements/screen.txt requirements/web.txt requirements/webtest.txt requirements/fast.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/fast.txt
	$(PIP) install --require-hashes -r requirements/plot.txt
	$(PIP) install --require-hashes -r requirements/screen.txt
	$(PIP) install --require-hashes -r requirements/web.txt
	$(PIP) install --require-hashes -r requirements/webtest.txt
	@touch $@

$(VENV)/web.stamp: $(VENV)/base.stamp requirements/web.txt
	$(PIP) install --require-hashes -r requirements/web.txt
	@touch $@

# PySpark comes as a source archive of half a gigabyte, so only those who test it fetch it.
$(VENV)/spark.stamp: $(VENV)/dev.stamp requirements/spark.txt
	$(PIP) install --require-hashes --no-build-isolation -r requirements/spark.txt
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements/bench.txt
	$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

run: $(VENV)/base.stamp ## The main job: print the benefit-risk report for neuropathy and write report.html
	@$(BIN)/deqi report --condition neuropathy -o report.html
	@$(BIN)/deqi report --condition neuropathy

serve: $(VENV)/web.stamp ## The site, on this machine
	$(BIN)/deqi serve

test: $(VENV)/dev.stamp ## All tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

coverage: $(VENV)/dev.stamp ## All tests, with the branches that they reach
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --skip-covered --sort=miss | tail -n 40

wheels: $(VENV)/dev.stamp ## Build the distributions, and use the wheel in empty environments of every Python here
	$(BIN)/python .ci/wheels.py

properties: $(VENV)/dev.stamp ## The properties of doubt on 20,000 drawn examples
	DEQI_PROPERTY_EXAMPLES=20000 $(BIN)/python -m pytest tests/properties/doubt

fuzz: $(VENV)/dev.stamp ## Spoil a valid example of each file 5,000 times and read it; as many requests to the site
	DEQI_FUZZ=5000 $(BIN)/python -m pytest tests/properties/readers tests/web/api/test_fuzz.py

test-spark: $(VENV)/spark.stamp ## Spark tests (needs Java 17)
	$(BIN)/python -m pytest tests/spark

check: lint types test ## Lint, types, architecture, knowledge, tests

lint: $(VENV)/dev.stamp ## Style, import order, the one way of imports, the knowledge tables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/deqi knowledge check

types: $(VENV)/dev.stamp ## Static types
	$(BIN)/mypy

bench: $(VENV)/bench.stamp ## Speed, side by side with the peers that are installed
	$(BIN)/python -m benchmarks

golden: $(VENV)/dev.stamp ## Re-check every recorded expectation against a live R (metafor, metadat, jsonlite, lme4, clubSandwich, mvtnorm)
	$(BIN)/python -m tests.golden

docs: $(VENV)/dev.stamp ## Regenerate the generated documentation pages
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.metafit_api
	$(BIN)/python -m docs.notebooks

requirements: ## Pin the dependencies again, with hashes (needs pip-tools on the PATH)
	cd requirements && for name in build base plot fast screen spark web dev webtest bench; do \
	  pip-compile --quiet --strip-extras --no-header --allow-unsafe --generate-hashes --no-emit-index-url \
	    --no-emit-trusted-host --no-emit-find-links $$name.in -o $$name.txt; done

clean: ## Remove the environment and everything generated
	rm -rf $(VENV) report.html .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
