"""Files of contacts as spreadsheets and data tools write them: taken where it is sure what was meant, else refused."""

import datetime
import sys

import openpyxl
import polars
import pyarrow
import pyarrow.parquet
import pytest
from conftest import airudder
from test_cli import UPLOAD
from test_csv import through_a_pipe

from airudder._cli import parquet
from airudder._cli.contacts import ContactsFile
from airudder._cli.table import Reading

ANA = {"callee": "+620000000001", "platform": "T", "caseid": "c-1", "variables": {"name": "Ana"}}


def read(path, **options):
    """The contacts of a file; a fault takes the place of a row that is not sent."""
    with ContactsFile(path, Reading("T", **options)) as file:
        return [file.fault(index) or contact for index, contact in enumerate(file.by_rules(2))]


def csv_of(tmp_path, content):
    path = tmp_path / "contacts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\ncallee;caseid;name;;\r\n+620000000001;c-1;Ana;;\r\n;;;;\r\n",
        ("\ufeff" + "callee;caseid;name\r\n+620000000001;c-1;Ana\r\n").encode("utf-16-le"),
        'callee,caseid,name\n="+620000000001",="c-1",="Ana"\n',
        'callee,caseid,name\n"=""+620000000001""","=""c-1""",Ana\n',
        "callee,caseid,name\n'+620000000001,c-1,Ana\n",
        "callee,caseid,name\n\xa0+620000000001\xa0,c-1,Ana\n",
        "callee,caseid,name\n\u202a+620000000001\u202c,c-1,Ana\n",
        "callee,caseid,name\n +620000000001\t,c-1,Ana\n",
    ],
)
def test_what_spreadsheets_write_is_taken_where_it_is_sure(tmp_path, content):
    assert read(csv_of(tmp_path, content)) == [ANA]


def test_cp1252_is_taken_where_it_is_named(tmp_path):
    path = csv_of(tmp_path, "callee;caseid;name\r\n+620000000001;c-1;José\r\n".encode("cp1252"))
    assert read(path, encoding="cp1252")[0]["variables"] == {"name": "José"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("6.28123E+11,c-1,Ana", "callee is in scientific notation"),
        ('"6,28E+11",c-1,Ana', "callee is in scientific notation"),
        ('="6.28E+11",c-1,Ana', "callee is in scientific notation"),
        ("'6.28E+11,c-1,Ana", "callee is in scientific notation"),
        ("62e9,c-1,Ana", "callee is in scientific notation"),
        ("+620000000001,1.23E+14,Ana", "caseid is in scientific notation"),
        ("+620000000001,'007,Ana", "caseid begins with an apostrophe"),
    ],
)
def test_what_lost_its_digits_is_refused(tmp_path, row, says):
    (fault,) = read(csv_of(tmp_path, f"callee,caseid,name\n{row}\n"))
    assert fault.startswith(says)


def test_texts_that_only_look_so_are_kept(tmp_path):
    content = "callee,caseid,name,code\n+620000000001,12E5,'t Hooft,1E+11\n"
    (contact,) = read(csv_of(tmp_path, content))
    assert contact == ANA | {"caseid": "12E5", "variables": {"name": "'t Hooft", "code": "1E+11"}}


def test_a_shortened_number_is_named_by_its_line(environment, sandbox, tmp_path):
    file = csv_of(tmp_path, "callee;caseid\r\n+620000000001;c-1\r\n6,28123E+11;c-2\r\n")
    done = airudder(environment, "upload", file, *UPLOAD, "--platform", "TEMP1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (3, "1 accepted, 1 rejected, 0 doubtful")
    told = done.stderr.splitlines()[1]
    assert told.startswith("line 3: callee is in scientific notation, such as 6.28E+11: a spreadsheet shortened it")
    assert "Text, or Number without decimal places" in told
    assert "6,28123" not in done.stderr


@pytest.mark.parametrize(
    ("mapping", "content"),
    [
        ({"callee": "No HP", "name": "Nama"}, "No HP;caseid;Nama\n+620000000001;c-1;Ana\n"),
        ({"callee": "No HP", "name": "Nama"}, "Nama, No HP ,caseid\nAna,+620000000001,c-1\n"),
        ({"callee": "phone", "caseid": "case_id"}, "phone,case_id,name\n+620000000001,c-1,Ana\n"),
    ],
)
def test_columns_of_other_names(tmp_path, mapping, content):
    assert read(csv_of(tmp_path, content), mapping=mapping) == [ANA]


def test_a_column_may_be_two_things(tmp_path):
    mapping = {"callee": "phone", "number": "phone"}
    (contact,) = read(csv_of(tmp_path, "phone\n+620000000001\n"), mapping=mapping)
    assert contact == {"callee": "+620000000001", "platform": "T", "variables": {"number": "+620000000001"}}


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--map", "callee=Telepon"], 1, "no column 'Telepon', as --map says: it has No HP, Nama"),
        (["--map", "callee=No HP", "--map", "callee=Nama"], 2, "callee is mapped twice"),
        (["--map", "callee"], 2, "'callee' is not FIELD=COLUMN"),
        (["--map", "Nama=No HP", "--map", "callee=No HP"], 1, "more than one column is called Nama"),
        ([], 1, "no column callee: it has No HP, Nama; --map callee=NAME names the column"),
    ],
)
def test_a_wrong_mapping_is_named(environment, sandbox, tmp_path, options, status, says):
    file = csv_of(tmp_path, "No HP,Nama\n+620000000001,Ana\n")
    done = airudder(environment, "upload", file, *UPLOAD, "--platform", "TEMP1", *options)
    assert (done.returncode, says in done.stderr) == (status, True), done.stderr
    assert sandbox.stats()["requests"] == {}


def workbook(tmp_path, *rows, more=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, state in more:
        book.create_sheet(title).sheet_state = state
    path = tmp_path / "contacts.xlsx"
    book.save(path)
    return path


def test_a_workbook(tmp_path):
    path = workbook(
        tmp_path,
        [],
        ["Callee", "caseid ", "name", None, "debt"],
        ["+620000000001", "c-1", "Ana", None, 1500000],
        [None, "", None],
        [620000000002, 17.0, "Budi"],
        [1e15, "c-3", "=1+1"],
        [2**53, "c-4"],
        [6200000.5, "c-5"],
        ["+620000000006", "c-6", datetime.date(2026, 12, 1)],
        ["+620000000007", "c-7", True],
        ["+620000000008", "c-8", "#N/A"],
        ["+620000000009", "c-9", None, "lost"],
        ["+620000000010", "c-10", None, None, None, "lost"],
        ["6.28E+11", "c-11"],
    )
    rows = read(path)
    assert rows[:2] == [
        ANA | {"variables": {"name": "Ana", "debt": "1500000"}},
        {"callee": "620000000002", "platform": "T", "caseid": "17", "variables": {"name": "Budi"}},
    ]
    assert [row.partition(":")[0] for row in rows[2:]] == [
        "the cell of name is a formula whose result is not in the file",
        "the cell of callee is a number of more digits than a workbook keeps",
        "the cell of callee is a number that is not whole",
        "the cell of name is neither a text nor a whole number, but a datetime",
        "the cell of name is neither a text nor a whole number, but a bool",
        "the cell of name holds the error #N/A",
        "cell 4 of the row is filled, and that column has no name",
        "cell 6 of the row is filled, and that column has no name",
        "callee is in scientific notation, such as 6.28E+11",
    ]
    with ContactsFile(path, Reading("T")) as file:
        list(file.by_rules(2))
        assert [file.place(index) for index in (0, 1, 2)] == ["row 3", "row 5", "row 6"]


def test_a_workbook_is_sent_and_gone_on_with(environment, sandbox, tmp_path):
    path = workbook(tmp_path, ["No HP", "Nama"], ["0812 0000 0001", "Ana"], [81200000002, "Budi"], [81.5, "Cici"])
    command = ["upload", path, *UPLOAD, "--platform", "TEMP1", "--map", "callee=No HP", "--default-country", "ID"]
    for _ in range(2):
        done = airudder(environment, *command)
        assert (done.returncode, done.stdout.splitlines()[0]) == (3, "2 accepted, 1 rejected, 0 doubtful"), done.stderr
        assert "row 4: the cell of No HP is a number that is not whole" in done.stderr
    assert sandbox.stats()["contacts"]["distinct"] == 2
    assert (tmp_path / "contacts.jsonl").exists()


def test_the_sheet_of_a_workbook(tmp_path):
    rows = [["callee", "caseid", "name"], ["+620000000001", "c-1", "Ana"]]
    assert read(workbook(tmp_path, *rows, more=[("Hidden", "hidden")])) == [ANA]
    path = workbook(tmp_path, *rows, more=[("Notes", "visible")])
    assert read(path, sheet="Sheet") == [ANA]
    with pytest.raises(ValueError, match="several sheets: give --sheet, one of Sheet, Notes"):
        read(path)
    with pytest.raises(ValueError, match="no sheet 'July': it has Sheet, Notes"):
        read(path, sheet="July")
    with pytest.raises(ValueError, match="a workbook: leave --encoding and --delimiter out"):
        read(path, delimiter=";")
    with pytest.raises(ValueError, match="a text has no sheets"):
        read(csv_of(tmp_path, "callee\n+620000000001\n"), sheet="Sheet")


def test_a_workbook_and_parquet_through_a_pipe(environment, sandbox, tmp_path):
    book = workbook(tmp_path, ["callee", "name"], ["+620000000001", "Ana"])
    table = tmp_path / "contacts.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"callee": ["+620000000001"], "name": ["Ana"]}), table)
    for path in (book, table):
        done = through_a_pipe(environment, path.read_bytes(), "-", *UPLOAD, "--platform", "TEMP1", "--check")
        assert (done.returncode, done.stdout) == (0, b"1 would be sent, 0 rejected; nothing was sent\n"), done.stderr


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_parquet(tmp_path, monkeypatch, library):
    path = tmp_path / "contacts.parquet"
    table = {
        "callee": ["+620000000001", None, "+620000000003"],
        "caseid": [1, 2, 3],
        "name": ["Ana", "", None],
        "debt": [1.0, 2.5, None],
        "variables": [{"city": "Bogor"}, None, None],
        "__index_level_0__": [0, 1, 2],
    }
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    monkeypatch.setattr(parquet, "ROWS", 2)  # several batches
    if library == "polars":
        monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert read(path) == [
        {
            "callee": "+620000000001",
            "platform": "T",
            "caseid": "1",
            "variables": {"city": "Bogor", "name": "Ana", "debt": "1"},
        },
        {"platform": "T", "caseid": "2", "variables": {"debt": 2.5}},
        {"callee": "+620000000003", "platform": "T", "caseid": "3", "variables": {}},
    ]
    with pytest.raises(ValueError, match="leave --encoding, --delimiter and --sheet out"):
        read(path, encoding="utf-8")


def test_parquet_is_sent(environment, sandbox, tmp_path):
    path = tmp_path / "contacts.parquet"
    rows = {"callee": ["+620000000001", "+620000000002", "0812"], "platform": ["TEMP1"] * 3, "case": [1, 2, 3]}
    polars.DataFrame(rows).write_parquet(path)
    done = airudder(environment, "upload", path, *UPLOAD, "--map", "caseid=case")
    assert (done.returncode, done.stdout.splitlines()[0]) == (3, "2 accepted, 1 rejected, 0 doubtful"), done.stderr
    assert "row 3: E1007 /callee" in done.stderr
    assert sandbox.stats()["contacts"]["distinct"] == 2


def test_a_reader_that_is_not_there_is_named(tmp_path, monkeypatch):
    book = workbook(tmp_path, ["callee"], ["+620000000001"])
    table = tmp_path / "contacts.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"callee": ["+620000000001"]}), table)
    for name in ("openpyxl", "pyarrow.parquet", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match=r"pip install airudder\[xlsx\]"):
        read(book)
    with pytest.raises(ValueError, match=r"pip install airudder\[parquet\]"):
        read(table)
