# Trimtab. `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
TRIMTAB := $(BIN)/trimtab

.DEFAULT_GOAL := help
.PHONY: demo test soak up down migrate psql lint bench docs snapshot clean help setup

demo: setup ## set everything up, import the demo export, run the autopilot once, show what it did
	@$(TRIMTAB) up
	@$(TRIMTAB) demo

test: setup ## all tests (pgTAP and pytest); ARGS="-k word" passes options to pytest
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

soak: setup ## the long proofs
	@$(BIN)/python -m pytest -m soak $(ARGS)

up: setup ## start the checkout's own PostgreSQL and migrate it
	@$(TRIMTAB) up

down: ## stop it
	@test ! -x $(TRIMTAB) || $(TRIMTAB) down

migrate: setup ## migrate the database that is configured
	@$(TRIMTAB) migrate

psql: setup ## open psql (or read SQL from standard input); ARGS go to psql
	@$(TRIMTAB) psql $(ARGS)

lint: setup ## ruff, mypy and the rules for SQL files
	@$(BIN)/ruff check ops tests
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/lint

bench: setup ## measurements, compared with hand-written SQL in the same run
	@$(BIN)/python -m pip install --quiet -e '.[bench]'
	@$(BIN)/python -m pytest -m bench -s -rs tests/bench $(ARGS)

docs: setup ## write into the documents what the database says of itself
	@PYTHONPATH=tests $(BIN)/python -m support.pages

snapshot: setup ## write the schema that the files make to sql/schema.txt
	@PYTHONPATH=tests $(BIN)/python -m support.snapshot

clean: ## remove the own cluster with its data, and the virtual environment
	@test ! -x $(TRIMTAB) || $(TRIMTAB) down --remove --yes
	@rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

setup: ## install what is missing: PostgreSQL 15 with pg_cron, pgTAP, plpgsql_check; the virtual environment
	@sh ops/setup.sh "$(PYTHON)" "$(VENV)"

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
