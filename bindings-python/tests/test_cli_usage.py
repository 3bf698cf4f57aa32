"""The command line as a program among others: help, completion, JSON, pipes, exit statuses, and what it never shows."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, airudder
from test_cli import UPLOAD, WINDOW
from typer.main import get_command

import airudder as package
from airudder._cli.app import COMMANDS, app
from airudder._cli.errors import STATUSES

NAMES = ["operations", "curl", "call", "upload", "report", "listen", "detect", "import"]
PAGE = (ROOT / "docs/command-line.md").read_text()


def test_the_command_is_installed(environment):
    command = Path(sys.executable).with_name("airudder")
    done = subprocess.run([command, "--version"], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, f"airudder {package.__version__}\n")


def test_the_docs_name_every_flag_and_no_other():
    commands = get_command(app).commands
    assert list(commands) == NAMES
    real = {flag for one in [get_command(app), *commands.values()] for option in one.params for flag in option.opts}
    real = {flag for flag in real if flag.startswith("-")} | {"-h", "--help"}
    named = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    flags = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", "".join(re.findall(r"`[^`\n]+`", named))))
    assert flags - {"-vv", "-m"} == real  # the first is -v twice, the other one Python's
    assert [name for name in NAMES if f"| `{name}" not in PAGE] == []


def test_the_docs_tell_every_exit_status():
    table = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [(int(status), re.sub("`", "", text)) for status, text in table] == [
        (status.value, text) for status, text in STATUSES.items()
    ]


def test_the_help_shows_every_exit_status(environment):
    shown = airudder(environment, "--help").stdout
    for status, text in STATUSES.items():
        assert re.search(rf"^ +{status.value}  {re.escape(text)} *$", shown, re.MULTILINE)


@pytest.mark.parametrize("name", ["", *NAMES])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}])
def test_help_fits_everywhere(environment, name, width, more):
    done = airudder(environment, *name.split(), "--help", COLUMNS=str(width), **more)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert "\x1b" not in done.stdout
    assert not any("…" in line for line in lines if line.startswith(("│ --", "| --")))
    if "PYTHONIOENCODING" in more:
        assert done.stdout.isascii()


def test_no_command_shows_the_help(environment):
    done = airudder(environment)
    assert (done.returncode, done.stderr) == (2, "")
    assert "Usage: airudder" in done.stdout


WITHOUT = """
import importlib.util, sys
found = importlib.util.find_spec
import airudder.__main__ as command
command.find_spec = lambda name: None if name in {names!r} else found(name)
sys.exit(command.main(["--help"]))
"""


@pytest.mark.parametrize("names", [("typer",), ("rich",), ("typer", "rich")])
def test_without_its_extra_it_says_what_to_install(names):
    command = [sys.executable, "-c", WITHOUT.format(names=names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    says = f"the command line needs {' and '.join(names)}: pip install 'airudder[cli]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", says)


def test_typer_and_rich_are_imported_by_the_command_line_alone():
    folder = Path(package.__file__).parent
    for file in folder.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text())))
        modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        if file.parent.name != "_cli":
            assert not {module.partition(".")[0] for module in modules} & {"typer", "rich", "openpyxl", "pyarrow"}, file


def test_completion(environment, tmp_path):
    asked = {"_AIRUDDER_COMPLETE": "complete_bash", "COMP_CWORD": "1", "HOME": str(tmp_path)}
    assert airudder(environment, COMP_WORDS="airudder up", **asked).stdout.split() == ["upload"]
    asked["COMP_CWORD"] = "2"
    found = airudder(environment, COMP_WORDS="airudder call tasks.rec", **asked).stdout.split()
    assert found == ["tasks.recording", "tasks.recordings"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["uplod"], 2, "No such command 'uplod'. Did you mean 'upload'?"),
        (["call"], 2, "Missing argument"),
        (["call", "tasks.list", "--nope"], 2, "No such option: --nope"),
        (["upload", "contacts.csv", *UPLOAD[2:]], 2, "Missing option '--template'"),
        (["upload", "missing.csv", *UPLOAD], 1, "No such file or directory"),
        (["--timeout", "-1", "call", "tasks.list", "Number:=1", "Page:=1"], 1, "E1001"),
    ],
)
def test_errors_are_json_where_that_is_wanted(environment, arguments, status, says):
    done = airudder(environment, *arguments, "--json")
    assert (done.returncode, says in done.stderr) == (status, True), done.stderr
    told = json.loads(done.stdout)["error"]
    assert says in f"{told['code']} {told['message']}"
    done = airudder(environment, *arguments)
    assert (done.returncode, done.stdout, says in done.stderr) == (status, "", True)


def test_an_error_of_the_api_is_json(environment):
    done = airudder(environment, "call", "tasks.list", "Number=10", "--json")
    told = json.loads(done.stdout)["error"]
    assert (told["code"], told["pointer"]) == ("E1006", "/Number")
    assert told["remedy"].startswith("Write what is not a text as FIELD:=JSON")
    fields = set(re.findall(r'"(\w+)":', re.search(r'^\{"error".*$', PAGE, re.MULTILINE).group())) - {"error"}
    assert set(told) == fields


def test_results_are_json_in_a_line(environment, tmp_path):
    rows = json.loads(airudder(environment, "operations", "--json").stdout)
    assert {"name": "robots.list", "method": "GET", "path": rows[0]["path"]}.keys() == rows[0].keys()
    done = airudder(environment, "call", "workflow.detail_instances", "case_id=c-1", *WINDOW, "--json")
    assert done.stdout == '{"rows": []}\n'
    (tmp_path / "headers").write_text("Content-Type: application/json\n")
    (tmp_path / "body").write_text("{}")
    done = airudder(environment, "detect", "--headers", tmp_path / "headers", tmp_path / "body", "--json")
    assert (done.returncode, json.loads(done.stdout)["scheme"]) == (1, None)


def piped(environment, content, *arguments):
    command = [sys.executable, "-m", "airudder", *map(str, arguments)]
    return subprocess.run(command, env=environment, input=content, capture_output=True, text=True, timeout=600)


def test_fields_come_from_a_document(environment, tmp_path):
    fields = dict(field.split("=", 1) for field in WINDOW)
    done = piped(environment, json.dumps(fields), "call", "workflow.detail_instances", "--params", "-", "case_id=c-1")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"rows": []}), done.stderr
    (tmp_path / "fields.json").write_text(json.dumps(fields | {"case_id": "c-1"}), encoding="utf-8-sig")
    shown = airudder(environment, "curl", "workflow.detail_instances", "--params", f"@{tmp_path / 'fields.json'}")
    assert (shown.returncode, "c-1" in shown.stdout) == (0, True), shown.stderr
    for content, says in [
        ("[1]", "standard input is no JSON object of fields"),
        ("{", "standard input is not JSON"),
        ("[" * 100_000, "standard input is nested too deeply"),
        ('{"case_id": "c"}', "the field case_id is given twice"),
    ]:
        done = piped(environment, content, "call", "workflow.detail_instances", "--params", "-", "case_id=c-1")
        assert (done.returncode, says in done.stderr) == (1, True), done.stderr
    done = airudder(environment, "call", "tasks.list", "--params", "fields.json")
    assert "--params is @FILE, or - for standard input" in done.stderr


@pytest.mark.parametrize("arguments", [["operations", "--json"], ["--help"], ["call", "robots.list", "--json"]])
def test_a_broken_pipe_ends_quietly(environment, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "airudder", *arguments]
    done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)


CRASHES = """
import sys
from airudder import Client
from airudder.__main__ import main
def crashes(**_):
    secret = "fake-" + "secret"
    raise RuntimeError("a bug")
Client.from_env = crashes
sys.exit(main(["call", "robots.list"]))
"""


def test_a_crash_shows_no_local_variables():
    done = subprocess.run([sys.executable, "-c", CRASHES], capture_output=True, text=True, timeout=60)
    assert (done.returncode, "RuntimeError: a bug" in done.stderr) == (1, True)
    assert "fake-secret" not in done.stderr


LOGS = """
import logging, sys
from airudder.__main__ import main
status = main(sys.argv[1:])
for level in (logging.DEBUG, logging.INFO, logging.WARNING):
    logging.getLogger("airudder").log(level, "said")
sys.exit(status)
"""


@pytest.mark.parametrize(
    ("options", "says"),
    [([], []), (["-v"], ["INFO", "WARNING"]), (["-vv"], ["DEBUG", "INFO", "WARNING"])],
)
def test_more_is_told_where_it_is_wanted(environment, options, says):
    command = [sys.executable, "-c", LOGS, *options, "operations"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    told = [line for line in done.stderr.splitlines() if line.endswith("airudder: said")]
    assert told == [f"{level} airudder: said" for level in says]


def test_a_command_is_a_module_with_add():
    assert [module.__name__.rpartition(".")[2] for module in COMMANDS] == [
        "calls",
        "upload",
        "report",
        "listen",
        "detect",
        "importing",
    ]
