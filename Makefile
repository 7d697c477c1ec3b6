# The two commands of the README are `make demo` and `make test`; both set up all they need in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_CLIENTS := tests/clients/node
NODE_RUNTIME := tests/conformance/node
SIZE ?= 1000
ENGINE ?= sqlite

.PHONY: demo serve test coverage check bench lock models models-newer docs install node format clean help

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/demo ## From a web identity to temporary credentials that open a bucket
	@$(BIN)/ostiary demo

serve: $(VENV)/demo ## Start a development server on http://127.0.0.1:9500
	@$(BIN)/ostiary serve --dev

test: $(VENV)/dev node ## Run all tests, on SQLite and on PostgreSQL
	@$(if $(ARGS),,echo "All tests: about a quarter of an hour on two processors. The dots tell how far they are.")
	@$(BIN)/python -m pytest -n 4 --dist loadgroup $(ARGS)

coverage: $(VENV)/dev node ## Run all tests, slower, and print which lines and branches none of them reaches
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -n 4 --dist loadgroup $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(VENV)/dev ## Lint, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/deptry tests bench tools --exclude '.*node_modules.*' --ignore DEP002,DEP004
	$(BIN)/python tools/models.py --check
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/layers_picture.py --check
	$(BIN)/python tools/citations.py

bench: $(VENV)/dev ## Measure throughput and latency (SIZE=users in the pool, ENGINE=sqlite or postgresql)
	@$(BIN)/python -m bench --users $(SIZE) $(if $(filter postgresql,$(ENGINE)),--postgresql)

lock: ## Write constraints/ anew, after pyproject.toml changed (UPGRADE=1: the newest versions)
	@tools/venv.sh $(PYTHON) $(VENV)
	tools/lock.sh $(VENV) $(if $(UPGRADE),--upgrade)

models: $(VENV)/dev ## Refresh the service models and the types made from them
	$(BIN)/python tools/models.py

models-newer: $(VENV)/dev ## Say whether there are newer service models, and what they add
	@$(BIN)/python -m tools.newer_models

docs: $(VENV)/dev ## Regenerate docs/reference
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/layers_picture.py

format: $(VENV)/dev ## Format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

node: $(NODE_CLIENTS)/node_modules/.installed $(NODE_RUNTIME)/node_modules/.installed

$(NODE_CLIENTS)/node_modules/.installed: $(NODE_CLIENTS)/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the JavaScript clients …" && cd $(NODE_CLIENTS) && npm ci --silent && touch node_modules/.installed; \
	else echo "Node is not installed: the tests of JavaScript clients will not run."; fi

$(NODE_RUNTIME)/node_modules/.installed: $(NODE_RUNTIME)/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Compiling AWS's runtime client for Node …" && cd $(NODE_RUNTIME) && MAKEFLAGS=-j2 npm ci --silent && touch node_modules/.installed; \
	fi || echo "AWS's runtime client for Node is not there: functions in Node will not be tested."

$(VENV)/demo: pyproject.toml constraints/ostiary.txt tools/venv.sh
	@tools/venv.sh $(PYTHON) $(VENV) demo && touch $@

$(VENV)/dev: pyproject.toml constraints/ostiary.txt constraints/aws.txt tools/venv.sh
	@tools/venv.sh $(PYTHON) $(VENV) dev && touch $@

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) $(NODE_CLIENTS)/node_modules $(NODE_RUNTIME)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
