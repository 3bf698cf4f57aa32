"""What is generated from the catalog in core: `make generate` writes these modules again."""
