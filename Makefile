# The README's two commands are `make book` and `make test`. Everything else they need is made on the way.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NOTEBOOKS := $(wildcard book/*.ipynb)
PYTHON ?= python3
export PYTHONHASHSEED := 0
# The work is spread over processes: threads of the linear algebra library would only wait for each other.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help book html notebooks index test lint unit nbval mutants lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "noisac needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

book: $(STAMP) ## execute every notebook and render _build/html/index.html
	$(BIN)/jupyter-book build . --all -W -n --keep-going

html: $(STAMP) ## render the stored outputs without executing anything
	sed 's/execute_notebooks: force/execute_notebooks: "off"/' _config.yml > _config_stored.yml
	$(BIN)/jupyter-book build . --config _config_stored.yml -W -n --keep-going

notebooks: $(STAMP) ## execute every notebook in place, from a fresh kernel
	$(BIN)/python book/_ext/execute_notebooks.py $(NOTEBOOKS)

index: $(STAMP) ## write the equation index from the marks in chapters, code and tests
	$(BIN)/python book/_ext/equation_index.py

test: lint unit nbval ## lint, type-check, unit and property tests, and every notebook against its stored outputs

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(STAMP) ## unit and property tests, doctests
	$(BIN)/python -m pytest -n 2 --dist loadfile --doctest-modules noisac tests

nbval: $(STAMP) ## strict nbval on every notebook
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval book

mutants: $(STAMP) ## mutation testing of all modules, which takes hours, or of some: MODULES="bounds arrays"
	$(BIN)/python -c "import coverage, mutmut" || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e .[mutants]
	nice -n 19 $(BIN)/python -m tests.mutants.run $(MODULES)

lock: ## resolve the dependencies anew (needs uv); the groups bench and mutants stay out
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra book --extra cluster --extra test --python-version 3.11 pyproject.toml -o requirements.lock

clean: ## remove what was built, the virtual environment included
	rm -rf _build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
