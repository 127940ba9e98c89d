# Needs Python >= 3.11, Java >= 17, Maven and make; everything else comes by itself.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
UV      := 0.13.9
KAFKA_DATA ?= data/kafka
KAFKA_PORT ?= 9092
SECONDS :=
EVENTS  ?= 1000000
ARGS    ?=
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

# ---- set-up: stamp files say what is done ---------------------------------------------------------

.PHONY: setup
setup: $(BIN)/.deps kafka-jars ## Virtual environment, locked dependencies, Kafka jars

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "slamon needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)

# uv takes the locked files from where the lock says. Behind an index of one's own (pip's configuration or
# UV_DEFAULT_INDEX) that fails: then pip installs the same versions and checks the same hashes.
define install
	@$(BIN)/uv sync --locked --inexact --quiet $(1) || { \
	  echo "uv could not; pip installs what uv.lock names" >&2; \
	  $(BIN)/uv export --frozen --no-emit-project --quiet $(1) --output-file $(VENV)/locked.txt; \
	  $(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/locked.txt; \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . ; }
	@touch $@
endef

$(BIN)/.deps: pyproject.toml uv.lock | $(BIN)/uv
	$(call install,)

$(BIN)/.bench-deps: $(BIN)/.deps
	$(call install,--group bench)

.PHONY: kafka-jars
kafka-jars: $(BIN)/.deps
	@$(BIN)/python -m slamon.demo.kafka jars

# ---- run --------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## The whole system with simulated orders; SECONDS=60 ends by itself and checks what was sent
	@exec $(BIN)/python -m slamon demo $(if $(SECONDS),--seconds $(SECONDS)) $(ARGS)

.PHONY: kafka-up kafka-down
kafka-up: setup ## A Kafka broker on port KAFKA_PORT (9092), data in KAFKA_DATA
	@$(BIN)/python -m slamon.demo.kafka start --data $(KAFKA_DATA) --port $(KAFKA_PORT)

kafka-down: $(BIN)/.deps ## Stops it; the data stay
	@$(BIN)/python -m slamon.demo.kafka stop --data $(KAFKA_DATA)

# ---- check ------------------------------------------------------------------------------------------

.PHONY: lint
lint: $(BIN)/.deps ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: test
test: setup peers ## Everything: set-up, lint, tests against a real Kafka and Debian's programs
	@$(MAKE) lint
	$(BIN)/python -m pytest $(ARGS)

.PHONY: test-peers
test-peers: setup peers ## Only the tests against Debian's programs (Chromium, Alertmanager, RabbitMQ)
	$(BIN)/python -m pytest tests/peers $(ARGS)

.PHONY: peers
peers: ## What the tests need from Debian, installed when root
	@dev/debian-packages

.PHONY: history
history: $(BIN)/.deps ## Generated orders of known truth against slamon and the oracle; EVENTS=1000000, ARGS="--seed 1"
	@exec $(BIN)/python -m tests.history --events $(EVENTS) $(ARGS)

.PHONY: bench-engine
bench-engine: setup $(BIN)/.bench-deps ## slamon's engine against stock Faust, Quix Streams and a loop by hand
	@exec $(BIN)/python -m bench.engine $(ARGS)

.PHONY: bench-lag
bench-lag: setup $(BIN)/.bench-deps ## Lag of 10,000 pairs of group and partition against a plain aiokafka script; ARGS=--large
	@exec $(BIN)/python -m bench.lag $(ARGS)

.PHONY: clean
clean: ## Removes the environment, caches and local data; the Kafka jars stay in their cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache data dist build
