PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# DVC itself ends where one of these is otherwise, as in a container without users.
export HOME ?= /tmp
export USER ?= $(shell id -un 2> /dev/null)
export PYTHONUTF8 := 1
unexport PYTHONWARNINGS

# As they were written: make would read a $ in them, and the shell an apostrophe.
override export PHOTOS := $(value PHOTOS)
override export GROUP := $(value GROUP)

.PHONY: help init plan explain run register shortlist verify repair ui check test test-all fuzz torture remotes mutants bench

help:  ## Say what each target does.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

init: .venv/ready  ## Write params.yaml for images: make init PHOTOS=FOLDER [GROUP=REGEX] [LAYOUT=NAME].
	@python -m viewcache init $(if $(PHOTOS),"$$PHOTOS") $(if $(GROUP),--group "$$GROUP") $(if $(LAYOUT),--layout "$$LAYOUT")

plan: .venv/ready  ## Say what `make run` will cost, in half a minute (two cores): make plan [RECIPE=NAME].
	@python -m viewcache plan $(if $(RECIPE),--recipe $(RECIPE))

explain: .venv/ready  ## Say which features would be computed anew, and why: in seconds.
	@python -m viewcache explain

# Only the answer stands below what DVC says at its end.
run: export ANSWER_FOLLOWS = 1
run: .venv/ready  ## Answer for params.yaml, or for recipes/NAME.yaml: make run [RECIPE=NAME].
	@$(if $(RECIPE),python -m viewcache recipe $(RECIPE))
	@python -m viewcache init --upgrade
	@python -m viewcache recover
	@python -m viewcache preview
	@dvc repro
	@cat plots/answer.txt

register: .venv/ready  ## Log the exported model to MLflow, and recommend it there.
	@python -m viewcache register

shortlist: .venv/ready  ## Hold bases to each other: make shortlist [BASES="NAME@SIDE ..."] [LIMIT=IMAGES].
	@python -m viewcache shortlist $(BASES) $(if $(LIMIT),--limit $(LIMIT))

verify: .venv/ready  ## Verify every array; compute FEATURES of them, 1000, again from the images.
	python -m viewcache verify $(if $(FEATURES),--features $(FEATURES))

repair: .venv/ready  ## Compute again what is damaged. DVC hashes what may have changed, and only that.
	find "$$(dvc cache dir)/files" data models -type f -exec chmod u+w {} + -exec touch {} +
	dvc repro

ui: .venv/ready  ## Browse all runs in MLflow, and the arms of the last one side by side.
	@python -m viewcache ui

check: .venv/ready  ## Lint, format, types, and which room may import which.
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test: check  ## Tests with the real DVC and MLflow, on two cores; the slow third is in test-all.
	python -m pytest -n 2 --dist worksteal -m "not slow"

test-all: check  ## Every test, then fuzz and torture: more than an hour.
	python -m pytest -n 2 --dist worksteal
	$(MAKE) fuzz torture

fuzz: .venv/ready  ## Damaged files of every kind, others each time, for ten minutes.
	python -m pytest tests/test_fuzz.py --hypothesis-profile=fuzz

torture: .venv/ready  ## Kill the pipeline 30 times and see that it loses nothing: half an hour.
	python -m tests.torture

remotes: .venv/ready  ## Push to a folder and to an S3 server, and go on in a clone: minutes.
	python -m pip install --quiet --disable-pip-version-check dvc-s3 flask flask-cors 'moto[s3]'
	python -m tests.remotes

mutants: .venv/ready  ## Change the code and see which tests notice: hours; goes on where it stopped.
	mutmut run
	mutmut results --all true | sed -nE 's/ *viewcache\.(\w+)\..*: (.*)/\1 \2/p' | sort | uniq -c

bench: .venv/ready  ## Ratios of speed into benchmarks/RESULTS.md: half an hour, 2 GB of disk.
	python -m benchmarks

.venv/ready: requirements.lock
	@command -v $(PYTHON) > /dev/null || { echo "viewcache: Python 3.11 must be there (Debian: apt" \
		"install python3.11-venv), or make PYTHON=its/path. Received: $(PYTHON)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
