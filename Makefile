# Two commands do it all on a fresh machine with Python 3.11+ and make:
#   make assess   the main job on the embedded pack: an edition in out/
#   make test     the tests
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock"

.PHONY: assess test slow browser check docs data history bench lock clean

assess: $(READY)
	$(BIN)/kaname assess --out out

test: $(READY)
	$(BIN)/pytest -n 2

slow: $(READY)
	$(BIN)/pytest -m slow

browser: $(READY)
	$(BIN)/pytest -m browser

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/zensical build --strict

# The embedded data, again from their carriers (see SOURCES.md).
data: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/requirements.lock
	$(BIN)/python tools/build_japan.py $(FROM)

# docs/validation.md: past events run and set beside what was published (bench/history; needs WIOD 2010, see there).
history: $(READY)
	$(BIN)/python -m bench.history

# All works beside their peers, or one: make bench ONLY=name. The peers (some copyleft) stay out of the package.
bench: .venv/.bench
	$(BIN)/python -m bench $(ONLY)

.venv/.bench: bench/requirements.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.lock
	touch $@

# Needs uv; the lock holds hashes and no addresses.
lock:
	$(COMPILE) --extra dev --extra docs --extra ensemble --extra cluster --extra names -o requirements.lock
	$(COMPILE) --extra build -o tools/requirements.lock
	$(COMPILE) --extra bench -o bench/requirements.lock -c requirements.lock

$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	# a short run of the main job compiles the model's loops once, so that no later run waits for it
	$(BIN)/kaname assess --days 30 --out .venv/first > /dev/null
	touch $@

clean:
	rm -rf .venv out site dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
