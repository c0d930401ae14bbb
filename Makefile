# Everything a contributor runs. The first run makes .venv from the pinned requirements by itself.
SEEDS ?= 1000
LISTS = layers/dependencies/requirements functions/notifier/requirements requirements/development requirements/benchmark requirements/sam requirements/lock

.PHONY: help demo serve test check lint format bench simulate mutants chaos pictures build size rie sam-local lock clean

demo serve test check bench simulate mutants chaos pictures size rie sam-local: export PYTHONPATH = $(CURDIR)/layers/order_relay:$(CURDIR)

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: .venv/.installed ## Boot the relay on this machine, send sample alerts for all five exchanges, show their orders
	@.venv/bin/python -m tools.local_relay demo

serve: .venv/.installed ## Keep the local relay up (PORT, CONFIG and EXCHANGE_URL_* from the environment)
	@.venv/bin/python -m tools.local_relay serve

test: .venv/.installed ## Run every test
	@.venv/bin/python -m pytest

check: lint test ## What a change must pass: format, lint, types, template, tests

lint: .venv/.installed ## Format, lint, types and template, without the tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/cfn-lint template.yaml

format: .venv/.installed ## Rewrite the code in the house format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv-bench/.installed ## Measure the hot path, cold starts and the comparison with ccxt
	@.venv-bench/bin/python -m tests.benchmarks

simulate: .venv/.installed ## Run the fault simulation with SEEDS=n seeds (1000)
	@.venv/bin/python -m tests.simulation --seeds $(SEEDS)

mutants: .venv/.installed ## Break the protocol on purpose and show that the simulation notices
	@.venv/bin/python -m tests.simulation.mutants

chaos: .venv/.installed ## Kill real processes at random while 200 alerts flow through storms of faults (SEED=1)
	@.venv/bin/python -m tests.chaos --alerts 200 --seed $(or $(SEED),1)

pictures: .venv/.installed ## Take the pictures of docs/console.md (needs Chromium and its chromedriver)
	@.venv/bin/python -m tools.screenshots

build: .venv-sam/.installed ## Build the functions and layers as they are deployed (needs a real python3.13)
	@find functions layers/order_relay -name __pycache__ -prune -exec rm -rf {} +
	PATH="$$(.venv-sam/bin/python -c 'import sys; print(sys.base_prefix)')/bin:$$PATH" SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build

size: .venv/.installed build ## Weigh what is deployed: layers and functions, at most 25 MB
	@.venv/bin/python -m tools.rie.size

rie: .venv/.installed build ## Run the built functions under AWS's runtime interface emulator, with every file of events/ (STARTS=0: only those)
	@.venv/bin/python -m tools.rie --starts $(or $(STARTS),7)

sam-local: .venv/.installed ## AWS and the exchanges for `sam local`, until Ctrl-C (docs/sam-local.md; needs Docker)
	@.venv/bin/python -m tools.sam_local

lock: .venv-lock/.installed ## Pin the requirements anew after an edit (UPGRADE=--upgrade for newer versions)
	@for list in $(LISTS); do \
		echo "$$list.txt" && \
		CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile $(UPGRADE) --quiet --allow-unsafe --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras \
			--output-file "$$list.txt" "$$list.in" || exit 1; \
	done

clean: ## Remove environments, caches and builds
	rm -rf .venv .venv-* .venv*.lock .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find functions layers tests tools -name __pycache__ -prune -exec rm -rf {} +

.venv/.installed: requirements/development.txt
	@requirements/install .venv $<

.venv-bench/.installed: requirements/benchmark.txt
	@requirements/install .venv-bench $<

# A layer is built by the very Python that AWS runs.
.venv-sam/.installed: requirements/sam.txt
	@PYTHON=python3.13 requirements/install .venv-sam $<

# Locked on the oldest supported Python, so that one list serves them all.
.venv-lock/.installed: requirements/lock.txt
	@PYENV_VERSION=3.11 PYTHON=python3.11 requirements/install .venv-lock $<
