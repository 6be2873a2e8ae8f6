# make demo   set everything up and run the pipeline on the sample site
# make test   set everything up and pass the tests
# make check  formatting, lint, types
# make lock   write the lock files anew from pyproject.toml (needs uv)
# make bench  figures beside other programs, written to benchmarks/RESULTS.md
# make fuzz   a minute of fuzzing, guided by coverage where atheris can be installed
# make train  train the models of names, see docs/models.md
# make clean  remove the virtual environment and what the demo made

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra ocr --group build

.PHONY: demo test check lock bench fuzz train clean setup setup-dev

demo: setup
	@$(BIN)/aisi-ingest demo

test: setup-dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: setup-dev
	@$(BIN)/python benchmarks/run.py

fuzz: setup-dev
	@{ uv pip install --quiet --python $(BIN)/python --target build/fuzz/packages --require-hashes -r fuzz/requirements.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/fuzz/packages --upgrade \
	    --require-hashes -r fuzz/requirements.txt; } || echo "atheris cannot be installed here: inputs are random" >&2
	@PYTHONPATH=build/fuzz/packages $(BIN)/python fuzz/run.py --seconds 60

train: setup-dev
	@uv pip install --quiet --python $(BIN)/python --target build/train python-crfsuite==0.9.12 \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/train --upgrade python-crfsuite==0.9.12
	@PYTHONPATH=.:build/train OMP_NUM_THREADS=1 $(BIN)/python -m training.train --names $(DATA) --crossner $(CROSSNER) \
	  --vectors-ja $(VECTORS_JA) --vectors-en $(VECTORS_EN) --out src/aisi_ingest/tagging/learned/data

lock:
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dask --group dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.lock pyproject.toml install.sh
	@PYTHON="$(PYTHON)" sh install.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml install.sh
	@PYTHON="$(PYTHON)" sh install.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.ready

clean:
	rm -rf $(VENV) processed/demo build dist .pytest_cache .mypy_cache .ruff_cache
