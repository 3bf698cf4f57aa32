"""The OpenAPI document is one, by an official validator, and describes what the catalogue has."""

import json

from conftest import ROOT
from openapi_spec_validator import validate

from airudder._native import operations

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())


def test_it_is_valid():
    validate(DOCUMENT)


def test_it_describes_every_operation():
    described = {
        (operation["operationId"], method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert described == set(operations())
