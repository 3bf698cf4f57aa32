"""The OpenAPI document, as the generators of other languages take it; what they make compiles, and works.

It is run by `make generators`: `AIRUDDER_GENERATORS` is the virtual environment that has openapi-generator.
openapi-python-client and datamodel-codegen are tried by `bindings-python/tests/test_openapi.py`.
"""

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs/openapi.json"
OPERATIONS = {
    operation["operationId"]: operation
    for methods in json.loads(DOCUMENT.read_text())["paths"].values()
    for operation in methods.values()
}
MODULES = HERE / "node_modules"
TYPESCRIPT = ["--strict", "--target", "es2022", "--types", "node"]


def run(*command, cwd, **variables):
    """Run a command that must succeed; give what it printed."""
    environment = {**os.environ, **variables}
    command = [*map(str, command)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def openapi_generator(generator, folder, *options):
    command = [Path(os.environ["AIRUDDER_GENERATORS"]).absolute() / "bin/openapi-generator-cli", "generate"]
    run(*command, "-i", DOCUMENT, "-g", generator, "-o", folder / "made", *options, cwd=folder)
    return folder / "made"


def program(name):
    return MODULES / ".bin" / name


@pytest.fixture
def sandbox():
    command = [os.environ["AIRUDDER_SANDBOX"], "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.terminate()


@pytest.fixture
def folder(tmp_path):
    """A folder from which programs find the installed packages."""
    (tmp_path / "node_modules").symlink_to(MODULES)
    return tmp_path


def contacts(sandbox):
    with urllib.request.urlopen(f"{sandbox}/_sandbox/stats", timeout=60) as response:
        return json.load(response)["contacts"]["distinct"]


def test_redocly_has_nothing_to_say(tmp_path):
    """No error, and no warning."""
    said = json.loads(run(program("redocly"), "lint", "--format", "json", DOCUMENT, cwd=tmp_path))
    assert said["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, said["problems"]


def test_redocly_would_find_a_fault(tmp_path):
    document = json.loads(DOCUMENT.read_text())
    document["paths"]["/service/cloud/task"]["post"]["requestBody"] = {"$ref": "#/components/nowhere"}
    (tmp_path / "faulty.json").write_text(json.dumps(document))
    done = subprocess.run([program("redocly"), "lint", "faulty.json"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1


def test_a_client_in_typescript(folder, sandbox):
    """Made by openapi-generator; webhooks are not mistaken for requests to the API, and recordings are files."""
    made = openapi_generator("typescript-fetch", folder)
    families = {name.partition(".")[0] for name in OPERATIONS}
    assert {path.stem for path in (made / "apis").iterdir()} == {f"{name.title()}Api" for name in families} | {"index"}
    assert "tasksRecording(requestParameters: TasksRecordingRequest" in (made / "apis/TasksApi.ts").read_text()
    assert "Promise<runtime.HttpFile>" in (made / "apis/TasksApi.ts").read_text()
    shutil.copy(HERE / "clients/fetch.ts", folder)
    options = ["--module", "commonjs", "--moduleResolution", "node10", "--outDir", "built"]
    run(program("tsc"), *TYPESCRIPT, *options, "fetch.ts", cwd=folder)
    assert run("node", "built/fetch.js", sandbox, cwd=folder) == "401 200\n"
    assert contacts(sandbox) == 1


def test_a_client_in_go(folder, sandbox):
    """Made by openapi-generator; it needs no module but its own, so that it compiles without a network."""
    where = ["--git-host", "example.test", "--git-user-id", "fake", "--git-repo-id", "airudder"]
    made = openapi_generator("go", folder, *where, "--additional-properties", "packageName=airudder,withGoMod=true")
    (made / "cmd").mkdir()
    shutil.copy(HERE / "clients/main.go", made / "cmd")
    # Its own tests, made too, are empty and need a module.
    shutil.rmtree(made / "test")
    offline = {"GOPROXY": "off", "GOFLAGS": "-mod=mod"}
    run("go", "vet", "./...", cwd=made, **offline)
    assert run("go", "run", "./cmd", sandbox, cwd=made, **offline) == "401 200\n"
    assert contacts(sandbox) == 1


def test_schemas_and_a_client_for_zod(folder, sandbox):
    """Made by openapi-zod-client; known values of an enum that may grow are named."""
    run(program("openapi-zod-client"), DOCUMENT, "-o", "made.ts", cwd=folder)
    assert 'WorkflowStatus = z.union([z.enum(["cancelled", "finished"]), z.string()])' in (
        folder / "made.ts"
    ).read_text().replace("\n", "")
    shutil.copy(HERE / "clients/zod.ts", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    options = ["--module", "nodenext", "--outDir", "built"]
    run(program("tsc"), *TYPESCRIPT, *options, "zod.ts", cwd=folder)
    assert run("node", "built/zod.js", sandbox, cwd=folder) == "401 200 details.0.callee\n"
    assert contacts(sandbox) == 1
