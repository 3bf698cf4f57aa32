"""The programs of the guide's pages, as who reads them runs them."""

import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, free_port

PAGES = ["detect.md", "testing.md"]
SECRETS = ["--sign-secret", "fake-webhook-secret"]


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)


def test_the_start(start_sandbox, tmp_path):
    """Its files are saved, its commands run, and what they print is what the page says."""
    receive, send = blocks("start/python.md", "python")
    sent, received = blocks("start/python.md", "text")
    port = free_port()
    sandbox = start_sandbox("--webhook-url", f"http://127.0.0.1:{port}/events", *SECRETS)
    (tmp_path / "receive.py").write_text(receive.replace("8000", str(port)))
    (tmp_path / "send.py").write_text(send)
    variables = dict(re.findall(r"(AIRUDDER_\w+)=(\S+)", "".join(blocks("start/python.md", "sh"))))
    environment = os.environ | variables | {"AIRUDDER_BASE_URL": sandbox.url}
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "receive.py"], **options) as receiver:
        try:
            for _ in range(2):
                done = subprocess.run([sys.executable, "send.py"], timeout=600, **options)
                assert (done.stdout, done.stderr) == (sent, "")
            assert receiver.stdout.readline() == received
        finally:
            receiver.terminate()
    assert sandbox.stats()["contacts"]["distinct"] == 1


@pytest.mark.parametrize("page", PAGES)
def test_page(page, capsys):
    names = {}
    exec(compile("\n".join(blocks(page, "python")), page, "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    for test in tests:
        test()
    assert tests or "hmac-sha256:base64:secret+body\n" in capsys.readouterr().out
