.PHONY: help test lint clean

help: ## Show what can be done here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

test: ## Run every suite
	cargo test --workspace
	.ci/wasm-check

lint: ## Check format and lints, warnings being errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

clean: ## Remove what was built
	cargo clean
