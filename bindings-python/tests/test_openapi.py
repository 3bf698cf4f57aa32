"""The OpenAPI document is one, by an official validator, and describes what the catalog has."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import APP, ROOT
from hypothesis import settings
from openapi_spec_validator import validate

from airudder import Client
from airudder._native import operations

FILE = ROOT / "docs/openapi.json"
DOCUMENT = json.loads(FILE.read_text())


def program(name):
    """A tool that is installed beside this Python."""
    return shutil.which(name, path=str(Path(sys.executable).parent))


def descriptions():
    """Every operation's."""
    return [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]


def inner(value):
    """What is in it, at any depth."""
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inner(part)


def test_it_is_valid():
    validate(DOCUMENT)


def test_it_describes_every_operation():
    described = {
        (operation["operationId"], method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert described == set(operations())


def test_a_value_of_any_kind_is_written_so_that_generators_take_it():
    """`true` is a schema, too; many generators know only objects."""
    listed = [
        part[key] for part in inner(DOCUMENT) if isinstance(part, dict) for key in part if key in ("anyOf", "oneOf")
    ]
    assert len(listed) > 20
    assert [schemas for schemas in listed if not all(isinstance(schema, dict) for schema in schemas)] == []
    results = [one["responses"]["200"]["content"]["application/json"]["schema"]["properties"] for one in descriptions()]
    assert sum({} in properties.values() for properties in results) == 10


def test_what_authorizes_is_said_and_what_comes_without():
    for operation in descriptions():
        is_refused = "application/json" in operation["responses"].get("401", {}).get("content", {})
        assert is_refused == (operation["operationId"] != "auth.token"), operation["operationId"]
    deliveries = [delivery for methods in DOCUMENT["webhooks"].values() for delivery in methods.values()]
    assert len(deliveries) >= 10
    assert all(delivery["security"] == [] for delivery in deliveries)


def test_files_are_of_any_type():
    types = {one["operationId"]: one["responses"]["200"]["content"] for one in descriptions()}
    files = {name: content["*/*"]["schema"] for name, content in types.items() if "*/*" in content}
    binary = {"type": "string", "format": "binary"}
    assert files == {"tasks.recording": binary, "tasks.recordings": binary}


def test_openapi_python_client_makes_a_client_of_it(tmp_path):
    command = [program("openapi-python-client"), "generate", "--path", FILE, "--output-path", tmp_path / "made"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command += ["--meta", "none", "--fail-on-warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    made = [path.stem for path in (tmp_path / "made/api").glob("*/*.py") if path.stem != "__init__"]
    assert sorted(made) == sorted(one["operationId"].replace(".", "_") for one in descriptions())
    check = "import made.api.workflow.workflow_upload_details as m; print(m.sync_detailed.__name__)"
    done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "sync_detailed\n", done.stderr


def test_datamodel_codegen_makes_models_of_it(tmp_path):
    command = [program("datamodel-codegen"), "--input", FILE, "--input-file-type", "openapi"]
    command += [
        "--output",
        tmp_path / "made.py",
        "--output-model-type",
        "pydantic_v2.BaseModel",
        "--formatters",
        "builtin",
    ]
    command += ["--openapi-scopes", "schemas", "paths", "webhooks"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    check = "import made; print(made.UploadDetails(workflow_id='w', details=[]).workflow_id)"
    done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "w\n", done.stderr


def test_the_sandbox_keeps_to_it(sandbox, tmp_path):
    """Made-up requests, right and wrong ones: no server error, and every answer as the document says."""
    with Client(base_url=sandbox.url, **APP) as client:
        token = client.auth.token(APPKey="fake-app-key", APPSecret="fake-app-secret")["token"]
    headers = [f"Authorization: Token {token}", "X-AIRudder-Sign: 00", "X-AIRudder-Sign-Key: k"]
    checks = "not_a_server_error,response_schema_conformance,content_type_conformance"
    command = [program("schemathesis"), "run", FILE, "--url", sandbox.url, "--checks", checks, "-n", "20"]
    command += [part for header in headers for part in ("-H", header)]
    if settings().derandomize:  # as hypothesis does where CI is set
        command.append("--generation-deterministic")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-3000:]
    assert sum(sandbox.stats()["requests"].values()) > 300
