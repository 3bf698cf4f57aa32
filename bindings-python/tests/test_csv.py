"""CSV files as spreadsheets, scripts and people leave them: taken where it can be told, else refused by name."""

import os
import subprocess
import sys
import threading

import pytest
from conftest import airudder
from test_cli import UPLOAD

from airudder._cli.contacts import ContactsFile
from airudder._cli.table import Reading

ANA = {"callee": "+620000000001", "platform": "T", "caseid": "1", "variables": {"name": "José"}}
BUDI = {"callee": "+620000000002", "platform": "T", "caseid": "2", "variables": {"name": "Doe, John"}}
ROWS = 'callee,caseid,name\n+620000000001,1,José\n+620000000002,2,"Doe, John"\n'


def read(tmp_path, content, normal=2, **options):
    """The contacts of a file with this content; a fault takes the place of a row that is not sent."""
    path = tmp_path / "contacts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with ContactsFile(path, Reading("T", **options)) as file:
        return [file.fault(index) or contact for index, contact in enumerate(file.by_rules(normal))]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (ROWS, {}),
        ("\ufeff" + ROWS, {}),
        (ROWS.replace("\n", "\r\n"), {}),
        (ROWS.replace("\n", "\r"), {}),
        (ROWS.encode("utf-16"), {}),
        (ROWS.encode("utf-32"), {}),
        (("\ufeff" + ROWS).encode("utf-16-be"), {}),
        (("\ufeff" + ROWS).encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (ROWS.encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (ROWS.encode("cp1252"), {"encoding": "cp1252"}),
        ("sep=,\n" + ROWS, {}),
        ("sep=,,,\r\n" + ROWS, {}),
        ("sep=;\r\n" + ROWS.replace('"Doe, John"', "Doe@ John").replace(",", ";").replace("@", ","), {}),
        ("\ufeffsep=\t\n" + ROWS.replace('"Doe, John"', "Doe@ John").replace(",", "\t").replace("@", ","), {}),
        (ROWS.replace('"Doe, John"', "Doe@ John").replace(",", ";").replace("@", ","), {}),
        (ROWS.replace('"Doe, John"', "Doe@ John").replace(",", "\t").replace("@", ","), {}),
        (ROWS.replace('"Doe, John"', "Doe@ John").replace(",", "|").replace("@", ","), {}),
        (ROWS.replace('"Doe, John"', "Doe@ John").replace(",", "^").replace("@", ","), {"delimiter": "^"}),
        (ROWS + ",,\n,,\n", {}),
        (ROWS.replace("\n", ",,\n") + ",,,,\n", {}),
        (ROWS + "\n  ,\t,\n\n", {}),
        (ROWS.replace("caseid", "caseid "), {}),
        (ROWS.replace("caseid", "caseid\xa0").replace("name", "\u200bname "), {}),
        (ROWS.replace("caseid", "CaseID").replace("callee", "Callee"), {}),
        (ROWS.replace("caseid", "case id"), {}),
        (ROWS.replace("caseid", "case\u200bid\u2060").replace("callee", "\u202acallee\u202c"), {}),
        (ROWS.replace("caseid", "\uff23\uff41\uff53\uff45\uff29\uff24"), {}),
        (ROWS.replace("caseid", '"caseid\r\n"'), {}),
        (ROWS.replace("callee", "\ufeffcallee"), {}),
    ],
)
def test_the_same_contacts_in_whatever_form(tmp_path, content, options):
    assert read(tmp_path, content, **options) == [ANA, BUDI]


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (
            'callee,caseid,name,city\n+620000000001,c-1, "Doe, John"\n',
            {},
            "line 2: a quotation mark stands inside a cell",
        ),
        ('callee,name\n+620000000001,a\n+620000000002,\t"Doe, John"\n', {}, "line 3: a quotation mark stands inside"),
        ('callee,name\n+620000000001,\xa0"Doe, John"\n', {}, "a quotation mark stands inside"),
        ('callee,name\n+620000000001,\u200b"Doe"\n', {}, "a quotation mark stands inside"),
        ('callee,name,city\n+620000000001,Jo "Doe, John"\n', {}, "a quotation mark stands inside"),
        ('callee,name\n+620000000001,5" pipe\n', {}, '"5"" pipe"'),
        ('callee, "name, full"\n+620000000001,x\n', {}, "line 1: a quotation mark stands inside"),
        ('callee,name\n+620000000001,"Doe" John\n', {}, "line 2: ',' expected after"),
        ('callee,name\n+620000000001,"Doe\n', {}, "line 2: unexpected end of data"),
        ("callee,case_id\n+620000000001,1\n", {}, "no column caseid, but one called case_id"),
        ("callee,Case-ID\n+620000000001,1\n", {}, "no column caseid, but one called Case-ID"),
        ("callee,caseid,CaseID\n+620000000001,1,2\n", {}, "more than one column is called caseid"),
        ("callee,name,name \n+620000000001,1,2\n", {}, "more than one column is called name"),
        ("callee,customer\u200bname\n+620000000001,1\n", {}, r"holds U\+200B \(ZERO WIDTH SPACE\) in its name"),
        ('callee,"customer\nname"\n+620000000001,1\n', {}, r"holds U\+000A \(a control character\)"),
        ("callee;platform,caseid\n+620000000001;T,1\n", {}, "parted by semicolons, and commas are in their names, too"),
        ("callee,caseid;name\n+620000000001,1;Ana\n", {}, "parted by commas, and semicolons are in their names, too"),
        (ROWS.encode("cp1252"), {}, "it is not UTF-8: byte 0xe9 on line 2; .* --encoding, such as cp1252"),
        (ROWS.encode("utf-16-le"), {}, "probably UTF-16 without its byte order mark: give --encoding utf-16-le"),
        (ROWS.encode("utf-16-be"), {}, "give --encoding utf-16-be"),
        (ROWS.encode("utf-16"), {"encoding": "cp1252"}, "its byte order mark says UTF-16, and that is not cp1252"),
        (("\ufeff" + ROWS).encode(), {"encoding": "cp1252"}, "its byte order mark says UTF-8, and that is not cp1252"),
        (ROWS.encode("utf-8"), {"encoding": "ascii"}, "it is not ascii"),
        (ROWS.encode("utf-16-le"), {"encoding": "utf-16"}, "it is not utf-16"),
        (ROWS.replace("José", "J\0s"), {"encoding": "utf-8"}, r"it holds U\+0000 on line 2"),
        (b"PK\x03\x04rest", {}, "a ZIP archive, and no workbook that can be read"),
        (b"PAR1rest", {}, "a Parquet file that cannot be read"),
        (b"\xd0\xcf\x11\xe0rest", {}, "an Excel workbook of the old kind, or one with a password"),
        (b"\x1f\x8b\x08rest", {}, r"it is compressed by gzip: give upload <\(zcat FILE\)"),
        ("", {}, "no column callee: its first line names the columns"),
        (",,\n+620000000001,,\n", {}, "no column callee"),
        ("sep=;\n", {}, "no column callee"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(tmp_path, content, options, says):
    with pytest.raises(ValueError, match=says) as raised:
        read(tmp_path, content, **options)
    assert str(raised.value).startswith(str(tmp_path / "contacts.csv"))


def test_pairs_of_quotation_marks_inside_a_cell_are_kept(tmp_path):
    rows = read(tmp_path, 'callee,name\n+620000000001,Jo "JJ" Doe\n+620000000002,"5"" pipe, ""b"""\n')
    assert [row["variables"]["name"] for row in rows] == ['Jo "JJ" Doe', '5" pipe, "b"']


def test_a_cell_below_no_name_is_not_lost(tmp_path):
    rows = read(tmp_path, "callee,name,\n+620000000001,Ana,\n+620000000002,Doe, John\n+620000000003,a,b,c\n")
    assert rows[0]["variables"] == {"name": "Ana"}
    assert rows[1:] == [
        "cell 3 of the row is filled, and that column has no name",
        "the row has 4 cells, and there are 3 columns",
    ]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text('sep=,\ncallee,name\n\n,\n+620000000001,"Ana\nMaria"\n+620000000002,Budi\n')
    with ContactsFile(path, Reading("T")) as file:
        list(file.by_rules(2))
        assert [file.line(index) for index in range(len(file))] == [5, 7]


def test_the_rules_of_the_first_version_are_kept(tmp_path):
    content = 'callee,caseid ,Name,\n+620000000001,1, "Doe",\n,,,\n'
    assert read(tmp_path, content, normal=1) == [
        {"callee": "+620000000001", "platform": "T", "variables": {"caseid ": "1", "Name": ' "Doe"'}},
        {"platform": "T", "variables": {}},
    ]
    with pytest.raises(ValueError, match="without --encoding and --delimiter"):
        read(tmp_path, content, normal=1, delimiter=";")


def through_a_pipe(environment, content, *arguments):
    command = [sys.executable, "-m", "airudder", "upload", *map(str, arguments)]
    return subprocess.run(
        command,
        env=environment,
        input=content if isinstance(content, bytes) else content.encode(),
        capture_output=True,
        timeout=600,
    )


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_contacts_through_a_pipe(environment, sandbox, tmp_path, name):
    options = [*UPLOAD, "--platform", "TEMP1"]
    done = through_a_pipe(environment, ROWS, name, *options)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"no file that a journal could be named by: give --journal FILE" in done.stderr
    for _ in range(2):
        done = through_a_pipe(environment, ROWS, name, *options, "--journal", tmp_path / "journal")
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, b"2 accepted, 0 rejected, 0 doubtful")
    assert sandbox.stats()["contacts"]["distinct"] == 2


def test_contacts_through_a_named_pipe(environment, sandbox, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(ROWS,), daemon=True)
    writer.start()
    done = airudder(environment, "upload", pipe, *UPLOAD, "--platform", "TEMP1", "--journal", tmp_path / "journal")
    writer.join(60)
    assert done.stdout.startswith("2 accepted"), done.stderr


def test_contacts_by_process_substitution(environment, sandbox, tmp_path):
    (tmp_path / "c.csv").write_text(ROWS)
    script = 'gzip c.csv; exec "$0" -m airudder upload <(zcat c.csv.gz) --journal journal --platform TEMP1 "$@"'
    command = ["bash", "-c", script, sys.executable, *map(str, UPLOAD)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.stdout.startswith("2 accepted"), done.stderr


def test_a_file_is_not_its_own_journal(environment, tmp_path):
    file = tmp_path / "contacts.jsonl"
    file.write_text(ROWS)
    done = airudder(environment, "upload", file, *UPLOAD, "--platform", "TEMP1")
    assert (done.returncode, "cannot be its own journal" in done.stderr) == (1, True)
    assert file.read_text() == ROWS


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--encoding", "klingon"], "unknown encoding: klingon"),
        (["--encoding", "hex"], "not a text encoding"),
        (["--delimiter", ";;"], "not one character that may part columns"),
        (["--delimiter", '"'], "not one character that may part columns"),
    ],
)
def test_nonsense_is_refused(environment, option, says):
    done = airudder(environment, "upload", "contacts.csv", *UPLOAD, *option)
    assert (done.returncode, says in done.stderr) == (2, True)
