# Everything sets itself up: the first target that needs the environment makes it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUBMISSION ?= solutions
WAITS := $(addprefix tests/,interleave harness sandbox/test_threads.py sandbox/test_worker_time.py submissions)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# One stamp for what grading needs, one for what developing needs; each follows its lock file.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q grader reports
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: grade
grade: $(VENV)/.runtime ## Grade SUBMISSION (default: solutions)
	@$(BIN)/grade $(SUBMISSION)

.PHONY: test
test: $(VENV)/.dev ## Run the tests
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

.PHONY: test-worker
test-worker: $(VENV)/.dev ## Run the tests of what leans on how Python itself waits; with PYTHON and VENV on another one
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(WAITS)

.PHONY: hostile
hostile: $(VENV)/.dev ## Run every hostile submission through the real command
	FULL=1 $(BIN)/python -m pytest tests/hostile

.PHONY: submissions
submissions: $(VENV)/.dev ## Grade every right and faulty submission of the corpus, and every wrong answer
	FULL=1 $(BIN)/python -m pytest tests/submissions/test_submissions.py tests/submissions/test_answers.py

.PHONY: check
check: $(VENV)/.dev ## Lint and type-check
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

.PHONY: format
format: $(VENV)/.dev ## Format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: lock
lock: ## Pin every dependency anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group dev --output-file requirements-dev.lock pyproject.toml

# The lesson: each example uses the server of infra-up where it runs, else one of its own.
.PHONY: examples
examples: example-1 example-2 example-3 example-4 example-5 example-6 example-7 ## Run all examples of the lesson

.PHONY: example-1 example-2 example-3 example-4 example-5 example-6 example-7
example-1 example-2 example-3 example-4 example-5 example-6 example-7: $(VENV)/.runtime
	@echo "== Example $(@:example-%=%)"
	@$(BIN)/python exercises/examples/0$(@:example-%=%)_*.py

.PHONY: infra-up
infra-up: $(VENV)/.runtime ## Start Valkey on localhost:6379 for the lesson
	@$(BIN)/python exercises/examples/infra.py up

.PHONY: infra-down
infra-down: $(VENV)/.runtime ## Stop it
	@$(BIN)/python exercises/examples/infra.py down

.PHONY: gold
gold: $(VENV)/.dev ## Write the tests' gold files anew; then look at the difference
	GOLD=write $(BIN)/python -m pytest -q tests -k gold
	git diff --stat -- tests

.PHONY: schema
schema: $(VENV)/.dev ## Write the JSON Schema of results.json anew
	$(BIN)/python schema/write.py

.PHONY: screenshots
screenshots: $(VENV)/.dev ## Take pictures of scorecards in Chromium, into screenshots/
	$(BIN)/python -m tests.reports.screenshots screenshots
	@echo Look at screenshots/

.PHONY: class
class: $(VENV)/.dev ## Kill a class run ten times, and a cluster's worker in mid-run, for real
	FULL=1 $(BIN)/python -m pytest tests/course tests/reports/class

.PHONY: bench-class
bench-class: $(VENV)/.dev ## Grade a generated class of COUNT (default: 200), then one by one, and compare
	$(BIN)/python -m tests.course.bench $(or $(COUNT),200)

.PHONY: bench
bench: $(VENV)/.dev ## Print what a grading costs, beside as many empty tests
	$(BIN)/python -m tests.bench $(RUNS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Feed the decoders random bytes for SECONDS (default: 60) each; needs atheris
	$(BIN)/python -m pip install --quiet "atheris>=3"
	$(BIN)/python -m tests.fuzz wire -max_total_time=$(or $(SECONDS),60) -max_len=4096 -timeout=5 -rss_limit_mb=1024
	$(BIN)/python -m tests.fuzz resp -max_total_time=$(or $(SECONDS),60) -max_len=4096 -timeout=5 -rss_limit_mb=1024

.PHONY: flaky
flaky: $(VENV)/.dev ## Grade the corpus RUNS times (default: 50) under load, or SAMPLE of it each time
	$(BIN)/python -m tests.flaky $(or $(RUNS),50) $(SAMPLE)

.PHONY: mutants
mutants: $(VENV)/.dev ## Change the solutions in small ways the suites must notice; all, or SAMPLE
	$(BIN)/python -m tests.mutants $(MODULE) $(SAMPLE)
