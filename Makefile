# Everything a person or CI does with this checkout. Each target prepares what it needs and leaves alone what is already there.

PORT ?= 8000
UV_VERSION := 0.13.9

# The first Python that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv/bin/python
MANAGE := $(VENV) manage.py
LOCK := $(VENV) -m uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 --universal

# Many processes start, of which each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

# What any of these commands writes is for this user alone.
.SHELLFLAGS = -c 'umask 077; eval "$$1"' make

# Production from the start: whoever develops says DEBUG=1 to manage.py itself.
export DEBUG := 0

SERVER = $(MANAGE) serve --port $(PORT)

# Where the tools of the tests are installed they stay, so that run and test don't undo each other's work.
SYNCED := $(if $(filter test test-all lint,$(MAKECMDGOALS))$(wildcard .venv/.synced-dev),.venv/.synced-dev,.venv/.synced)

# The demonstration's own database, never that of an office.
DEMO := sqlite:///$(CURDIR)/.local/demo.sqlite3
OPEN := 打开 http://127.0.0.1:$(PORT)/ 即可使用；按 Ctrl+C 停止。

.PHONY: setup help run serve test test-all daily lint lock audit clean python private port demo browser FORCE
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SILENT:

setup: private $(SYNCED) build/assets.json .local/secret_key .local/field_keys  ## prepare the environment, the assets and the keys

help:  ## list these targets
	sed -n 's/^\([a-z][a-z-]*\):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

run: demo port setup build/collected/staticfiles.json  ## show the sample district in a database of its own; PORT=8001 takes another port
	DATABASE_URL='$(DEMO)' $(MANAGE) migrate --no-input --verbosity 0
	DATABASE_URL='$(DEMO)' $(MANAGE) load_sample_year
	echo '$(OPEN)'
	export DATABASE_URL='$(DEMO)'; exec $(SERVER)

serve: port setup build/collected/staticfiles.json  ## serve the office's own database, that of DATABASE_URL
	$(MANAGE) prepare_database
	test -z "$$OWNER_DATABASE_URL" || env -u OWNER_DATABASE_URL $(MANAGE) database_roles --check
	echo '$(OPEN)'
	exec env -u OWNER_DATABASE_URL $(SERVER)

test: lint setup browser  ## lint, then a day's tests on SQLite and PostgreSQL
	$(call on_both_databases,)

# Everything on both databases, exhaustively and in any order; every planted fault; other days; another place.
test-all: lint setup browser  ## everything before a release; some two hours
	$(call on_both_databases,--full --random-order)
	$(VENV) -m benchmarks.faults
	for day in "$$(date +%Y)-12-31 23:50" 2028-02-29 2028-05-05 2031-06-01; do \
		echo "== $$day"; .ci/at "$$day +0800" $(MAKE) daily || exit 1; done
	.ci/elsewhere

daily:  ## what make test runs, without lint
	$(call on_both_databases,)

sqlite_tests = $(VENV) -m pytest -p no:cacheprovider --database sqlite --beside build/taken $(1)

# Both databases at once, SQLite in two processes, and in a third once PostgreSQL is done, as browsers wait now and then;
# what those beside say is shown when the first has ended, and last of all what failed in any of them.
define on_both_databases
	status=0; rm -rf build/taken build/*-tests.txt; \
	{ $(VENV) -m pytest -p no:cacheprovider --database postgresql $(1) > build/postgresql-tests.txt 2>&1 || status=1; \
		$(call sqlite_tests,$(1)) > build/third-sqlite-tests.txt 2>&1 || status=1; exit $$status; } & others=$$!; \
	$(call sqlite_tests,$(1)) > build/second-sqlite-tests.txt 2>&1 & second=$$!; \
	echo '== pytest, sqlite'; \
	{ $(VENV) -m pytest --database sqlite --beside build/taken $(1) 2>&1 || echo 'FAILED'; } | tee build/first-sqlite-tests.txt; \
	for process in $$second $$others; do wait $$process || status=1; done; \
	for tests in second-sqlite third-sqlite postgresql; do echo "== pytest, $$tests"; cat build/$$tests-tests.txt; done; \
	! grep -E '^(FAILED|ERROR|Far over)' build/*-tests.txt || status=1; \
	exit $$status
endef

# The checks of Django run on a database in memory and, as in production, behind HTTPS.
lint: private $(SYNCED) build/assets.json .local/secret_key .local/field_keys  ## check style, imports, types, migrations and Django's settings
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	.venv/bin/lint-imports
	$(VENV) -m mypy
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	DATABASE_URL=sqlite://:memory: HTTPS=1 ALLOWED_HOSTS=localhost $(MANAGE) check --deploy --fail-level WARNING

# After a change in pyproject.toml or package.json. UPGRADE=1 takes the newest versions that they allow.
lock: .venv/bin/uv  ## write the locks anew after a change in pyproject.toml or package.json
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group dev -o requirements-dev.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group node -o requirements-node.txt
	npm $(if $(UPGRADE),update,install) --package-lock-only

# Exit code 1 where some are vulnerable, 3 where no source answered. ADVISORIES= takes another source.
audit: python  ## ask for known vulnerabilities of every locked package
	$(PYTHON) -m yl_district.advisories $(ADVISORIES)

clean:  ## remove what make made, but neither the database nor the keys
	rm -rf .venv build node_modules .local/node .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The folder was once made with the mode of any other; what is in it is looked at by whatever starts.
private: | python
	mkdir -p .local
	test -O .local || { \
		echo '$(CURDIR)/.local 属于另一个用户，可能曾以那个用户（例如 root）运行过 make，没有继续。' >&2; \
		echo "请改用那个用户运行，或由管理员把整个目录交给现在的用户：chown -R $$(id -u) '$(CURDIR)'" >&2; exit 1; }
	chmod 700 .local

python:
	test -n "$(PYTHON)" || { echo '需要 Python 3.11 或更高版本，请先安装。' >&2; exit 1; }

port: | python
	$(PYTHON) -c "import socket; socket.create_server(('127.0.0.1', $(PORT)))" 2>/dev/null || { \
		echo '端口 $(PORT) 已被占用或不可用。请停止占用它的程序，或改用其他端口，例如：make run PORT=8001' >&2; exit 1; }

# What stands before the @ of an address may be a password.
demo:
	test "$${DATABASE_URL:-$(DEMO)}" = '$(DEMO)' || { \
		echo "make run 只演示示例数据，使用自己的数据库 .local/demo.sqlite3；现在 DATABASE_URL 指向另一个数据库（$${DATABASE_URL##*@}），没有启动，也没有改动它。" >&2; \
		echo '启动本单位的系统请运行 make serve；要看演示请先运行 unset DATABASE_URL。' >&2; exit 1; }

.venv/bin/uv: | python
	echo '正在准备 Python 环境……'
	$(PYTHON) -m venv .venv || { echo '无法创建虚拟环境。Debian、Ubuntu 请先安装 python3-venv。' >&2; exit 1; }
	$(VENV) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: requirements.txt .venv/bin/uv
	echo '正在安装 Python 程序包……'
	$(VENV) -m uv pip sync --quiet --python $(VENV) --require-hashes $<
	touch $@

.venv/.synced-dev: requirements-dev.txt .venv/bin/uv
	echo '正在安装 Python 程序包和测试工具……'
	$(VENV) -m uv pip sync --quiet --python $(VENV) --require-hashes $<
	touch $@

# The script itself knows what is out of date, and leaves this file alone where nothing is.
build/assets.json: $(SYNCED) FORCE
	$(VENV) -m yl_district.assets

build/collected/staticfiles.json: build/assets.json yl_district/settings.py $(shell find yl_district/static -type f 2>/dev/null) \
		| .local/secret_key .local/field_keys
	$(MANAGE) collectstatic --clear --no-input --verbosity 0

.local/secret_key: | private
	$(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))' > $@

# The keys of what is encrypted at rest: without them the database is lost. See docs/keys.md.
.local/field_keys: | private $(SYNCED)
	$(VENV) -m yl_district.installation.new_keys $@

browser:
	.ci/browser
