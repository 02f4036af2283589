# Yaad: every command a person needs. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_WORKERS ?= 2
# by which the order of the tests is drawn: a commit is tested in one order wherever it is; `make check-long` draws others
ORDER ?= 3026934629
export PYTHONHASHSEED ?= 0
export OPENBLAS_NUM_THREADS ?= 1
# an environment that keeps no compiled form would have each process of a test compile the program anew
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install system demo demo-check test check check-long bench words clean

help:            ## list the commands
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/'

$(STAMP): requirements/all.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Yaad needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/all.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

install: $(STAMP) ## make .venv with the command `yaad`

system:          ## install the system packages that the tests need, where this account may
	bash scripts/system-packages.sh

demo: install    ## write the demo company, serve it, print the address; runs until Ctrl-C
	$(BIN)/yaad demo --serve

demo-check: install ## start the demo, open three pages in both languages, stop
	$(BIN)/python scripts/demo_check.py

check: install   ## lint, types, layers, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

test: install system ## everything a commit must pass
	$(MAKE) check
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder --randomly-seed=$(ORDER)

check-long: install system ## other examples of all laws, the full simulations, 1,000 killed imports and writers, 10,000 queries over PostgreSQL, a million rows through the pages, 50,000 requests of programs; results are kept under benchmarks/results
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder --hypothesis-profile=searching -m "not browser"
	YAAD_WIZARD_ROWS=1000000 $(BIN)/pytest tests/pages/test_wizard.py
	YAAD_API_EXAMPLES=650 $(BIN)/pytest tests/api/test_any_request.py
	YAAD_AGENT_EXAMPLES=5000 $(BIN)/pytest tests/faces/mcp/test_any_call.py
	YAAD_QUERIES=10000 $(BIN)/pytest tests/server/test_on_postgresql.py
	$(BIN)/python -m benchmarks.killed --moments 1000
	$(BIN)/python -m benchmarks.durable --moments 1000 --faults 60
	$(BIN)/python -m benchmarks.statistics --full && $(BIN)/python scripts/write_measured.py

bench: install   ## speed and memory against the bare scan and peers, kept under benchmarks/results
	$(BIN)/python -m benchmarks.speed && $(BIN)/python -m benchmarks.speed.customers && $(BIN)/python -m benchmarks.speed.draws && $(BIN)/python -m benchmarks.speed.rebuild && $(BIN)/python -m benchmarks.intake --keep && $(BIN)/python scripts/write_measured.py

words: install   ## compile the catalogues of words
	$(BIN)/python scripts/compile_words.py

clean:           ## remove what can be made again
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
