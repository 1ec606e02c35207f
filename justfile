# Tasks of developers: `just --list`. CI runs `.ci/run`.
python := ".venv/bin/python"

# set up the environment with the pinned dependencies
setup:
    python3 -m venv .venv
    .venv/bin/pip install -q -r ci/requirements-dev.txt
    .venv/bin/pip install -q --no-deps --no-build-isolation -e .

# run the fast tests, or the tests that are named
test *ARGS:
    {{python}} -m pytest {{ARGS}}

# run the slow tests: wheels, environments, hundreds of repositories
slow:
    {{python}} -m pytest -m slow

# check style and types
lint:
    {{python}} -m ruff check
    {{python}} -m ruff format --check
    {{python}} -m mypy

# write style
format:
    {{python}} -m ruff check --fix
    {{python}} -m ruff format

# write the expectations of a rule's fixtures, of all without a slug, and the generated pages
accept *SLUGS:
    {{python}} -m tools.accept {{SLUGS}}

# write the index of the rules, so that a checkout starts as fast as a built package
index:
    {{python}} -m tools.index

# measure what runs cost
benchmark *ARGS:
    {{python}} -m tests.benchmarks {{ARGS}}

# look for input that breaks anything
fuzz MINUTES="5":
    {{python}} -m tests.fuzz --minutes {{MINUTES}}

# pin the dependencies again
lock:
    tools/lock.sh

# everything that CI does, in empty environments
ci:
    .ci/run
