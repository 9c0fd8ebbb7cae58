# Vigie: everything from one place. Needs Python 3.11 or newer and make; `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: metrics faults drills upgrade-test soak help venv tools fetch demo up down status test test-unit test-flow check format schemas lock clean bench bench-dispatch bench-screening bench-way bench-storm bench-correlation bench-growth bench-start bench-recording bench-scaling bench-travel \
	replay-calls web pages node types tiles tiles-tools screens licences sbom bundle bundle-test docs docs-tools docs-serve

# The first python that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; exit; fi; done; echo python3)
PY := .venv/bin/python
TOOLS := .venv-tools/bin
SOURCES := schemas services cli demo deploy tests bench
# Folders that are there already: lets every target work while a part is still being written.
PRESENT = $(wildcard $(SOURCES))

# Files of tests side by side, the long ones first; 0 runs one after the other.
TESTS_AT_ONCE ?= 2

# Settings reach the processes as environment: `make demo DEMO_SECONDS=60 VIGIE_BROKERS=3`.
export FROM RUNS CASE SHORT LONG RESUME LIST URGENT STREETS STATIONS UNITS DEMO_SECONDS VIGIE_VAR VIGIE_CACHE VIGIE_BROKERS VIGIE_DISPATCHES VIGIE_CITY VIGIE_OVERLAY VIGIE_ACCOUNTS

help: ## cette liste / this list
	@echo "Vigie — make <cible / target>"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: ## prépare .venv (une fois) / prepares .venv (once)
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "Il manque Python : installez Python 3.11 ou plus récent. / Python is missing: install 3.11 or newer." >&2; \
		exit 2; }
	@$(PYTHON) deploy/local/bootstrap.py venv

tools: venv
	@$(PYTHON) deploy/local/bootstrap.py tools

node: venv
	@$(PYTHON) deploy/local/bootstrap.py node

web: node ## construit les pages si elles ont changé / builds the pages if they changed
	@$(PY) -m deploy.web build

tiles-tools: venv
	@$(PYTHON) deploy/local/bootstrap.py tiles

tiles: tiles-tools ## fond de carte d'après l'extrait du pack / base map from the pack's extract (EXTRACT= CENTRE=)
	@$(PY) -m deploy.tiles $(if $(EXTRACT),--extract "$(EXTRACT)") $(if $(CENTRE),--centre "$(CENTRE)")

# Before a start: nothing if they are up to date; if they cannot be built it says so and the rest starts all the same.
pages: venv
	@$(PY) -m deploy.web built || { $(PYTHON) deploy/local/bootstrap.py node && $(PY) -m deploy.web build; } \
		|| $(PY) -m deploy.web without

types: node ## types des pages d'après l'API et les schémas / the pages' types from the API and the schemas
	@$(PY) -m deploy.web types

fetch: venv ## télécharge Kafka (une fois) / downloads Kafka (once)
	@$(PY) -m deploy.local fetch

demo: venv pages ## installe, démarre, joue la démonstration / sets up, starts, plays the demo (DEMO_SECONDS=60 OBSERVE=1)
	@$(PY) -m deploy.local demo

up: venv pages ## démarre tout en arrière-plan / starts everything in the background (ONLY=kafka,postgres,mqtt)
	@$(PY) -m deploy.local up --only "$(ONLY)"

down: venv ## arrête tout / stops everything
	@$(PY) -m deploy.local down

status: venv ## ce qui tourne / what is running
	@$(PY) -m deploy.local status

test: venv tools tiles-tools ## tous les tests, avec leur nombre et durée par dossier / all tests, with number and seconds a folder
	@$(MAKE) --no-print-directory web
	@$(PY) -m deploy.web test
	@$(PY) -m pytest -n $(TESTS_AT_ONCE) --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS) \
		$(wildcard tests/flow tests/contract tests/unit tests/browser)

screens: venv web ## images des pages pour docs/screens.md / pictures of the pages for docs/screens.md
	@$(PY) -m tests.browser.screens

test-unit: venv ## les tests sans processus / tests without processes
	@$(PY) -m pytest tests/unit

test-flow: venv ## les tests sur Kafka et PostgreSQL réels / tests on real Kafka and PostgreSQL
	@$(PY) -m pytest tests/flow

faults: venv fetch ## pannes réelles contre promesses / real faults against promises (CASE= SHORT=1 LONG=1 RESUME=1 LIST=1)
	@$(PY) -m tests.faults $(PYTEST_OPTIONS)

drills: venv ## fait sonner chaque alerte par sa vraie panne, et mesure en combien de temps / makes each alert ring (CASE= LIST=1)
	@$(PY) -m tests.drills

upgrade-test: venv fetch ## une version d'avant devient celle-ci sous charge / an older one becomes this under load (FROM=)
	@$(PY) -m tests.upgrade

soak: venv fetch ## pannes au hasard sous charge, mémoire / random faults under load, memory (SOAK_MINUTES=30 SOAK_SEED=1)
	@SOAK=1 $(PY) -m tests.faults $(PYTEST_OPTIONS)

bench-dispatch: venv ## la décision contre l'optimum / the decision against the optimum (STREETS= STATIONS= UNITS=)
	@$(PY) -m bench.dispatch

bench-travel: venv ## temps de trajet : vitesse et justesse / travel times: speed and accuracy (STREETS=)
	@$(PY) -m bench.travel

replay-calls: venv ## 173 appels réels rejoués : qui serait parti, et quand / 173 real calls replayed: who, and when
	@$(PY) -m bench.replayed_calls

bench: bench-screening bench-way bench-storm bench-correlation bench-growth bench-start bench-recording bench-scaling ## toutes les mesures, < 45 min / all measurements

bench-screening: fetch ## tri : nous, Kafka Streams, Quix, la boucle nue / screening: us, Kafka Streams, Quix, the bare loop (RUNS=5)
	@$(PYTHON) deploy/local/bootstrap.py peers
	@$(PY) -m bench.screening

bench-way: venv fetch ## de l'appareil à la tablette / from the device to the tablet (RUNS=5 RATES=50,200,1000)
	@$(PY) -m bench.way

bench-storm: venv fetch ## 10 000 signaux/s pendant 60 s / 10,000 signals/s for 60 s (RATE= SECONDS=)
	@$(PY) -m bench.storm

bench-correlation: venv fetch ## alarmes/s, mémoire, reprise / alarms/s, memory, recovery (RUNS=2 ALARMS= OPEN=)
	@$(PY) -m bench.correlation

bench-growth: venv fetch ## coût par signal et par appel quand le centre grandit / cost per signal and per call as it grows
	@$(PY) -m bench.growth

bench-start: venv fetch ## démarrage, mémoire, taille / start, memory, size (RUNS=3)
	@$(PY) -m bench.start

bench-recording: venv fetch ## PostgreSQL : écritures, questions sur un an / PostgreSQL: writes, questions over a year (INCIDENTS=)
	@$(PY) -m bench.recording

bench-scaling: venv ## docs/scaling.md d'après les mesures / docs/scaling.md from the measurements
	@$(PY) -m bench.scaling

# Kustomizations and settings.env are no resources: tests/contract/test_kubernetes.py.
MANIFESTS = $(filter-out %/kustomization.yaml,$(wildcard deploy/kubernetes/*/*.yaml deploy/kubernetes/overlays/*/*.yaml))
check: venv tools node ## style, types, imports, verrous, licences, failles / style, types, imports, locks, licences, holes
	@$(PY) -m ruff check $(PRESENT)
	@$(PY) -m ruff format --check $(PRESENT)
	@$(PY) -m mypy $(PRESENT)
	@$(PY) -m deploy.local.checks
	@$(TOOLS)/python -m deploy.supply check
	@$(PY) -m deploy.supply.audit
	@.venv/bin/lint-imports
	@$(TOOLS)/check-jsonschema --builtin-schema vendor.compose-spec $(wildcard docker-compose*.yml)
	@for version in 1.32 1.37; do \
		$(TOOLS)/kubernetes-validate --strict --quiet --kubernetes-version $$version $(MANIFESTS) || exit 1; done
	@$(TOOLS)/hadolint deploy/Dockerfile
	@$(PY) -m deploy.web check
	@$(MAKE) --no-print-directory docs

format: venv node ## met en forme / formats the code
	@$(PY) -m ruff check --fix-only $(PRESENT)
	@$(PY) -m ruff format $(PRESENT)
	@$(PY) -m deploy.web format

schemas: venv ## JSON Schema et AsyncAPI d'après les modèles / JSON Schema and AsyncAPI from the models
	@$(PY) -m schemas.generate
	@$(PY) -m deploy.web contract

metrics: venv ## docs/metrics.md, logs.md, alerts.md, run-books, tableaux Grafana / the same and Grafana's boards
	@$(PY) -m deploy.prometheus
	@$(PY) -m deploy.words
	@$(PY) -m deploy.grafana

docs-tools: venv
	@$(PYTHON) deploy/local/bootstrap.py docs

docs: docs-tools ## le site de documentation, dans var/docs / the documentation site, in var/docs
	@$(PY) -m deploy.docs

docs-serve: docs-tools ## le même pendant qu'on écrit / the same while one writes (http://127.0.0.1:8000)
	@.venv-docs/bin/zensical serve

# No index address: where packages come from is the machine's business.
UV_COMPILE = $(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate pyproject.toml
lock: tools ## refait les verrous / makes the locks again
	@$(UV_COMPILE) --group services --group local --group dev -o requirements.lock
	@$(UV_COMPILE) --group services -c requirements.lock -o requirements-services.lock
	@$(UV_COMPILE) --group jre -o requirements-jre.lock
	@$(UV_COMPILE) --group node -o requirements-node.lock
	@$(UV_COMPILE) --group tiles -o requirements-tiles.lock
	@$(UV_COMPILE) --group tools -o requirements-tools.lock
	@$(UV_COMPILE) --group peers -o requirements-peers.lock
	@$(UV_COMPILE) --group docs -o requirements-docs.lock
	@$(PY) -m deploy.local.kafka.jars lock
	@$(PY) -m deploy.local.kafka.jars lock bench/screening/java

licences: venv tools ## THIRD_PARTY.md d'après les verrous / THIRD_PARTY.md from the locks
	@$(TOOLS)/python -m deploy.supply licences

sbom: tools ## var/sbom : CycloneDX d'après les verrous / CycloneDX from the locks
	@$(TOOLS)/python -m deploy.supply sbom

bundle: venv tools web ## archive pour une machine sans réseau / archive for a machine without a network: var/bundle
	@$(PY) -m deploy.bundle build

bundle-test: venv tools web ## l'installe et joue la démo sans réseau / installs it, plays the demo without a network (root)
	@$(PY) -m deploy.bundle trial

clean: ## efface l'état et les caches, garde .venv / removes state and caches, keeps .venv
	@if [ -x $(PY) ]; then $(PY) -m deploy.local down >/dev/null 2>&1 || true; fi
	@rm -rf var .cache web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
	@echo "var/ et caches effacés / var/ and caches removed"
