"""The OpenAPI document is one, by an official validator, and describes what the catalog has."""

import functools
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
SEND = """
import sys
from made import AuthenticatedClient, Client
from made.api.auth import auth_token
from made.api.workflow import workflow_create_instance, workflow_upload_details
from made.models import CreateInstance, Detail, DetailVariables, FetchToken, UploadDetails

url = sys.argv[1]
token = auth_token.sync(client=Client(url), body=FetchToken("fake-app-key", "fake-app-secret")).data.token
workflow = CreateInstance(workflow_template_id=7, name="july", end_time="2099-12-01 18:00:00+08:00")
stranger, client = (AuthenticatedClient(url, token=text, prefix="Token") for text in ("fake", token))
refused = workflow_create_instance.sync_detailed(client=stranger, body=workflow).status_code
created = workflow_create_instance.sync(client=client, body=workflow).data.workflow_id
contact = Detail(callee="+6200012345678", platform="fake", variables=DetailVariables.from_dict({"name": "Ana"}))
sent = workflow_upload_details.sync(client=client, body=UploadDetails(workflow_id=created, details=[contact]))
print(int(refused), sent.code)
"""
"""A program that uses the client that openapi-python-client made."""


def program(name):
    """A tool that is installed beside this Python."""
    return shutil.which(name, path=str(Path(sys.executable).parent))


def descriptions():
    """Every operation's."""
    return [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]


def resolved(value):
    """What a reference points at."""
    return functools.reduce(dict.__getitem__, value["$ref"].removeprefix("#/").split("/"), DOCUMENT)


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
    answers = [resolved(one["responses"]["200"]["content"]["application/json"]["schema"]) for one in descriptions()]
    assert sum({} in answer["properties"].values() for answer in answers) == 10


def test_an_enum_that_may_grow_names_what_it_knows():
    enums = [part for part in inner(DOCUMENT) if isinstance(part, dict) and "enum" in part]
    assert len(enums) >= 5
    assert all(enum["type"] == "string" and enum["enum"] for enum in enums)


def test_each_schema_is_used_and_none_is_named_as_its_own_field():
    """A generator's code would have one variable for both."""
    schemas = DOCUMENT["components"]["schemas"]
    used = {part["$ref"] for part in inner(DOCUMENT) if isinstance(part, dict) and isinstance(part.get("$ref"), str)}
    assert {name for name in schemas if f"#/components/schemas/{name}" not in used} == set()
    for name, schema in schemas.items():
        assert name.lower() not in {field.replace("_", "").lower() for field in schema.get("properties", {})}


def test_what_authorizes_is_said_and_what_comes_without():
    for operation in descriptions():
        assert "application/json" in operation["responses"]["401"]["content"], operation["operationId"]
    deliveries = [delivery for path in DOCUMENT["webhooks"].values() for delivery in resolved(path).values()]
    assert len(deliveries) >= 10
    assert all(delivery["security"] == [] for delivery in deliveries)


def test_files_are_of_any_type():
    types = {one["operationId"]: one["responses"]["200"]["content"] for one in descriptions()}
    files = {name: content["*/*"]["schema"] for name, content in types.items() if "*/*" in content}
    binary = {"type": "string", "format": "binary"}
    assert files == {"tasks.recording": binary, "tasks.recordings": binary}


def test_openapi_python_client_makes_a_client_of_it(sandbox, tmp_path):
    command = [program("openapi-python-client"), "generate", "--path", FILE, "--output-path", tmp_path / "made"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command += ["--meta", "none", "--fail-on-warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    made = [path.stem for path in (tmp_path / "made/api").glob("*/*.py") if path.stem != "__init__"]
    assert sorted(made) == sorted(one["operationId"].replace(".", "_") for one in descriptions())
    # What depends on the document; `client.py` is always the same.
    command = [program("mypy"), "--strict", "--follow-imports=silent", "-p", "made.api", "-p", "made.models"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "send.py").write_text(SEND)
    done = subprocess.run([sys.executable, "send.py", sandbox.url], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "401 200\n", done.stderr
    assert sandbox.stats()["contacts"]["distinct"] == 1


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
