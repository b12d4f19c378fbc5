# `make help` says what can be done here. Everything is installed into .venv, nothing outside of this checkout,
# but for the system's packages that `make test` needs and says by name.
SHELL := /bin/bash
PYTHON ?= python3
PYTEST_WORKERS ?= 4
COVERED := 90
WORDS ?= dashapp/words/translations
BIN := .venv/bin
# Bytecode is kept wherever somebody has switched that off: tests start a hundred processes, and each would compile the
# whole service again, and each worker of pytest all tests.
unexport PYTHONDONTWRITEBYTECODE
# One lock for every Python from 3.11.0 on, without a word about where this machine gets its packages from.
LOCK := env -u UV_FIND_LINKS $(BIN)/uv pip compile --quiet --universal --python-version 3.11.0 \
	--generate-hashes --no-header --no-strip-extras
CHECKED := $(wildcard dashapp pages callbacks ingest exports app.py benchmarks deploy tests)

.DEFAULT_GOAL := help
.PHONY: help run run-kafka test test-long bench check format words screenshots metrics lock plotly environment environment-dev system-packages \
	system-packages-long broker
# A command that is ended by Ctrl-C leaves no half-written file, and nothing runs beside another.
.DELETE_ON_ERROR:
.NOTPARALLEL:

help: ## Say what can be done here
	@echo "The Learning Analytics Service"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: environment ## Install what is needed and serve http://127.0.0.1:3007 with a demo campus; Ctrl-C ends it
	@exec $(BIN)/python app.py

run-kafka: environment ## The same with a real Apache Kafka (needs Java and Maven)
	@exec $(BIN)/python -m deploy.local_kafka --data-dir var/kafka -- $(BIN)/python app.py

test: environment-dev system-packages broker ## Run all tests but the long ones, with the coverage gate
	@mkdir -p var
	@$(BIN)/python -m tests.prepared
	@$(BIN)/python -m slipcover -m pytest -m "not long" -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder
	@$(BIN)/python -m slipcover --merge var/coverage.json --out var/coverage.json --skip-covered --fail-under $(COVERED)

test-long: environment-dev system-packages-long broker ## Run the long tests: what takes minutes, and further variants
	@$(BIN)/python -m pytest -m long --timeout=3600

bench: environment-dev system-packages broker ## Measure what docs/performance.md states (takes a while)
	@exec $(BIN)/python -m benchmarks

check: environment-dev ## Look at the code: ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(CHECKED)
	$(BIN)/lint-imports

format: environment-dev ## Lay the code out as `make check` wants it
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

words: environment-dev ## Collect the texts that people see, and bring the translations up to date
	@mkdir -p $(WORDS)
	@$(BIN)/pybabel --quiet extract --mapping-file=babel.cfg --sort-by-file --add-location=file \
		--project="Learning Analytics Service" --add-comments=Translators: --output-file=$(WORDS)/messages.pot .
	@if compgen -G "$(WORDS)/*/LC_MESSAGES/messages.po" >/dev/null; then \
		$(BIN)/pybabel --quiet update --input-file=$(WORDS)/messages.pot --output-dir=$(WORDS) --previous \
			--ignore-obsolete --ignore-pot-creation-date; \
	else echo "There is no translation yet; docs/languages.md says how to begin one."; fi

screenshots: environment-dev ## Take the pictures of docs/screenshots of a loaded DATA_DIR
	@exec $(BIN)/python -m benchmarks.screenshots --data-dir "$(DATA_DIR)"

metrics: environment ## Write docs/metrics.md anew from the dictionary of metrics
	@$(BIN)/python -m deploy.write_metrics

lock: environment-dev ## Renew requirements.txt and requirements-dev.txt from the .in files
	@$(LOCK) --output-file requirements.txt requirements.in
	@$(LOCK) --output-file requirements-dev.txt requirements-dev.in

plotly: ## Build assets/plotly.min.js anew from plotly's published sources (needs Node)
	@cd deploy/plotly && npm ci --silent --ignore-scripts && npm run --silent build

environment:
	@deploy/install_python_packages.sh "$(PYTHON)" requirements.txt

environment-dev:
	@deploy/install_python_packages.sh "$(PYTHON)" requirements-dev.txt

system-packages:
	@deploy/install_system_packages.sh

system-packages-long:
	@deploy/install_system_packages.sh --long

# Before the tests, so that a slow network is not taken for a test that hangs.
broker:
	@$(BIN)/python -m deploy.local_kafka --fetch-only
