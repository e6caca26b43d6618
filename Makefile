PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: plan run ui check test torture bench

plan: .venv/ready  ## Say what a run will cost, in half a minute.
	python -m stages.plan

run: .venv/ready  ## Answer the question of params.yaml, or of recipes/NAME.yaml: make run RECIPE=NAME.
	$(if $(RECIPE),cp recipes/$(RECIPE).yaml params.yaml)
	python -m stages.recover
	dvc repro

ui: .venv/ready  ## Browse and compare all runs in MLflow.
	python -m stages.ui

check: .venv/ready  ## Lint, format and types.
	ruff check .
	ruff format --check .
	mypy

test: check  ## All tests, the real DVC and MLflow included.
	python -m pytest

torture: .venv/ready  ## Kill the pipeline 30 times and see that it loses nothing: half an hour.
	python -m tests.torture

bench: .venv/ready  ## Ratios of speed into benchmarks/RESULTS.md: half an hour, 10 GB of disk.
	python -m benchmarks

.venv/ready: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	touch $@
