# Two commands on a fresh machine (Python 3.11 and make): `make demo` and `make test`.
# Each makes .venv by itself from the hash-pinned lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find data features training scoring app -name '*.py' -o -name '*.toml' -o -name '*.csv' -o -name '*.sql' | sort)
STAMP := $(VENV)/.dependencies
# what only tests, checks, benchmarks and the documentation need: `make demo` does without
DEV := $(VENV)/.dependencies-dev
SPARK := $(VENV)/.dependencies-spark
# the editable install links file by file: a new, moved or renamed file means installing again
LAYOUT := $(VENV)/.layout-$(shell printf '%s\n' $(SOURCES) | sha256sum | cut -c1-16)

export PYTHONHASHSEED := 0
export MLFLOW_DISABLE_TELEMETRY := true
export MPLBACKEND := Agg

.PHONY: help install demo test test-fast check format lock bench study messages test-spark growth torture docs sbom clean
help:
	@echo "make demo     the whole job on a made-up state; says where each result lies"
	@echo "make test     all tests and doctests"
	@echo "make test-spark  the feature SQL on Spark, held against DuckDB (installs PySpark; needs Java 17)"
	@echo "make study    the ranking on 80 made-up states with known truth, into docs/study.md (10 to 15 minutes on two free cores)"
	@echo "make check    ruff, mypy --strict, numpydoc, doctests, import order"
	@echo "make bench    how long things take, as ratios of one run on a made-up state (SIZE=small: under two minutes)"
	@echo "make growth   time and memory of one, two, four and eight times a state, into docs/growth.csv and .png"
	@echo "make torture  every promise of SECURITY.md tried thousands of times, in one table (an hour or two)"
	@echo "make docs     reference pages from the code, then the site, into build/site"
	@echo "make sbom     software bill of materials, into build/sbom.json, and known faults of the pins"
	@echo "make format   let ruff format the code"
	@echo "make messages collect the page's texts for translation into Hindi; says which lack one"
	@echo "make lock     pin all dependencies again, with hashes (needs uv)"
	@echo "make clean    remove .venv and build products"

$(STAMP): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "khaka needs Python 3.11 or newer as '$(PYTHON)'; else: make PYTHON=/where/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "khaka needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 1; }
	@echo "Installing the pinned dependencies into $(VENV) (a few minutes, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV): $(STAMP) requirements-dev.lock
	@echo "Installing what the tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# in a folder of its own: pandera imports PySpark wherever it finds it
$(SPARK): $(DEV) requirements-spark.lock
	@echo "Installing PySpark (large) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --require-hashes --upgrade --target $(VENV)/spark -r requirements-spark.lock
	@touch $@

$(LAYOUT): $(STAMP) pyproject.toml
	@rm -f $(VENV)/.layout-*
	@rm -rf build
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

install: $(LAYOUT)

demo: $(LAYOUT)
	@$(BIN)/khaka demo --workspace demo-workspace

test: $(DEV) $(LAYOUT)
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-spark: $(DEV) $(LAYOUT)
	@if command -v java >/dev/null; then $(MAKE) --no-print-directory $(SPARK) && PYTHONPATH=$(VENV)/spark $(BIN)/python -m pytest tests/spark -o filterwarnings=default; \
	else echo "Spark needs Java 17: no java on this machine, its tests are skipped"; fi

test-fast: $(DEV) $(LAYOUT)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not real"

check: $(DEV) $(LAYOUT)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy -p khaka
	@$(BIN)/python -m pytest -n 2 tests/test_house.py tests/test_docstrings.py

study: $(LAYOUT)
	@$(BIN)/khaka study --seeds 10 --seats 60 --jobs 2 --out docs

format: $(DEV) $(LAYOUT)
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

LOCK := uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11
lock:
	$(LOCK) --upgrade --output-file requirements.lock pyproject.toml
	$(LOCK) --extra dev --constraint requirements.lock --output-file build-full.lock pyproject.toml
	$(PYTHON) tests/lock_difference.py build-full.lock requirements.lock > requirements-dev.lock
	printf 'pyspark>=4.0\n' | $(LOCK) --constraint requirements-dev.lock --output-file requirements-spark.lock -
	rm build-full.lock

SIZE := state
bench: $(DEV) $(LAYOUT)
	@$(BIN)/python tests/benchmarks/run.py --size $(SIZE)
	@$(BIN)/python tests/benchmarks/places.py $(if $(filter small,$(SIZE)),1,3)

messages: $(DEV) $(LAYOUT)
	@$(BIN)/python tests/app/review/messages.py

growth: $(DEV) $(LAYOUT)
	@$(BIN)/python tests/benchmarks/growth.py

torture: $(DEV) $(LAYOUT)
	@$(BIN)/python tests/torture/run.py --out docs

docs: $(DEV) $(LAYOUT)
	@$(BIN)/python -m khaka.app.reference docs/reference
	@$(BIN)/mkdocs build --strict
	@echo "build/site/index.html"

sbom: $(DEV)
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-format JSON --output-file build/sbom.json
	@echo "build/sbom.json"
	@$(BIN)/python tests/known_faults.py requirements.lock || test $$? -eq 3

clean:
	rm -rf $(VENV) build *.egg-info demo-workspace
