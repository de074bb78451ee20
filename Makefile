# Tagloop: `make up` is all that a new user needs. `make help` lists the rest.
PORT ?= 8080
DATA ?= ./data

VENV := .venv
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench
CLIENTS := .venv-clients
CLIENTS_STAMP := $(CLIENTS)/.installed
PYTHONS := $(PYTHON) python3.11 python3.12 python3 python3.13 python3.14
# Running it is the only proof: version managers put commands on PATH that do not work.
IS_USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
OLDEST_PYTHON := 3.11
PIP_INSTALL := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
# The lock files are complete: what they do not name is not installed. Only a CUDA build of torch
# brings packages of its own along.
INSTALL := $(PIP_INSTALL) --no-deps

.PHONY: help up test lint audit bench bench-gpu chaos screenshots clients install lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make up [PORT=8080] [DATA=./data]   start everything on this machine; Ctrl-C stops it'
	@echo 'make test [PYTEST=-x]               run every test; PYTEST: options for pytest'
	@echo 'make lint                           check style and types'
	@echo 'make audit                          look for known vulnerabilities in what is installed'
	@echo 'make bench [BENCH=--quick]          measure speed beside other programs; IMAGES=folder'
	@echo 'make bench-gpu                      measure a GPU in a few minutes; writes gpu.json'
	@echo 'make chaos [FAULTS=200] [SEED=n]    kill everything again and again; MINUTES=n ends it early'
	@echo 'make screenshots [IMAGES=folder]    take the pictures of the page in docs/page'
	@echo 'make clients                        install the vendors'"'"' clients that some tests run'
	@echo 'make install                        only make .venv and install into it'
	@echo 'make lock                           compile the lock files from pyproject.toml'
	@echo 'make clean                          remove .venv and caches, never the data'

# exec: Ctrl-C reaches one process, and its exit status is that of `make up`.
up: $(STAMP)
	@exec $(VENV)/bin/tagloop up --port '$(PORT)' --data '$(DATA)'

# Unit and integration tests share the cores: each process has a Postgres and a Redis of its own. What
# drives whole stacks has the machine to itself, since it promises times.
test: $(STAMP)
	@$(VENV)/bin/pytest $(PYTEST) --numprocesses logical --maxprocesses 8 --dist loadfile \
	  tests/unit tests/integration; parts=$$?; \
	$(VENV)/bin/pytest $(PYTEST) tests/acceptance tests/browser tests/chaos && exit $$parts

lint: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/hadolint deploy/docker/Dockerfile
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# Asks PyPI about every locked version.
audit: $(STAMP)
	$(VENV)/bin/pip-audit --disable-pip --require-hashes --requirement requirements.lock
	$(VENV)/bin/pip-audit --disable-pip --no-deps --requirement requirements-torch.lock

bench: $(BENCH_STAMP)
	$(VENV)/bin/python -m bench $(BENCH)

bench-gpu: $(BENCH_STAMP)
	$(VENV)/bin/python -m bench.networks.gpu $(GPU)

chaos: $(STAMP)
	$(VENV)/bin/python -m tests.chaos $(if $(FAULTS),--faults '$(FAULTS)') \
	  $(if $(SEED),--seed '$(SEED)') $(if $(MINUTES),--minutes '$(MINUTES)')

screenshots: $(STAMP)
	$(VENV)/bin/python -m tests.browser.screenshots $(if $(IMAGES),--images '$(IMAGES)' --out /tmp)

install: $(STAMP)

clients: $(CLIENTS_STAMP)

# Everything comes from the lock file, the build of the project itself included.
$(STAMP): requirements.lock requirements-torch.lock pyproject.toml
	@$(VENV)/bin/python -c '$(IS_USABLE)' 2>/dev/null || { \
	  for python in $(PYTHONS); do \
	    if $$python -c '$(IS_USABLE)' 2>/dev/null; then \
	      exec $$python -m venv --clear $(VENV); \
	    fi; \
	  done; \
	  echo 'Tagloop needs Python 3.11 or later with its venv module; install it (Debian:' \
	    'apt-get install python3 python3-venv) or name one: make up PYTHON=/path/to/python3.12' >&2; \
	  exit 1; }
	@echo 'Installing into $(VENV): about 2 GB, a minute or more…'
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) -r requirements-torch.lock
	@$(INSTALL) --no-build-isolation --editable .
	@$(VENV)/bin/python -m services.worker.backbone.convert
	@touch $@

# What the benchmark compares with is installed only for it.
$(BENCH_STAMP): requirements-bench.lock $(STAMP)
	@$(INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@

# The vendors' own clients, whose packages are none of ours. AWS' SDK for JavaScript where npm is.
$(CLIENTS_STAMP): tests/clients/requirements.lock tests/clients/package-lock.json $(STAMP)
	@$(VENV)/bin/uv venv --quiet --clear --python $(VENV)/bin/python $(CLIENTS)
	@$(VENV)/bin/uv pip install --quiet --python $(CLIENTS)/bin/python --require-hashes \
	  -r tests/clients/requirements.lock
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/clients --no-audit --no-fund --loglevel error; \
	fi
	@touch $@

# torch and torchvision have a lock of their own, without hashes: PyPI, PyTorch's index of CPU builds
# and a mirror have different files of the same version. Everything else is held to its hashes.
COMPILE := $(VENV)/bin/uv pip compile --quiet pyproject.toml --universal \
  --python-version $(OLDEST_PYTHON) --no-annotate --custom-compile-command 'make lock' --generate-hashes \
  --constraint requirements-torch.lock --no-emit-package torch --no-emit-package torchvision

lock: $(STAMP)
	$(COMPILE) --extra worker --extra text --extra local --extra tracing --extra test --extra build \
	  --output-file requirements.lock
	$(COMPILE) --extra tracing --extra build --constraint requirements.lock \
	  --output-file requirements-web.lock
	$(COMPILE) --extra worker --extra tracing --extra build --constraint requirements.lock \
	  --output-file requirements-worker.lock
	$(COMPILE) --extra bench --constraint requirements.lock \
	  --output-file requirements-bench.lock
	$(VENV)/bin/uv pip compile --quiet tests/clients/requirements.in --universal \
	  --python-version $(OLDEST_PYTHON) --no-annotate --custom-compile-command 'make lock' \
	  --generate-hashes --output-file tests/clients/requirements.lock

clean:
	rm -rf $(CLIENTS) tests/clients/node_modules
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
