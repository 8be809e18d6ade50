# pgherald. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help demo test run bench chaos year shipped check format docs clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# The newest Python that will do; the check in the recipe says what to install if none does.
PYTHON := $(or $(PYTHON),$(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done))

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Watch some dozens of texts go from queued to delivered; sends nothing
	@$(BIN)/pgherald demo

test: $(READY) ## Run every test: pgTAP and pytest, on PostgreSQL 18, on 15 if it is here, and on DATABASE_URL if set
	@$(BIN)/python -m pytest

run: $(READY) ## Run the runner: at home with a simulated Twilio, or by DATABASE_URL and TWILIO_* if they are set
	@$(BIN)/pgherald run

bench: $(READY) ## Measure against other queues and bare SQL, and write docs/speed.md: takes half an hour; BENCH='--only drain'
	@$(BIN)/python bench --docs docs $(BENCH)

chaos: $(READY) ## Break everything while 10,000 texts go, and compare the books: takes ten minutes; CHAOS='--seed 7' adds options
	@$(BIN)/python bench/chaos.py $(CHAOS)

year: $(READY) ## Play a year of texts for 1,000 users in 40 zones and judge it; takes half an hour
	@$(BIN)/python runner/tests/year.py

shipped: $(READY) ## Write down what the migrations make, for doctor(): after a migration or a grant was added
	@$(BIN)/python runner/tests/shipped.py

check: $(READY) ## Lint and type-check everything
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar migrations sql/functions
	$(BIN)/python tools/lint_database.py
	$(BIN)/squawk --exclude=require-statement-timeout,prefer-bigint-over-int,prefer-text-field $(filter-out %.rollback.sql,$(wildcard migrations/*.sql))

format: $(READY) ## Format Python and SQL in place
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/sqlfluff fix --processes 0 --disable-progress-bar migrations sql/functions

docs: $(READY) ## Write from the database: the reference, who may do what, the tables and their states
	@$(BIN)/python tools/write_docs.py
	@$(BIN)/python tools/write_access.py

clean: ## Remove what was made here
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Debian and Ubuntu: apt install python3 python3-venv. macOS: brew install python@3.13" >&2; exit 1; }
	@echo "Installing into $(VENV) (once, a minute or so) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)
