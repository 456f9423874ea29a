# make serve       start the site on http://127.0.0.1:8000; PORT=8001 for another port, LISTEN=0.0.0.0 for all addresses
# make dev         the same for who edits it: what is edited is there at the next reload, an error shows its traceback
# make instructor  make an account that teaches: it creates courses and edits the catalog
# make administrator  make an account that may do everything
# make test        every check there is
# make test-postgresql  the tests on PostgreSQL, without the browser; TESTS=tests/catalog for some of them
# make bench       what it costs, measured; beside mlsysim where that can do the same
# make evidence    how far laws and walls are from figures that others measured
# make accuracy    write the figures of the accuracy page anew
# make load        saves and readers, 300 students at sliders, and a class of 300, on SQLite and on PostgreSQL
# make fuzz        hostile requests to every address, form and import, on SQLite and on PostgreSQL; FUZZ=--reads=600 for fewer
# make kills       the site killed twenty times under load, with a backup and its restoration, on both databases
# make updates     the processor time of an update of every page, and where it goes
# make docs        the documentation as a site in var/docs
# make lock        the versions and hashes of every package, anew from requirements*.in
# make screenshots every page on desktop, phone and projector, light and dark, into var/screenshots;
#                  and those of the instructor guide
#
# The first time they install what is pinned into .venv; after that nothing is fetched. State lives in var/.

# Directories and files for test-postgresql, and options of fuzz.
TESTS ?= tests
FUZZ ?=
PORT ?= 8000
LISTEN ?= 127.0.0.1
# First those for which PostgreSQL, which the tests need, is a package; of each, one that can make an environment.
PYTHONS := python3.12 python3.11 python3.13 python3.14 python3
PYTHON ?= $(shell for modules in sys,ensurepip,venv sys; do for python in $(PYTHONS); do \
	$$python -c "import $$modules; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$python && exit; done; done)
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
MANAGE := .venv/bin/python manage.py
# Whatever the shell has: the settings of development are those of `make dev` alone.
export DJANGO_SETTINGS_MODULE := mlsysweb.settings
# Tests and benchmarks start hundreds of processes; without compiled files each takes a quarter longer to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve dev instructor administrator test test-postgresql bench evidence accuracy load fuzz kills updates docs lock \
	screenshots missing
.DELETE_ON_ERROR:

serve: var/.static var/.database
	@exec .venv/bin/python -m mlsysweb.serve --host $(LISTEN) --port $(PORT)

dev: .venv/.run var/.database
	@$(MANAGE) runserver --settings mlsysweb.settings_dev --nostatic $(PORT)

instructor: var/.database
	@$(MANAGE) create_account instructor "catalog editor"

administrator: var/.database
	@$(MANAGE) create_account administrator

test: .venv/.dev var/.static
	.venv/bin/python tests/browser/chromium.py
	.venv/bin/python tests/postgresql.py
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	$(MANAGE) makemigrations --check --dry-run
	.venv/bin/python -m pytest --quiet --numprocesses 2 --dist loadfile

test-postgresql: .venv/.dev var/.static
	@.venv/bin/python tests/postgresql.py
	.venv/bin/python tests/postgresql.py pytest --quiet --numprocesses 2 --dist loadfile --ignore tests/browser $(TESTS)

bench: .venv/.dev var/.static var/.database
	@.venv/bin/python tests/browser/chromium.py
	@.venv/bin/python -m tests.bench

evidence: .venv/.dev
	@.venv/bin/python -m tests.evidence

accuracy: .venv/.dev
	@.venv/bin/python -m tests.evidence --publish

load: .venv/.dev var/.static
	@.venv/bin/python tests/postgresql.py
	@.venv/bin/python -m tests.load

fuzz: .venv/.dev var/.static
	@.venv/bin/python tests/postgresql.py
	@.venv/bin/python -m tests.load.fuzz $(FUZZ)

kills: .venv/.dev var/.static
	@.venv/bin/python tests/postgresql.py
	@.venv/bin/python -m tests.load.kills

updates: .venv/.dev var/.static var/.database
	@.venv/bin/python -m tests.load.updates

screenshots: .venv/.dev var/.static var/.database
	@.venv/bin/python tests/browser/chromium.py
	@.venv/bin/python -m tests.browser.screenshots
	@.venv/bin/python -m tests.browser.guide_pictures

# Strict: a link that leads nowhere is an error.
docs: .venv/.docs
	@.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going --doctree-dir var/cache/docs docs var/docs
	@echo var/docs/index.html

# A folder left by an interrupted or failed creation has a python but no pip, hence the test for pip.
.venv/.run: requirements.txt
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || { \
		test -n "$(PYTHON)" || { echo "This needs Python 3.11 or later, and there is none in the path. Have one elsewhere?" \
			"make PYTHON=/path/to/python3"; exit 1; }; \
		$(PYTHON) -m venv --clear .venv || { echo "$(PYTHON) cannot make a virtual environment." \
			"On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; }
	@echo "Installing what the site runs on into .venv"
	@$(PIP) -r requirements.txt
	@touch $@

# What DASK_SCHEDULER needs, on the site and on every worker.
.venv/.cluster: requirements-cluster.txt .venv/.run
	@echo "Installing what spreads searches over a cluster into .venv"
	@$(PIP) -r requirements.txt -r requirements-cluster.txt
	@touch $@

.venv/.docs: requirements-docs.txt .venv/.run
	@echo "Installing what builds the documentation into .venv"
	@$(PIP) -r requirements-docs.txt
	@touch $@

.venv/.dev: requirements-parquet.txt requirements-cluster.txt requirements-docs.txt requirements-dev.txt .venv/.run
	@echo "Installing what the tests need into .venv"
	@$(PIP) $(patsubst %,-r %,$(filter %.txt,$^))
	@touch $@

# The locked versions stay unless an input asks for others. For Python 3.11 and later, every machine's wheels.
lock:
	@$(PYTHON) -m venv var/cache/lock
	@var/cache/lock/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	@for each in requirements requirements-parquet requirements-cluster requirements-dev requirements-docs; do \
		var/cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command "make lock" $$each.in --output-file $$each.txt || exit 1; done

# The folders are prerequisites as well as the files: one removed counts as a change.
var/.static: .venv/.run $(shell find static)
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@touch $@

# Django takes a second to find that nothing has changed; make sees it from the files. A database removed is made anew.
var/.database: .venv/.run $(shell find catalog mlsysweb solvers/shipped -name '*.py' -path '*/migrations/*' -o -path 'catalog/*.py' \
		-o -path 'solvers/shipped/*') $(if $(wildcard var/db.sqlite3),,missing)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_catalog
	@touch $@
