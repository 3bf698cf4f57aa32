"""Makes a catalog of one's own from an OpenAPI document, and typed stubs for it. It prints nothing."""
