# quantsite's commands. `make` alone lists them. Only Python 3.11 or later and a package index are needed;
# after the first install everything works without a network. All can be run again at any time.
#
#   PYTHON=python3.12   the Python to build .venv with (default: the newest usable of 3.13, 3.12, 3.11)
#   PORT=8000           where `make serve` listens
#   ARGS="-k splits"    further arguments of `make test`, `make demo` and `make bench`

SHELL := /bin/sh
PORT ?= 8000
ARGS ?=
# Relative on purpose: make splits names at spaces, and the checkout's path may have some.
VENV_PYTHON := .venv/bin/python
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo serve test coverage faults fuzz screenshots bench lint format lock clean clean-all db-stop venv venv-dev

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

demo: venv ## install, load real demo data, compute all factors, show the result
	@$(VENV_PYTHON) manage.py demo $(ARGS)

serve: venv ## the web site on http://127.0.0.1:8000 (PORT=...) and the background worker
	@$(VENV_PYTHON) scripts/serve.py $(PORT)

test: venv-dev ## install what tests need, then run them (ARGS="..." goes to pytest)
	@$(VENV_PYTHON) -m pytest $(ARGS)

coverage: venv-dev ## the tests, and how much of the code they run (at least 90 %)
	@$(VENV_PYTHON) -m pytest -n auto --dist loadfile --cov --cov-fail-under=90 $(ARGS)

faults: venv-dev ## kill workers, machines and the database in mid-job; all of it takes some minutes
	@QUANTSITE_TEST_FAULTS=1 $(VENV_PYTHON) -m pytest tests/faults $(ARGS)

fuzz: venv-dev ## ask the API whatever schemathesis makes up (FUZZ_EXAMPLES=100 FUZZ_SEED=1)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} $(VENV_PYTHON) -m pytest -q tests/security/test_fuzz.py $(ARGS)

screenshots: venv-dev ## make the pictures of the user guide anew (Chromium)
	@$(VENV_PYTHON) scripts/screenshots.py

bench: venv-dev ## measure speed and memory on a synthetic universe
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

lint: venv-dev ## ruff (lint, format) and mypy
	@echo "ruff check" && $(VENV_PYTHON) -m ruff check .
	@echo "ruff format --check" && $(VENV_PYTHON) -m ruff format --check .
	@echo "mypy" && $(VENV_PYTHON) -m mypy

format: venv-dev ## let ruff rewrite the code
	@$(VENV_PYTHON) -m ruff check --fix . && $(VENV_PYTHON) -m ruff format .

lock: venv-dev ## write the lock files anew from requirements*.txt (needs the network)
	@$(VENV_PYTHON) scripts/lock.py

db-stop: ## stop the embedded database (its data stays)
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) manage.py db_stop; else echo "No .venv: nothing runs."; fi

clean: ## remove .venv and caches; data in var/ stays
	@sh scripts/clean.sh

clean-all: ## as clean, and delete the embedded database and everything else in var/
	@sh scripts/clean.sh all

venv:
	@sh scripts/venv.sh requirements.lock.txt

venv-dev:
	@sh scripts/venv.sh requirements-dev.lock.txt
