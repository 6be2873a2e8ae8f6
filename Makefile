# make demo      run the pipeline on the sample site
# make test      run the fast tests (some 5 minutes on two cores)
# make test-all  run every test: what CI runs before a change lands
# make check     check formatting, style, types and the layers of the rooms
# make coverage  run the fast tests and measure which lines they execute
# make docs      build the documentation as a site below build/docs and check its links
# make fuzz      fuzz for a minute, guided by coverage where atheris can be installed
# make bench     measure against other programs and write benchmarks/RESULTS.md
# make lock      write the lock files again from pyproject.toml (needs uv)
# make train     train the models of names, see docs/models.md
# make calibration  show how often names with a score are right, see docs/models.md
# make findings  fit the confidence of findings, and show how often they are right, see docs/findings.md
# make clean     remove the virtual environment and everything that was built
#
# Each target first installs the environment it needs.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest --numprocesses 2 --dist loadfile
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra ocr --extra serve --group build

.PHONY: demo test test-all check coverage docs fuzz bench lock train calibration findings clean setup setup-dev

demo: setup
	@$(BIN)/aisi-ingest demo

test: setup-dev
	@$(PYTEST) -m "not slow"

test-all: setup-dev
	@$(PYTEST)

check: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache

coverage: setup-dev
	@$(PYTEST) -m "not slow" --cov --cov-report=term --cov-report=html:build/coverage

docs: setup-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: setup-dev
	@$(BIN)/python benchmarks/run.py

fuzz: setup-dev
	@{ uv pip install --quiet --python $(BIN)/python --target build/fuzz/packages --require-hashes -r fuzz/requirements.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/fuzz/packages --upgrade \
	    --require-hashes -r fuzz/requirements.txt; } || echo "atheris cannot be installed here: inputs are random" >&2
	@PYTHONPATH=build/fuzz/packages $(BIN)/python fuzz/run.py --seconds 60

calibration: setup-dev
	@PYTHONPATH=. $(BIN)/python -m training.calibration --names $(DATA) $(if $(CORRECTIONS),--corrections $(CORRECTIONS))

findings: setup-dev
	@PYTHONPATH=src:. $(BIN)/python -m training.findings $(ROOTS)

train: setup-dev
	@uv pip install --quiet --python $(BIN)/python --target build/train python-crfsuite==0.9.12 \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/train --upgrade python-crfsuite==0.9.12
	@PYTHONPATH=.:build/train OMP_NUM_THREADS=1 $(BIN)/python -m training.train --names $(DATA) --crossner $(CROSSNER) \
	  --vectors-ja $(VECTORS_JA) --vectors-en $(VECTORS_EN) --out src/aisi_ingest/tagging/learned/data \
	  $(if $(CORRECTIONS),--corrections $(CORRECTIONS))

lock:
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dask --group dev --group docs --constraint requirements.lock pyproject.toml \
	  --output-file requirements-dev.lock
	echo uv | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --output-file requirements-uv.lock -

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.lock pyproject.toml install.sh
	@PYTHON="$(PYTHON)" sh install.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml install.sh
	@PYTHON="$(PYTHON)" sh install.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.ready

clean:
	rm -rf $(VENV) processed/demo build dist .pytest_cache .mypy_cache .ruff_cache .coverage .coverage.*
