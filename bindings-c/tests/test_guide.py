"""The programs of the guide's pages for C, as who reads them runs them."""

import re
import shlex

from conftest import EXAMPLES, ROOT, checked, receiving, run

PAGE = (ROOT / "docs/start/c.md").read_text()


@checked
def test_a_contact_of_the_start(build, sandbox, tmp_path, how):
    (program,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    source = tmp_path / "send.c"
    source.write_text(program)
    built = build(source, EXAMPLES / "socket_http.c", EXAMPLES / "clock.c", flags=[f"-I{EXAMPLES}"])
    said = built.run(how, env={"AIRUDDER_BASE_URL": sandbox.url})
    assert re.fullmatch(r"workflow [0-9a-f]{32}\n", said)
    assert sandbox.contacts() == 1


def test_the_commands_of_the_start(prefix, sandbox, tmp_path):
    """What stands on the page is compiled and run in a shell, in the folder of the examples, with outputs elsewhere."""
    (program,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "send.c").write_text(program)
    for file in EXAMPLES.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path.parent / "python").mkdir(exist_ok=True)
    contacts = (ROOT / "examples/python/contacts.csv").read_text().splitlines()[:101]
    (tmp_path.parent / "python/contacts.csv").write_text("\n".join(contacts) + "\n")
    install, _, send, campaign = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    paths = re.search(r"^export PKG_CONFIG_PATH.*$", install, re.MULTILINE)[0].replace("$HOME/.local", str(prefix))
    script = "\n".join(["set -e", paths, send, campaign]).replace("http://127.0.0.1:8460", sandbox.url)
    said = run("sh", "-c", script, cwd=tmp_path)
    assert said.startswith("workflow "), shlex.quote(said)
    assert "accepted 100, rejected 0, doubtful 0 of 100 contacts" in said
    assert sandbox.contacts() == 101


def test_what_webhooks_shows_compiles(build, tmp_path):
    (results,) = re.findall(r"```c\n(.*?)```", (ROOT / "docs/webhooks.md").read_text(), re.DOTALL)
    source = tmp_path / "webhooks.c"
    source.write_text(receiving(results))
    build(source)
