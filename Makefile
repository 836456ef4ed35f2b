# The README's two commands are `make book` and `make test`. Everything else they need is made on the way.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NOTEBOOKS := $(wildcard book/*.ipynb)
SOURCES := _config.yml _toc.yml $(shell find book noisac -type f -not -path '*/.*' -not -name '*.pyc')
EXECUTE := $(BIN)/python book/_ext/execute_notebooks.py
# One process for each core that may be used.
JOBS := $(shell nproc 2> /dev/null || getconf _NPROCESSORS_ONLN)
PYTHON ?= python3
export PYTHONHASHSEED := 0
# The installation compiles nothing ahead, so that each module is compiled once, by whoever needs it first.
unexport PYTHONDONTWRITEBYTECODE
# The work is spread over processes: threads of the linear algebra library would only wait for each other.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help book html offline pdf lab launch notebooks index test lint unit nbval nbval-live browser faults versions \
	kernels kernels-ci mutants release-check lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "noisac needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation -e .
	touch $@

book: $(STAMP) _config_executed.yml ## execute every notebook and render _build/html/index.html
	$(EXECUTE) --copies $(NOTEBOOKS)
	$(BIN)/jupyter-book build . --config _config_executed.yml --all -W -n --keep-going
	touch _build/html/index.html

_config_executed.yml: _config.yml
	sed 's|executed: ""|executed: _build/executed|' $< > $@

html: $(STAMP) ## render the stored outputs without executing anything
	$(BIN)/jupyter-book build . -W -n --keep-going
	touch _build/html/index.html

# Rendered by `make book` or `make html`, and again where a source has changed since.
_build/html/index.html: $(SOURCES) | $(STAMP)
	$(MAKE) html

offline: _build/html/index.html ## a copy, _build/offline/index.html, that needs no network (its scripts come by npm)
	$(BIN)/python book/_ext/offline.py _build/html _build/offline

pdf: $(STAMP) ## the stored outputs as _build/noisac.pdf, by XeLaTeX
	@for tool in xelatex latexmk xindy; do command -v $$tool > /dev/null \
		|| { echo "make pdf needs $$tool: README.md names the packages that have it" >&2; exit 1; }; done
	$(BIN)/jupyter-book build . --path-output _build/pdf_work --builder pdflatex -W -n --keep-going
	! grep -E 'Missing character|undefined|multiply defined' _build/pdf_work/_build/latex/book.log
	cp _build/pdf_work/_build/latex/book.pdf _build/noisac.pdf

lab: $(STAMP) ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=book

notebooks: $(STAMP) ## execute every notebook in place, from a fresh kernel
	$(EXECUTE) $(NOTEBOOKS)

index: $(STAMP) ## write the equation index from the marks in chapters, code and tests
	$(BIN)/python book/_ext/equation_index.py

launch: $(STAMP) ## give every notebook the cell that Colab needs, if _config.yml has the repository's address
	$(BIN)/python book/_ext/launch.py

test: lint unit nbval ## lint, type-check, unit and property tests, every notebook against its stored outputs
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadscope tests/browser

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(STAMP) ## unit and property tests, doctests
	$(BIN)/python -m pytest -p no:nbval -n $(JOBS) --dist loadfile --doctest-modules noisac book/noisac_book tests --ignore tests/browser

nbval: $(STAMP) ## strict nbval on every notebook, executed by `make book` or now, against its stored outputs
	$(EXECUTE) --stale $(NOTEBOOKS)
	$(BIN)/python -m pytest -p tests.nbval_replay --nbval-replay _build/executed book

nbval-live: $(STAMP) ## the same with kernels of nbval's own, for those who would rather not trust the copies
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --nbval \
		--nbval-cell-timeout 604800 --nbval-kernel-startup-timeout 604800 book

faults: $(STAMP) ## commands under full disks and signals, at many random sizes and moments
	NOISAC_FAULTS=1 $(BIN)/python -m pytest -p no:nbval -q -n $(JOBS) tests/faults

kernels: $(STAMP) ## unit and property tests under every kernel of OpenBLAS that this processor runs, one and two threads
	$(BIN)/python .ci/kernels.py $(ARGUMENTS)

kernels-ci: $(STAMP) ## those that rounding can reach, under two kernels other than the processor's own
	$(BIN)/python .ci/kernels.py --brief --only Prescott Haswell --other --threads 1 --simd on \
		--hypothesis-profile=quick

mutants: $(STAMP) ## mutation tests of the rooms in pyproject.toml (needs the group mutants); MUTANTS='noisac.model.*' for one
	$(BIN)/python -m mutmut run --max-children $(JOBS) $(if $(MUTANTS),'$(MUTANTS)')

versions: ## the tests with the lowest and the newest dependencies and every Python at hand (needs nox and uv)
	nox

release-check: $(STAMP) ## everything, from a clean clone to an installed wheel that runs every example
	$(PYTHON) .ci/release_check.py

browser: offline ## tests in a real browser, on the book that `make offline` builds; needs chromium and npm
	NOISAC_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadscope tests/browser

lock: ## resolve the dependencies anew (needs uv); the groups bench and mutants stay out
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra book --extra cluster --extra test --python-version 3.11 pyproject.toml -o requirements.lock

clean: ## remove what was built, the virtual environment included
	rm -rf _build .nox $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
