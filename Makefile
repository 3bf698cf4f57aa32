# Everything is installed inside this tree (.venv, target, node_modules), but for the Debian packages of `make setup`.
.PHONY: help setup demo test built binaries lint generate guide guide-check notices bench costs protocol promises fuzz chance mutation mutation-js \
    mutation-python gateways kills engines receivers next generators \
    spark soak memory miri miri-ready timing deny interleavings clean python node c crates wheels c-packages packages-check install deb rpm c-dist-check sandbox package \
    python-packages npm-packages sandbox-wheel \
    release artifacts reproducible semver

PYTHON = .venv/bin/python

help: ## Show what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

# Compilers and libraries for C, the languages of examples/ffi, a browser, and databases for journals.
DEBIAN = gcc g++ clang clang-format cmake pkgconf valgrind libc6-dbg libcmocka-dev libcjson-dev libcurl4-openssl-dev \
    libmicrohttpd-dev libsqlite3-dev libssl-dev php-cli golang-go gnucobol3 mandoc openssl chromium postgresql redis-server \
    libfaketime

setup: ## Install the Debian packages that the suites need, where one is missing; NO_INSTALL=1 says only which
	@tools/debian $(DEBIAN)

demo: .venv/run-ready .venv/report-ready ## Send 10 000 contacts to a local sandbox and receive the results; nobody is phoned
	@echo "building the sandbox and the Python package, quickly and without optimizing (the first time takes a minute)"
	@PYO3_BUILD_EXTENSION_MODULE=1 cargo build --locked --quiet --profile demo -p airudder-sandbox -p airudder-python
	@rm -rf target/demo/python && cp -R bindings-python/python target/demo/python
	@cp target/demo/lib_native.$(if $(filter Darwin,$(shell uname)),dylib,so) target/demo/python/airudder/_native.abi3.so
	@PYTHONPATH="$(CURDIR)/target/demo/python" $(PYTHON) examples/python/demo.py target/demo/airudder-sandbox

test: built ## Run every suite
	cargo test --workspace
	tools/wasm-check
	cargo run --quiet -p airudder-codegen -- --check
	$(PYTHON) core/vectors/generate.py --check
	$(PYTHON) -m pytest tools/tests
	$(PYTHON) -m pytest tools/soak -k "nobody or one-worker"
	AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox $(PYTHON) -m pytest --numprocesses 3 --dist loadfile bindings-python
	cd bindings-wasm && node --test --test-reporter=spec --test-concurrency=2 --test-timeout=600000 tests/*.test.mjs
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile bindings-c/tests

lint: built ## Check format, lints and types, warnings being errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features airudder-wasm/receive,airudder-wasm/detect,airudder-wasm/catalog \
	    -- -D warnings
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check --quiet .
	cd bindings-python && ../$(PYTHON) -m mypy
	cd examples/python && MYPYPATH=. ../../$(PYTHON) -m mypy --strict --no-incremental *.py
	cd examples/python/receivers && DATABASE_URL=postgresql:///none DJANGO_SECRET_KEY=fake \
	    ../../../$(PYTHON) -m mypy --strict --no-incremental *.py django_events
	cd bindings-python && ../$(PYTHON) -m pyright --pythonpath ../$(PYTHON)
	cd sandbox/python && ../../$(PYTHON) -m mypy && ../../$(PYTHON) -m pyright --pythonpath ../../$(PYTHON)
	cd tools/publish && ../../$(PYTHON) -m mypy --strict --no-incremental *.py
	cd tools/mutation && ../../$(PYTHON) -m mypy --strict --no-incremental *.py
	cd tools/soak && MYPYPATH=../../examples/python ../../$(PYTHON) -m mypy --strict --no-incremental *.py
	cd tools/mutants && ../../$(PYTHON) -m mypy --strict --no-incremental *.py
	cd tools && ../$(PYTHON) -m mypy --strict --no-incremental -p gateway
	cd bindings-python && ../$(PYTHON) -m mypy.stubtest airudder._native
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --workspace
	clang-format --dry-run -Werror bindings-c/include/airudder.hpp bindings-c/tests/*.[ch] bindings-c/tests/*.cpp bindings-c/fuzz/*.c examples/c/*
	cd bindings-wasm && npx biome check --error-on-warnings . ../examples/node ../examples/next ../sandbox/page ../sandbox/npm \
	    ../tools/generators ../tools/mutation/*.mjs ../tools/soak ../tools/workflows
	cd examples/node && npx tsc -p .

# Side by side, since each of them links by one core for long.
built: setup .venv/ready
	@$(MAKE) --no-print-directory node & node=$$!; \
	    $(MAKE) --no-print-directory python binaries || { kill $$node; exit 1; }; wait $$node

generate: python ## Write again what is generated: schemas, reference, typed faces, vectors
	$(PYTHON) core/vectors/generate.py
	cargo run --quiet -p airudder-codegen

guide: ## Build the guide, a site with search, into target/guide
	@tools/venv .cache/guide tools/guide/requirements.txt
	@.cache/guide/bin/python tools/guide/build.py target/guide
	@echo "to read it: python3 -m http.server --bind 127.0.0.1 --directory target/guide"

guide-check: .venv/ready ## Check the links, programs, promises and words of the documentation
	$(PYTHON) -m pytest tools/tests/test_guide.py

notices: ## Write again the notices of third parties in each package; installs cargo-about, which takes a while
	@cargo install --quiet --locked --features cli --version 0.9.3 --root .cache/cargo-about cargo-about
	@for package in bindings-python bindings-wasm bindings-c sandbox; do .cache/cargo-about/bin/cargo-about generate --locked --fail \
	    --all-features --config tools/about.toml --manifest-path $$package/Cargo.toml \
	    --output-file $$package/THIRD-PARTY.md tools/about.hbs && sed -i 's/\r$$//' $$package/THIRD-PARTY.md || exit 1; done

bench: python node c sandbox ## Measure against what people write by hand, and write docs/benchmarks.md
	@tools/venv .cache/bench bindings-python/benches/requirements.txt
	@VIRTUAL_ENV=$(CURDIR)/.cache/bench tools/release $(PYTHON) -m maturin develop --release --quiet \
	    --manifest-path bindings-python/Cargo.toml >.cache/bench/build.log 2>&1 || (cat .cache/bench/build.log; exit 1)
	@cd bindings-wasm/benches && npm ci --silent
	@.cache/bench/bin/python tools/bench.py

costs: package ## Measure what campaigns of up to ten million contacts cost, and write docs/costs.md
	$(PYTHON) tools/costs.py

protocol: ## Try every order of events in the model of a campaign, within larger bounds, and write docs/assumptions.md
	cargo run --quiet -p airudder-protocol

promises: setup .venv/ready node miri-ready ## Take out what keeps each promise, and see its test fail: half an hour; ONLY=name tries one
	@$(PYTHON) tools/mutants/run.py $(ONLY)

fuzz: ## Fuzz the core and the C library, ten minutes a target; tools/fuzz SECONDS TARGET does one
	@tools/fuzz

chance: python node sandbox ## Try the random tests of Python and JavaScript with many more examples: some ten minutes
	AIRUDDER_EXAMPLES=$(or $(EXAMPLES),2000) AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest bindings-python/tests/test_random_*.py
	cd bindings-wasm && AIRUDDER_EXAMPLES=$(or $(EXAMPLES),2000) node --test --test-reporter=spec tests/random-*.test.mjs

gateways: python node binaries ## Stand each host behind the gateways of tools/gateway, in all ways to connect: some fifteen minutes
	GATEWAYS=all AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox $(PYTHON) -m pytest bindings-python/tests/test_gateways.py
	cd bindings-wasm && GATEWAYS=all node --test tests/gateways.test.mjs
	GATEWAYS=all $(PYTHON) -m pytest bindings-c/tests/test_gateways.py
	cargo test --quiet -p airudder-example --test gateways

mutation: ## Change the core in a fortieth of all places, and see that tests notice: SHARD=1/40; some 20 minutes
	@python3 tools/mutation/core.py $(or $(SHARD),1/40) 2

mutation-js: node sandbox tools/mutation/node_modules/.package-lock.json ## Do so with journals, campaigns and calls in JavaScript: SHARD=1/20; some 5 minutes
	@AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox python3 tools/mutation/javascript.py $(or $(SHARD),1/20) 2

mutation-python: python sandbox ## Do so with them in Python: SHARD=1/40; some 10 minutes
	@tools/venv .cache/mutmut tools/mutation/requirements.txt
	@python3 tools/mutation/python.py $(or $(SHARD),1/40) 2

kills: package sandbox ## Kill workers twenty times amid 20 000 contacts, with their journal in each database
	AIRUDDER_KILLS=20 AIRUDDER_CONTACTS=20000 AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest bindings-python/tests/test_journals.py -k kills

engines: package node sandbox ## Send 100 000 contacts with Celery and BullMQ while their workers are killed
	AIRUDDER_ENGINE_CONTACTS=100000 AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest bindings-python/tests/test_engines.py

receivers: python node sandbox ## Take the database away for 70 seconds from each receiver that a team deploys
	AIRUDDER_RECEIVER_OUTAGE=70 AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest -s bindings-python/tests/test_deployed_receivers.py

next: python node sandbox ## Build the receiver of Next.js, and test it as the others; Next.js takes 370 MB
	@cd examples/next && npm ci --silent
	AIRUDDER_NEXT=1 AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest -k next bindings-python/tests/test_deployed_receivers.py

generators: .venv/ready sandbox tools/generators/node_modules/.package-lock.json ## Use clients that others make of docs/openapi.json; takes 450 MB
	@tools/debian golang-go
	@tools/venv .cache/generators tools/generators/requirements.txt
	AIRUDDER_GENERATORS=$(CURDIR)/.cache/generators AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest tools/generators

spark: python sandbox ## Send 100 000 contacts with Spark while its processes are killed; Spark and Java take 1 GB
	@tools/debian postgresql
	@command -v java >/dev/null || tools/debian default-jre-headless
	@echo "installing Spark into .cache/spark (the first time takes some minutes)"
	@tools/venv .cache/spark bindings-python/requirements-spark.txt
	AIRUDDER_ENGINE_CONTACTS=100000 AIRUDDER_SPARK=$(CURDIR)/.cache/spark \
	    AIRUDDER_SANDBOX=$(CURDIR)/target/release/airudder-sandbox \
	    $(PYTHON) -m pytest bindings-python/tests/test_spark.py

soak: setup python node c sandbox ## Send a million contacts from all languages amid kills; then without each mechanism
	$(PYTHON) tools/soak/soak.py
	$(PYTHON) -m pytest tools/soak

miri-ready:
	@cargo +nightly miri --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal -c miri -c rust-src

miri: miri-ready ## Interpret tests of the core and of the C library with Miri, which sees undefined behavior; installs a nightly toolchain
	MIRIFLAGS=-Zmiri-strict-provenance cargo +nightly miri test -p airudder-c
	export PROPTEST_CASES=4 MIRIFLAGS="-Zmiri-strict-provenance -Zmiri-disable-isolation"; \
	    cargo +nightly miri test -p airudder-json && \
	    cargo +nightly miri test -p airudder-core --lib -- call:: crypto:: secret:: webhook::

memory: node ## Make a million calls and unwraps in JavaScript, and see that the memory stays flat
	@node bindings-wasm/benches/memory.mjs

interleavings: ## Try what threads do with one session, in 20 000 orders for each case; builds the core once more
	RUSTFLAGS="--cfg shuttle" cargo test --locked --target-dir target/shuttle -p airudder-core --lib interleavings

timing: ## Measure whether the time that a wrong signature takes tells where it is wrong; some minutes, with nothing beside it
	@cargo run --release --locked --quiet --target-dir target/timing --manifest-path tools/timing/Cargo.toml

deny: ## Check the licences and sources of the crates, and, where its database can be had, what is known of their faults
	@cargo install --quiet --locked --version 0.20.2 --root .cache/cargo-deny cargo-deny
	@PATH="$(CURDIR)/.cache/cargo-deny/bin:$$PATH" cargo deny --locked --config tools/deny.toml check $(or $(CHECKS),all)

clean: ## Remove what was built and installed
	cargo clean
	rm -rf .venv demo-output bindings-wasm/node_modules bindings-wasm/tests/eslint/node_modules bindings-wasm/dist \
	    bindings-wasm/inspector/dist examples/node/node_modules examples/next/node_modules examples/next/.next \
	    tools/generators/node_modules tools/mutation/node_modules tools/workflows/node_modules

python: .venv/ready package

package: .venv/build-ready
	@echo "building the Python package (the first time takes a minute or two)"
	@tools/release .venv/bin/maturin develop --release --quiet --manifest-path bindings-python/Cargo.toml >.venv/build.log 2>&1 \
	    || (cat .venv/build.log; exit 1)

node: bindings-wasm/node_modules/.package-lock.json bindings-wasm/tests/eslint/node_modules/.package-lock.json \
    examples/node/node_modules/.package-lock.json tools/workflows/node_modules/.package-lock.json
	@echo "building the npm package"
	@bindings-wasm/build
	@node bindings-wasm/inspector/build.mjs

%/node_modules/.package-lock.json: %/package-lock.json
	@echo "installing the npm packages into $*/node_modules"
	@cd $* && npm ci --silent
	@touch $@

c: ## Build the C library into target/release; its header is bindings-c/include/airudder.h
	@echo "building the C library"
	@tools/release cargo build --release --quiet -p airudder-c

PREFIX ?= /usr/local
install: c ## Install the C library: make install PREFIX=/usr/local
	@bindings-c/install $(PREFIX)

deb: c ## Make Debian packages of the C library in target/deb
	@bindings-c/deb target/deb

rpm: c ## Make RPM packages of the C library in target/rpm
	@tools/debian rpm pkgconf
	@bindings-c/rpm target/rpm

c-dist-check: deb rpm .venv/ready ## Try the Debian and RPM packages, and the recipe for Conan, which builds the library twice
	@tools/debian lintian dpkg-dev cpio
	@tools/venv .cache/conan bindings-c/packaging/conan/requirements.txt
	$(PYTHON) -m pytest bindings-c/packaging/tests

crates: ## Package the crates of the core into target/package, and build them from there
	@cargo package -p airudder-json -p airudder-core

# In one go, for the suites: what both need is compiled once.
binaries:
	@echo "building the C library and the sandbox"
	@tools/release cargo build --release --quiet -p airudder-c -p airudder-sandbox

wheels: ## Build the Python packages for each platform into target/packages/python; without rustup's targets, minutes each
	@tools/packages/wheels

c-packages: ## Build the C library's archives for each platform into target/packages/c
	@tools/packages/c

packages-check: .venv/ready sandbox ## Check what the two made, and send campaigns with it in Debian 11, by musl, QEMU and Wine
	@tools/packages/roots
	$(PYTHON) -m pytest tools/packages/tests

release: .venv/build-ready ## Make a release, which is not published: make release VERSION=0.2.0, with DRY_RUN=1 or PARTS="npm crates"
	@$(PYTHON) tools/publish/release.py $(or $(VERSION),$(error VERSION=0.2.0 says which)) \
	    $(if $(DRY_RUN),--dry-run) $(if $(PARTS),--parts $(PARTS))

artifacts: .venv/build-ready ## Build and check the packages of a release as it is committed; PARTS="npm crates" for these alone
	@$(PYTHON) tools/publish/release.py $(if $(PARTS),--parts $(PARTS))

reproducible: .venv/build-ready bindings-wasm/node_modules/.package-lock.json ## Build the packages twice, and compare each byte
	@$(PYTHON) tools/publish/reproducible.py $(if $(PARTS),--parts $(PARTS))

# The last release; before the first one, the commit from which the ABI of the C library is kept.
SEMVER_BASELINE ?= $(shell git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || echo 01539194)
semver: ## Name what programs can no longer do with the crates: make semver SEMVER_BASELINE=v0.1.0; takes some minutes
	@cargo install --quiet --locked --version 0.51.0 --root .cache/cargo-semver-checks cargo-semver-checks
	@PATH="$(CURDIR)/.cache/cargo-semver-checks/bin:$$PATH" cargo semver-checks -p airudder-json -p airudder-core \
	    --baseline-rev $(SEMVER_BASELINE)

sandbox:
	@echo "building the sandbox (the first time takes some minutes)"
	@tools/release cargo build --release --quiet -p airudder-sandbox

python-packages: sandbox-wheel ## Build airudder and airudder-sandbox for this machine's Python into target/wheels
	@echo "building the wheel of airudder"
	@cd bindings-python && ../tools/release ../.venv/bin/maturin build --release --quiet

npm-packages: sandbox node ## Build airudder and airudder-sandbox for Node into target/npm
	@mkdir -p target/npm
	@cd bindings-wasm && npm pack --silent --pack-destination ../target/npm
	@sandbox/npm/build.mjs

sandbox-wheel: sandbox .venv/build-ready
	@cd sandbox/python && ../../tools/release ../../.venv/bin/maturin build --release --quiet

.venv/run-ready: bindings-python/requirements-run.txt tools/venv
	@echo "installing h11 into .venv"
	@tools/venv .venv bindings-python/requirements-run.txt
	@touch $@

.venv/build-ready: bindings-python/requirements-build.txt .venv/run-ready
	@echo "installing maturin into .venv"
	@tools/venv .venv bindings-python/requirements-build.txt
	@touch $@

# The demo does without its page where this fails.
.venv/report-ready: bindings-python/requirements-report.txt .venv/run-ready
	@echo "installing what draws the demo's page into .venv (34 MB)"
	-@tools/venv .venv bindings-python/requirements-report.txt && touch $@

.venv/ready: bindings-python/requirements-dev.txt bindings-python/requirements-report.txt .venv/build-ready
	@echo "installing the tools of the checks and tests into .venv"
	@tools/venv .venv bindings-python/requirements-dev.txt
	@touch $@
