# Two commands are all that is needed: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo test town load check pictures lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## set up and play a day of コンビニ交付: sheets as PDF and PNG in out/
	@.ci/setup demo
	@$(PYTHON) -m load_tests.demo --out out

test: ## set up, check and test everything, with real PostgreSQL, Redis, PC/SC and IPP
	@.ci/setup test
	@$(MAKE) --no-print-directory check
	@.ci/tests

town: ## leave the demo's town running and print the addresses to open
	@.ci/setup demo
	@$(PYTHON) -m load_tests.demo --stay

load: ## a first load run: every PDF's text is checked against the resident who asked
	@.ci/setup demo
	@$(PYTHON) -m load_tests.run --out out/load

check: ## ruff, mypy strict, dependency direction, lock file
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache

pictures: ## draw the pictures of docs/ anew
	@.ci/setup demo
	@$(PYTHON) -m certificates.pdf.samples --out docs/pictures

lock: ## pin every dependency with its hashes
	@$(PYTHON) -m piptools compile -q --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --extra dev -o requirements.lock pyproject.toml
	@$(PYTHON) -m piptools compile -q --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options -o requirements-pcsc.lock .ci/pcsc.in

clean: ## remove what was made here
	rm -rf .venv out var .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
