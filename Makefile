# Needs Python 3.11 or newer with pip, and make. Another Python: make PYTHON=python3.13 publish
PYTHON ?= python3
BIN := .venv/bin
MINUTES ?= 60
SIZES ?= 10000 100000 1000000
ROUNDS ?= 3

.PHONY: help publish test proof fuzz soak growth bench conformance ckan vendor sbom audit notebook screenshots format clean

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

publish: .venv/ready ## check the data and write the site to site/
	$(BIN)/bynet --root . publish

# modules are compiled before the tests, which start thousands of processes, also where Python is told to keep nothing
test: .venv/ready .venv/spark ## prove the project right
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/bynet --root . format --check
	$(BIN)/bynet --root . check
	$(BIN)/python -m compileall -q publish
	$(BIN)/pytest --numprocesses=auto --dist=worksteal --cov

proof: .venv/ready ## run what proves SECURITY.md in full, and write its table
	$(BIN)/python tests/proof.py

fuzz: .venv/ready ## look for inputs that fail for MINUTES (60), grow the corpus, and write docs/fuzzing.md
	$(BIN)/python tests/fuzzing.py $(MINUTES) $(TARGETS)

soak: .venv/ready ## attack the endpoint for ten minutes, and write docs/soak.md
	$(BIN)/python tests/soak.py

growth: .venv/ready ## publish larger and larger sites, and write docs/growth.md
	$(BIN)/python tests/growth.py

bench: .venv/ready .venv-bench/ready ## measure bynet beside others at SIZES, ROUNDS times, and write docs/speed.md
	PYTHONPATH=tests $(BIN)/python -m bench --rounds $(ROUNDS) $(SIZES)

conformance: .venv/ready .venv-bench/ready ## ask bynet and others about the W3C's test suite of SHACL, and write docs/conformance.md
	PYTHONPATH=tests $(BIN)/python -m bench.conformance

ckan: .venv-ckan/ready ## install CKAN's own parser, which tests then read the catalogue with

vendor: .venv/ready ## fetch the libraries of pages again, and compare
	$(BIN)/python tests/vendor.py

sbom: .venv-audit/ready ## write the bill of materials of the release to dist/
	.venv-audit/bin/python tests/sbom.py

audit: .venv-audit/ready ## ask what is known against the packages in the lock file
	.venv-audit/bin/python tests/audit.py

notebook: .venv/ready ## execute docs/notebook.ipynb anew
	$(BIN)/python tests/notebooks.py

screenshots: .venv/ready ## take the pictures of the site in the README anew
	$(BIN)/python tests/screenshots.py

format: .venv/ready ## rewrite the code and the Turtle sources in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/bynet --root . format

clean: ## remove the environment, the site and everything else that make wrote
	rm -rf .venv .venv-audit .venv-bench .venv-ckan .bench .fuzz site dist .coverage* .mypy_cache .hypothesis .pytest_cache .ruff_cache

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bynet needs Python 3.11 or newer, not %s: name one with make PYTHON=..." % sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

# Apache Spark, into the same environment: some 900 MB that nothing but publishing with it needs. Its package is an archive of sources, which is built
# with what requirements.lock holds.
.venv/spark: .venv/ready tests/requirements-spark.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation --requirement tests/requirements-spark.txt
	@touch $@

# an environment of its own: what CKAN needs is no part of bynet, and other versions of the same packages
.venv-ckan/ready: tests/requirements-ckan.txt
	$(PYTHON) -m venv .venv-ckan
	.venv-ckan/bin/python -m pip install --quiet --require-hashes --requirement tests/requirements-ckan.txt
	@touch $@

# an environment of its own, for what is no part of bynet
.venv-audit/ready: tests/requirements-audit.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --require-hashes --requirement tests/requirements-audit.txt
	@touch $@

# an environment of its own, for the validators that bynet is measured beside
.venv-bench/ready: tests/bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --require-hashes --requirement tests/bench/requirements.txt
	@touch $@
