"""The programs that people copy, each run against the sandbox under sanitizers and under Valgrind."""

from conftest import EXAMPLES, checked


@checked
def test_bare_loop(build, sandbox, how):
    program = build(EXAMPLES / "bare.c", EXAMPLES / "socket_http.c")
    assert program.run(how, sandbox.url, 7, "TEMP1").startswith("2 contacts are in workflow ")
    assert sandbox.contacts() == 2
