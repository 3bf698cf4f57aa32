"""The OpenAPI document is one, by an official validator, and describes what the catalogue has."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import APP, ROOT
from hypothesis import settings
from openapi_spec_validator import validate

from airudder import Client
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


def test_the_sandbox_keeps_to_it(sandbox, tmp_path):
    """Made-up requests, right and wrong ones: no server error, and every answer as the document says."""
    with Client(base_url=sandbox.url, **APP) as client:
        token = client.auth.token(APPKey="fake-app-key", APPSecret="fake-app-secret")["token"]
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    headers = [f"Authorization: Token {token}", "X-AIRudder-Sign: 00", "X-AIRudder-Sign-Key: k"]
    checks = "not_a_server_error,response_schema_conformance,content_type_conformance"
    command = [program, "run", ROOT / "docs/openapi.json", "--url", sandbox.url, "--checks", checks, "-n", "20"]
    command += [part for header in headers for part in ("-H", header)]
    if settings().derandomize:  # as hypothesis does where CI is set
        command.append("--generation-deterministic")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-3000:]
    assert sum(sandbox.stats()["requests"].values()) > 300
