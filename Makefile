# Every task of the project. `make help` lists them. GNU make and Python 3.11 or newer are all
# that must be there before `make run`.

VENV   := .venv
PYTHON := $(VENV)/bin/python
FLASK  := $(VENV)/bin/flask --app app
SCALE  ?= 1
# Tests keep their databases in memory where they can: each waits for the disk at every commit.
SCRATCH := $(if $(wildcard /dev/shm/.),/dev/shm,$(or $(TMPDIR),/tmp))
AREA   ?=

# A stamp says that a step is done; it is older than what it was made from when it must be redone.
INSTALLED     := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_EXTRAS := $(VENV)/.installed-extras
ASSETS        := static/vendor/.stamp
SENTENCES     := $(wildcard translations/*/*/LC_MESSAGES/messages.po)
COMPILED      := $(SENTENCES:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help run setup extras test test-slow bench lint format seed messages screenshots

help: ## List these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: setup ## Start the site at http://127.0.0.1:8000 (HOST, PORT), set up and filled at the first start
	@exec $(FLASK) serve

setup: $(INSTALLED) $(ASSETS) $(COMPILED) ## Do all that a start needs, without starting

extras: $(INSTALLED_EXTRAS) ## Add what makes PDF and SPSS files (PDF needs Pango: apt install libpangoft2-1.0-0)

# What pytest makes of the tests' sentences is kept for the next run, whatever the shell says.
test: setup $(INSTALLED_DEV) ## Run every test but the long proofs
	@PYTHONDONTWRITEBYTECODE= TMPDIR=$(SCRATCH) $(PYTHON) -m pytest -m "not slow" -n 2 --dist loadgroup --no-loadscope-reorder

test-slow: setup $(INSTALLED_DEV) ## Run the long proofs, and those by chance with many more cases
	@$(PYTHON) -m pytest -m "slow or hypothesis" --hypothesis-profile=long

bench: setup $(INSTALLED_DEV) ## Measure the promised figures, one JSON object a line
	@$(PYTHON) -m tests.bench

lint: $(INSTALLED_DEV) ## Check style, formatting and types
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

format: $(INSTALLED_DEV) ## Put imports and formatting right
	@$(PYTHON) -m ruff check --select I --fix
	@$(PYTHON) -m ruff format

seed: setup ## Add demo content: make seed SCALE=10
	@$(FLASK) seed --scale $(SCALE)

messages: $(INSTALLED) ## Bring the language catalogues up to date and compile them (AREA=forum for one)
	@$(PYTHON) -m core.catalogues $(AREA)

screenshots: setup $(INSTALLED_DEV) ## Take the pictures in docs/screenshots (needs Chromium)
	@$(PYTHON) -m tests.browser.screenshots

$(PYTHON):
	@python=; \
	for name in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$name; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Dajiatan needs Python 3.11 or newer, and none is on the PATH." >&2; exit 1; \
	fi; \
	if command -v uv >/dev/null 2>&1; then \
		uv venv -q --python "$$python" $(VENV); \
	elif ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; \
	else \
		echo "Making the Python environment in $(VENV)"; \
		$$python -m venv $(VENV); \
	fi

# $(call install,requirements file)
define install
if command -v uv >/dev/null 2>&1; then \
	uv pip install -q --python $(PYTHON) -r $(1); \
else \
	$(PYTHON) -m pip install -q --disable-pip-version-check --no-compile -r $(1); \
fi
endef

$(INSTALLED): requirements.txt | $(PYTHON)
	@echo "Installing what the server needs"
	@$(call install,requirements.txt)
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	@echo "Installing what the checks need"
	@$(call install,requirements-dev.txt)
	@touch $@

$(INSTALLED_EXTRAS): requirements-extras.txt $(INSTALLED)
	@echo "Installing what makes PDF and SPSS files"
	@$(call install,requirements-extras.txt)
	@touch $@

$(ASSETS): static/package-lock.json core/vendor.py requirements-node.txt | $(INSTALLED)
	@$(PYTHON) -m core.vendor

# One run compiles every catalogue that is out of date; the others then find theirs done.
%.mo: %.po | $(INSTALLED)
	@test $@ -nt $< || $(PYTHON) -m core.catalogues --compile
