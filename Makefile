# Everything starts here: `make` lists the targets, `make run` shows Herald at work, `make test` proves it.
# The tools live in .venv, the local AWS in local/.venv: its Lambda workers must not find our tools by accident.

PYTHON  ?= python3.13
TIMES   ?= 20
DEV     := .venv
AWS     := local/.venv
CHECKOV := local/.checkov
AUDIT   := local/.audit

BIN     := $(CURDIR)/$(DEV)/bin
PIP     := -m pip --disable-pip-version-check install -q --require-hashes
UNIT    := $(BIN)/pytest -m "not stack" -n auto --dist loadfile --no-loadscope-reorder
SAM     := PATH="$(BIN):$$PATH" SAM_CLI_TELEMETRY=0 $(BIN)/sam
COMPILE := $(BIN)/uv pip compile -q --no-config --generate-hashes --universal --python-version 3.13 --no-header

.DEFAULT_GOAL := help
.PHONY: help setup run soak repeat coverage mutants test check audit bandit format docs build deploy lock clean python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV)/.done $(AWS)/.done ## Fill the two environments from the pinned, hashed requirements

run: setup ## Deploy to a local AWS, send one message of each kind, stay up until Ctrl-C
	@$(BIN)/python -m local.run $(ARGS)

test: check $(AWS)/.done ## Prove everything, the deployed stack included (what CI runs)
	$(BIN)/pytest tests -m stack

check: bandit $(DEV)/.done $(CHECKOV)/.done ## The quick proof: format, lint, types, imports, unit tests, template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=layers/herald/python $(BIN)/lint-imports
	$(UNIT)
	$(SAM) validate --lint
	$(BIN)/cfn-lint template.yaml
	$(CHECKOV)/bin/checkov --config-file .checkov.yaml

audit: $(AUDIT)/.done bandit ## Look for unsafe code and known vulnerabilities; list what the bundle is made of
	@mkdir -p .aws-sam
	$(AUDIT)/bin/cyclonedx-py requirements layers/dependencies/requirements.txt --output-reproducible \
	  -o .aws-sam/dependencies.cdx.json
	$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
	  -r layers/dependencies/requirements.txt $(patsubst %,-r %,$(wildcard requirements/*.txt)) || { \
	  echo "Not clean, or not audited: where it says 'could not be audited', the database was out of reach."; exit 1; }

bandit: $(AUDIT)/.done
	$(AUDIT)/bin/bandit -q -c pyproject.toml -r layers/herald functions cli

soak: setup ## The long proof: 10,000 random schedules, a great outage, then 30 minutes of load with faults
	HERALD_SCHEDULES=10000 HERALD_OUTAGE=2 HERALD_BODIES=200000 HERALD_REQUESTS=200 $(BIN)/pytest tests/test_schedules.py \
	  tests/test_outage.py tests/providers/test_any_bytes.py tests/test_generated_requests.py --timeout=0 -n auto --dist loadfile
	PYTHONPATH=layers/herald/python $(BIN)/python -m tests.soak $(ARGS)

repeat: $(DEV)/.done ## The unit tests, or ARGS, twenty times (TIMES) in random order, until one fails
	for number in $$(seq $(TIMES)); do \
	  $(UNIT) $(ARGS) || exit 1; done

coverage: $(DEV)/.done ## Which branches the unit tests reach; fails below 95 %, or 100 % of what decides
	$(UNIT) --cov --cov-report=term --cov-fail-under=95
	$(BIN)/coverage report --fail-under=100 --include="$$($(BIN)/python -m tests.mutants.guards)"

mutants: $(DEV)/.done ## Change what decides, in small ways, and see a test fail; fails below 85 %
	$(BIN)/python -m tests.mutants $(ARGS)

format: $(DEV)/.done ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(DEV)/.done ## Write the pages that are made from code, a run and test marks
	PYTHONPATH=layers/herald/python $(BIN)/python -m docs.generate
	PYTHONPATH=layers/herald/python $(BIN)/python -m tests.events
	PYTHONPATH=layers/herald/python $(BIN)/python -m tests.features
	PYTHONPATH=layers/herald/python $(BIN)/python -m tests.goals

build: $(DEV)/.done ## Build functions and layers into .aws-sam/build
	$(SAM) build

deploy: build ## Deploy to your AWS account; the first time: make deploy ARGS=--guided
	$(SAM) deploy $(ARGS)

lock: $(DEV)/.done ## Compile the requirements anew, all to the newest versions that fit together
	cd requirements && $(COMPILE) --upgrade uv.in -o uv.txt
	cd requirements && $(COMPILE) --upgrade dev.in -o dev.txt
	cd requirements && $(COMPILE) --upgrade ministack.in -o ministack.txt
	cd requirements && $(COMPILE) --upgrade checkov.in -o checkov.txt
	cd requirements && $(COMPILE) --upgrade audit.in -o audit.txt
	cd layers/dependencies && $(COMPILE) --upgrade -c ../../requirements/dev.txt requirements.in -o requirements.txt

clean: ## Remove what was built and installed
	rm -rf $(DEV) $(AWS) $(CHECKOV) $(AUDIT) local/.tmp .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || { \
	  echo "Herald needs Python 3.13; '$(PYTHON)' is not it. Try: make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make environments; on Debian and Ubuntu: apt install python3.13-venv"; exit 1; }

# uv is ten times faster but knows nothing of pip.conf: where it fails (a company mirror), plain pip takes over.
$(DEV)/.done: requirements/uv.txt requirements/dev.txt | python
	@echo "Installing the tools into $(DEV) …"
	@$(PYTHON) -m venv --clear $(DEV)
	@$(DEV)/bin/python $(PIP) -r requirements/uv.txt
	@$(DEV)/bin/uv pip install -q --python $(DEV) --require-hashes -r requirements/dev.txt \
	  || $(DEV)/bin/python $(PIP) -r requirements/dev.txt
	@touch $@

$(AWS)/.done: requirements/ministack.txt
$(CHECKOV)/.done: requirements/checkov.txt
$(AUDIT)/.done: requirements/audit.txt
$(AWS)/.done $(CHECKOV)/.done $(AUDIT)/.done: | $(DEV)/.done
	@echo "Installing $(<F:.txt=) into $(@D) …"
	@$(PYTHON) -m venv --clear $(@D)
	@$(DEV)/bin/uv pip install -q --python $(@D) --require-hashes -r $< \
	  || $(@D)/bin/python $(PIP) -r $<
	@touch $@
