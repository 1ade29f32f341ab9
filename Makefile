# Every command a contributor needs. Two venvs: .venv runs and tests the product, .venv-tools holds the SAM CLI and
# cfn-lint, whose pins conflict with ours (docs/decisions/002).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
TOOLS := .venv-tools/bin
# The Lambda runtime, read from its one place: the template's parameter.
RUNTIME ?= $(shell sed -n '/^  Runtime:/,/Default:/s/^ *Default: *//p' template.yaml)
TYPED := $(wildcard functions layers/core/python/wakeline local tests bench sdk/python/wakeline_sdk)
ARGS ?=
TESTS ?= tests

export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= eu-central-1
export WAKELINE_RUNTIME := $(RUNTIME)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help serve test test-engines test-described check openapi build bench bench-detectors bench-sdk bench-peers bench-console console console-test console-deploy screenshots lock clean
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# The console is part of `make serve` where Node is; without Node the API runs, and says that the console does not.
NODE := $(shell node --version 2>/dev/null | sed -n 's/^v\(2[0-9]\|[3-9][0-9]\)\..*/yes/p')

serve: .venv/.local $(if $(NODE),console/dist/index.html) ## Run everything on this machine: make serve ARGS="--port 4318"
	@exec $(BIN)/wakeline serve $(ARGS)

ENGINES := .engines
test-engines: .venv/.dev .venv-tools/.tools $(ENGINES)/.installed ## Run the contract and end-to-end tests on real engines (docs/testing.md)
	# Apart, since each sets up the network in its own way; in the local stack's region, whatever this machine's is.
	for part in tests/engines "tests/adapters/test_*_contract.py tests/adapters/test_ledger_concurrency.py" \
	  "tests/e2e/test_http.py tests/e2e/test_live.py tests/e2e/test_otlp.py"; do \
	  env -u AWS_REGION -u AWS_DEFAULT_REGION $(BIN)/python -m pytest -q --engines $(ENGINES) $(ARGS) $$part; \
	done

# What cannot be had leaves its reason there, and the tests that need it are skipped with that.
$(ENGINES)/.installed: tests/engines/install tests/engines/pom.xml tests/engines/lambda.txt .venv/.dev
	tests/engines/install $(ENGINES) $(BIN)/python
	@touch $@

test: .venv/.dev ## Run the tests: make test TESTS=tests/unit ARGS="-x"
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS) $(ARGS)

test-described: .venv/.dev ## Hold answers to thousands of made-up requests against docs/openapi.json
	DESCRIBED_EXAMPLES=100 $(BIN)/python -m pytest -q tests/endpoints/test_described.py $(ARGS)

check: .venv/.dev .venv-tools/.tools ## Lint, types, import rules, the template, the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	PYTHONPATH=.:functions:layers/core/python $(BIN)/lint-imports
	$(TOOLS)/cfn-lint template.yaml workers.yaml alarms.yaml
	$(TOOLS)/sam validate --lint
	$(TOOLS)/sam validate --lint --template workers.yaml
	$(TOOLS)/sam validate --lint --template alarms.yaml
	$(BIN)/python -m pytest -q tests/rules

openapi: .venv/.dev ## Write docs/openapi.json from what the endpoints declare
	@PYTHONPATH=functions:layers/core/python $(BIN)/python -c \
	  'from api.openapi._described import written; print(written(), end="")' > docs/openapi.json.new
	@mv docs/openapi.json.new docs/openapi.json

build: .venv-tools/.tools ## Build what `sam deploy` uploads, without Docker
	PATH="$$(layers/deps/target-python "$(RUNTIME)"):$(CURDIR)/$(TOOLS):$$PATH" \
	  sam build --parameter-overrides Runtime=$(RUNTIME)
	@for layer in .aws-sam/build/*Layer; do \
	  mib=$$(du -sm "$$layer" | cut -f1); echo "$$(basename $$layer): $$mib MiB unzipped"; \
	  [ "$$mib" -lt 80 ] || { echo "over 80 MiB" >&2; exit 1; }; \
	done

bench: .venv/.dev ## Measure; prints tables, passes or fails nothing
	$(BIN)/python -m bench $(ARGS)

bench-detectors: .venv/.dev ## Measure the detectors on labelled runs: make bench-detectors DATA=folder
	PYTHONPATH=.:functions:layers/core/python $(BIN)/python -m bench.detectors $(DATA)

bench-sdk: .venv/.dev ## Measure what recording costs an agent
	PYTHONPATH=.:functions:layers/core/python:sdk/python $(BIN)/python -m bench.sdk

# What the same spans are sent to beside the local stack, in a venv of their own.
PEERS := arize-phoenix==20.26.1 mlflow==3.17.2

bench-peers: .venv/.dev .venv-peers/.installed ## Measure beside Arize Phoenix and MLflow: make bench-peers ARGS="1000 10000"
	PYTHONPATH=.:functions:layers/core/python $(BIN)/python -m bench.peers $(ARGS)

.venv-peers/.installed: Makefile | .venv-peers/pyvenv.cfg
	.venv-peers/bin/python -m pip install --quiet $(PEERS)
	@touch $@

console: console/dist/index.html ## Build the console (needs Node 20 or newer)

console-test: .venv/.dev console/dist/index.html ## Test the console in headless Chromium
	cd console && npm test --silent

console-deploy: .venv/.dev console/dist/index.html ## Bring the console to a deployed stack: make console-deploy STACK=wakeline-dev
	$(BIN)/python -m local.console_deploy $(or $(STACK),wakeline-dev)

screenshots: .venv/.dev console/dist/index.html ## Pictures of each page of the console, into console/screenshots
	cd console && SCRIPT=e2e/screenshots.ts npm test --silent

bench-console: .venv/.dev console/dist/index.html ## Measure how a long run opens in headless Chromium
	cd console && SCRIPT=e2e/bench.ts npm test --silent -- --disable-console-intercept

console/dist/index.html: console/node_modules/.installed $(shell find console/src console/public console/index.html console/vite.config.ts 2>/dev/null)
	cd console && npm run --silent build
	@touch $@

console/node_modules/.installed: console/package-lock.json
	cd console && npm ci --silent
	@touch $@

lock: .venv-tools/.tools ## Pin requirements/*.in again
	@for name in runtime local dev tools; do \
	  case $$name in local) on="-c requirements/runtime.txt";; dev) on="-c requirements/local.txt";; *) on="";; esac; \
	  $(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-strip-extras --custom-compile-command "make lock" $$on requirements/$$name.in -o requirements/$$name.txt $(ARGS); \
	done

clean: ## Remove what the other targets made
	rm -rf .venv .venv-tools .venv-peers .engines .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache ./*.egg-info

# A venv is made once; its packages again when their pins change. --no-deps: the pin files are complete, and pip's resolver
# does not always see that (it looks for a newer boto3 than the SAM CLI's pinned one, then misses its hash).
%/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Wakeline needs Python 3.11 or newer; say which: make PYTHON=python3.13 …" >&2; exit 1; }
	$(PYTHON) -m venv $*

.venv/.local: requirements/local.txt pyproject.toml | .venv/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/local.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.local
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

.venv-tools/.tools: requirements/tools.txt | .venv-tools/pyvenv.cfg
	$(TOOLS)/python -m pip install --quiet --no-deps --require-hashes -r requirements/tools.txt
	@touch $@
