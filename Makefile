# Two commands: `make figures` runs every experiment, `make test` runs the tests.
# Both create .venv first; they install into it again only if pyproject.toml has changed.

PYTHON ?= python3
# Arguments for the experiments, such as ARGS="black_box_heart --seed 3".
ARGS ?=

VENV = .venv
IN = $(VENV)/bin/python
INSTALL = $(IN) -m pip install --quiet --disable-pip-version-check

.PHONY: figures quick report test lint clean
.NOTPARALLEL:

figures: $(VENV)/with-figures
	$(IN) -m experiments $(ARGS)

quick: $(VENV)/with-figures
	$(IN) -m experiments --quick $(ARGS)

report: $(VENV)/with-figures
	$(IN) -m jaxnn explain heart --out figures/heart_report

test: $(VENV)/with-test
	$(IN) -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: $(VENV)/with-lint
	$(IN) -m ruff check .
	$(IN) -m pyright --pythonpath $(IN)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist figures/quick figures/results

$(VENV)/with-figures: pyproject.toml $(VENV)/made
	@echo "installing the requirements of the experiments into $(VENV)"
	$(INSTALL) -e ".[sklearn]"
	@touch $@

$(VENV)/with-test: pyproject.toml $(VENV)/made
	@echo "installing the requirements of the tests into $(VENV)"
	$(INSTALL) -e ".[sklearn,test]"
	@touch $@

$(VENV)/with-lint: pyproject.toml $(VENV)/made
	@echo "installing the requirements of lint and type checks into $(VENV)"
	$(INSTALL) -e ".[sklearn,test,lint]"
	@touch $@

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is missing or older than 3.11; name a newer one: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) has no venv; install it (Debian, Ubuntu: apt install python3-venv)" >&2; \
	  exit 1; }
	@touch $@
