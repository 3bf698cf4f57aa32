"""OpenAPI documents, made up and small, and what is imported of them."""

import json
from pathlib import Path

from airudder._openapi.catalog import Selection
from airudder._openapi.files import Import

EXAMPLES = Path(__file__).parents[2] / "core/vectors/examples"
VENDOR = EXAMPLES / "vendor-openapi.json"
DOCUMENT = json.loads(VENDOR.read_text(encoding="utf-8"))
ENVELOPE = {"type": "object", "properties": {"code": {"type": "integer"}, "data": {"type": "string"}}}


def answers(schema=ENVELOPE, media="application/json"):
    return {"200": {"description": "ok", "content": {media: {"schema": schema}}}}


def document(path="/service/things", method="post", version="3.0.1", more=(), **operation):
    return {
        "openapi": version,
        "info": {"title": "made up", "version": "1"},
        "paths": {path: {method: {"responses": answers(), **operation}}},
        **dict(more),
    }


def body(schema, media="application/json"):
    return {"requestBody": {"content": {media: {"schema": schema}}}}


def query(name, **schema):
    return {"name": name, "in": "query", "schema": schema}


def importing(folder, content, selection=None, *, name="openapi.json", write=False):
    """Import a document, and give what came of it."""
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    made = Import(file, folder / "vendor.json", selection or Selection())
    if write:
        made.write()
    return made
