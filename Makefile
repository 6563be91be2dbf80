# Two commands do everything: `make demo` and `make test`. Both make .venv first if it is missing or stale.
PYTHON ?= python3.11
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench

.PHONY: demo test test-browser lint bench bench-quality lock clean

demo: $(STAMP)
	$(BIN)/qztopics train
	$(BIN)/qztopics classify seeds/new --model default --output reports/default/new.csv
	@echo
	@echo "model    models/default"
	@echo "report   reports/default/index.html     (open in a browser)"
	@echo "rows     reports/default/rows.parquet   (what the report was made from)"
	@echo "new      reports/default/new.csv        (the new articles, one row per passage, opens in Excel)"

# On as many cores as there are, up to four; what a plain `pytest` runs one after another.
test: $(STAMP) lint
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# The report and the review page in Chromium, which .ci/run installs where it is missing.
test-browser: $(STAMP)
	$(BIN)/python -m pytest --override-ini="addopts=-q --strict-markers --import-mode=importlib" tests/browser

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Every figure of the classifier: `make bench-quality DATA=folder`, see benchmarks/README.md for the folder.
bench-quality: $(STAMP)
	$(BIN)/python benchmarks/quality.py --data $(DATA)
	$(BIN)/python benchmarks/suggest.py

# Every figure of speed and memory beside its goal, into benchmarks/RESULTS.md: `make bench DATA=folder`, on a machine with
# nothing else to do. Its one package more, tomotopy, joins .venv; all others are those of the lock.
bench: $(STAMP) $(BENCH_STAMP)
	$(BIN)/python benchmarks/all.py --data $(DATA)

$(BENCH_STAMP): $(STAMP) requirements/bench.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation -r requirements/bench.txt
	@touch $@

# jieba ships no wheel, so its one source distribution is built with the hashed tools of build.txt, not in isolation.
$(STAMP): requirements/lock.txt requirements/build.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Refresh the lock; needs uv, which nothing else here does.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet --output-file requirements/lock.txt
	uv pip compile pyproject.toml --extra bench --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet --constraint requirements/lock.txt --output-file requirements/bench.txt
	uv pip compile requirements/build.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet --output-file requirements/build.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
