"""Operations and events of one's own: 20 made-up pages of a vendor, called as the library's own operations are."""

import json
import pickle
import subprocess
import sys

import jsonschema
import pytest
from conftest import KEY
from openapi import DOCUMENT
from servers import APP
from vendor import CALLS, FILE, ROWS

import airudder
from airudder import AsyncClient, Catalog, Client, Webhooks

CATALOG = Catalog.extend(FILE)


def row(name="plans.create", **more):
    return {"name": name, "method": "POST", "path": "/service/plans", **more}


def catalog_of(*operations, **more):
    return Catalog.extend({"airudder_catalog": 1, "operations": list(operations), **more})


def test_the_document_is_one_of_twenty_pages():
    assert sum(len(item) for item in DOCUMENT["paths"].values()) == 20
    assert [operation.name for operation in CATALOG.operations] == sorted(CALLS)
    assert [event.name for event in CATALOG.events] == ["plan.finished"]


def test_results_of_the_tests_are_what_the_document_says():
    definitions = json.loads(FILE.read_text(encoding="utf-8"))["$defs"]
    for name, (_, result) in CALLS.items():
        jsonschema.validate(result, {**ROWS[name]["result"], "$defs": definitions})


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("name", CALLS)
def test_each_operation_is_called_by_its_method(face, start_vendor, name, key):
    vendor = start_vendor(key=key)
    params, result = CALLS[name]
    made = face(vendor.url, catalog=CATALOG, encryption_key=key)
    assert made.method(name, **params) == result
    ((asked, path, query, body),) = vendor.asked
    assert asked == name
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
    in_query = set(params) - set(path) if ROWS[name]["method"] == "GET" else set(ROWS[name].get("query", ()))
    assert {**path, **query} == {key: texts[key] for key in {*path, *in_query}}
    assert body == {key: value for key, value in params.items() if key not in path and key not in query}
    assert made.call(name, params) == result


def test_a_file_comes_back_as_one(face, start_vendor, tmp_path):
    vendor = start_vendor()
    made = face(vendor.url, catalog=CATALOG)
    params = {"plan_id": "p", "run_id": "r", "lang": "en"}
    assert made.method("plans.get_runs_report", **params).content == b"PK\5\6"
    options = {"save_to": tmp_path / "report.zip"}
    assert made.method("plans.get_runs_report", **params, options=options).path.read_bytes() == b"PK\5\6"


WRONG = [
    ("plans.create", {"nmae": "x"}, "E1004", "/nmae", "name"),
    ("plans.create", {"windows": [{"days": [1], "from": "09:00"}]}, "E1005", "/windows/0/to", ""),
    ("plans.create", {"windows": [{"days": ["1"], "from": "09:00", "to": "10:00"}]}, "E1006", "/windows/0/days/0", ""),
    ("plans.create", {"windows": []}, "E1007", "/windows", ""),
    ("plans.create", {"max_attempts": 9}, "E1007", "/max_attempts", ""),
    (
        "plans.create_runs",
        {"contacts": [{"rows": [{"calle": "secret"}]}]},
        "E1004",
        "/contacts/0/rows/0/calle",
        "callee",
    ),
    ("plans.create_runs", {"priority": 7}, "E1007", "/priority", ""),
    ("plans.list", {"status": "secret"}, "E1007", "/status", ""),
    ("plans.list", {"page": "secret"}, "E1006", "/page", ""),
    ("plans.get", {"plan_id": None}, "E1006", "/plan_id", ""),
    ("plans.get", {"plan_id": ".."}, "E1007", "/plan_id", ""),
    ("waba.bind_number", {"phone": "secret"}, "E1007", "/phone", ""),
    ("waba.list_accounts", {"secret": 1}, "E1004", "/secret", ""),
    ("templates.create", {"content": {"kind": "voice", "url": "x", "seconds": 0}}, "E1007", "/content", ""),
]


@pytest.mark.parametrize(("name", "wrong", "code", "pointer", "hint"), WRONG)
def test_wrong_fields_are_refused_with_their_place_and_nothing_is_sent(
    face, start_vendor, name, wrong, code, pointer, hint
):
    vendor = start_vendor()
    params = {**CALLS[name][0], **wrong}
    if code == "E1004" and pointer == "/nmae":
        del params["name"]
    with pytest.raises(airudder.ValidationError) as refused:
        face(vendor.url, catalog=CATALOG).method(name, **params)
    found = refused.value
    assert (found.code, found.pointer, found.operation) == (code, pointer, name)
    assert hint in found.message
    assert "secret" not in found.message.replace(pointer, "").replace("`secret`", "")
    assert vendor.asked == []


def test_without_strict_newer_fields_pass(start_vendor):
    vendor = start_vendor()
    with Client(base_url=vendor.url, catalog=CATALOG, **APP) as client:
        client.call("plans.get", {"plan_id": "p", "newer": 1}, options={"strict": False})
    assert vendor.asked == [("plans.get", {"plan_id": "p"}, {"newer": "1"}, {})]


def test_what_is_never_safe_is_not_repeated_and_what_is_safe_is(face, start_vendor):
    vendor = start_vendor()
    vendor.reset = 1
    with pytest.raises(airudder.OutcomeUnknown) as unknown:
        face(vendor.url, catalog=CATALOG).method("plans.list")
    assert (unknown.value.operation, len(vendor.asked)) == ("plans.list", 1)
    document = json.loads(FILE.read_text(encoding="utf-8"))
    rows = {one["name"]: one for one in document["operations"]}
    rows["plans.list"]["replay"] = "safe"
    rows["plans.create_runs"]["find_out"] = "plans.list_runs"
    changed = face(vendor.url, catalog=Catalog.extend(document))
    vendor.reset = 1
    assert changed.method("plans.list") == CALLS["plans.list"][1]
    assert len(vendor.asked) == 3
    vendor.reset = 1
    with pytest.raises(airudder.OutcomeUnknown, match=r"plans\.list_runs"):
        changed.method("plans.create_runs", **CALLS["plans.create_runs"][0])
    assert len(vendor.asked) == 4


def test_requests_are_shown_with_secrets_masked():
    client = Client(base_url="http://127.0.0.1:1", catalog=CATALOG, **APP)
    shown = client.prepare("plans.update", {"plan_id": "a b", "name": "x", "template_id": "t"}).curl()
    assert shown.startswith("curl -X PUT 'http://127.0.0.1:1/service/plans/a%20b'")
    assert '"plan_id"' not in shown


def test_attributes_that_are_not_there_name_the_nearest_ones():
    client = Client(catalog=CATALOG)
    with pytest.raises(AttributeError, match=r"no attribute 'plan'; did you mean plans\?"):
        _ = client.plan
    with pytest.raises(AttributeError, match=r"no attribute 'creat'; did you mean create"):
        _ = client.plans.creat
    assert {"plans", "templates", "waba", "workflow"} <= set(dir(client))
    assert {"create", "list_runs"} <= set(dir(client.plans))
    assert client.plans.create.__doc__.startswith("创建计划\n\n创建一个计划")
    with pytest.raises(AttributeError):
        _ = Client().plans


def test_a_family_of_the_library_gets_further_methods(face, start_vendor):
    more = catalog_of(row("workflow.tags", path="/service/plans", method="GET"))
    vendor = start_vendor()
    made = face(vendor.url, catalog=more)
    assert made.method("workflow.tags") == CALLS["plans.list"][1]
    assert made.client.workflow.create_instance
    for name in ("chat.iter_session_messages", "on.x", "last_response.x"):
        with pytest.raises(airudder.ValidationError, match="another name"):
            Client(catalog=catalog_of(row(name)))


def test_two_clients_of_one_process_know_nothing_of_each_other():
    one, other = Client(catalog=CATALOG), AsyncClient(catalog=catalog_of(row("other.create")))
    assert hasattr(one, "plans")
    assert not hasattr(other, "plans")
    with pytest.raises(airudder.ValidationError, match=r"other\.create"):
        other._start("plans.get", {"plan_id": "p"}, None)


def test_a_catalog_tells_what_it_holds_and_can_be_pickled():
    again = pickle.loads(pickle.dumps(CATALOG))
    assert (again.operations, again.events) == (CATALOG.operations, CATALOG.events)
    assert repr(again) == "<Catalog operations=20 events=1>"
    found = next(one for one in again.operations if one.name == "plans.create_runs")
    assert (found.method, found.path, found.query) == ("POST", "/service/plans/{plan_id}/runs", ("dry_run",))
    assert (found.auth, found.envelope, found.replay, found.file) == ("token", "cloud", "never", False)
    assert found.params["required"] == ["plan_id", "contacts"]
    assert again.events[0].when == {"/event": "plan.finished"}
    assert Client(catalog=again).plans


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"airudder_catalog": 2}, "/airudder_catalog"),
        ({"airudder_catalog": 1, "operations": [{"name": "x"}]}, "/operations/0"),
        ({"airudder_catalog": 1, "operations": [row(), row()]}, "/operations/1/name"),
        ({"airudder_catalog": 1, "operations": [row("workflow.upload_details")]}, "/operations/0/name"),
        ({"airudder_catalog": 1, "operations": [row(params={"type": "nothing"})]}, "/operations/0/params/type"),
    ],
)
def test_faults_of_a_file_are_told_with_their_place(tmp_path, content, pointer):
    file = tmp_path / "vendor.json"
    file.write_text(json.dumps(content))
    for source in (content, file, str(file)):
        with pytest.raises(airudder.ValidationError) as refused:
            Catalog.extend(source)
        assert (refused.value.code, refused.value.pointer) == ("E1027", pointer)


def test_what_is_no_catalog_is_refused(tmp_path):
    (tmp_path / "latin.json").write_bytes(b"\xe9")
    with pytest.raises(airudder.ValidationError, match="not UTF-8"):
        Catalog.extend(tmp_path / "latin.json")
    with pytest.raises(FileNotFoundError):
        Catalog.extend("nowhere.json")
    for source in (7, b"{}"):
        with pytest.raises(airudder.ValidationError, match="path of a catalog's file"):
            Catalog.extend(source)
    for owner in (Client, AsyncClient, Webhooks):
        with pytest.raises(airudder.ValidationError, match="catalog is a Catalog"):
            owner(catalog="vendor.json")
    with pytest.raises(TypeError, match=r"Catalog\.extend"):
        Catalog()


def test_the_environment_may_name_a_catalog(monkeypatch):
    for name, value in {
        "APP_KEY": "fake",
        "APP_SECRET": "fake",
        "CATALOG": str(FILE),
        "WEBHOOK_SECRET": "fake",
    }.items():
        monkeypatch.setenv(f"AIRUDDER_{name}", value)
    assert Client.from_env().plans
    assert AsyncClient.from_env().waba
    assert not hasattr(Client.from_env(catalog=catalog_of(row("other.create"))), "plans")
    hooks = Webhooks.from_env(require_signature=False)
    assert hooks.unwrap(FINISHED, {}).type == "plan.finished"
    monkeypatch.setenv("AIRUDDER_CATALOG", "nowhere.json")
    with pytest.raises(FileNotFoundError):
        Client.from_env()


FINISHED = json.dumps(
    {"event": "plan.finished", "plan_id": "p", "run_id": "r", "counts": {"called": 2, "connected": 1}}
).encode()


def test_events_of_a_catalog_are_known():
    hooks = Webhooks(require_signature=False, catalog=CATALOG)
    event = hooks.unwrap(FINISHED, {})
    assert (event.type, event.known, event.data["counts"]["called"]) == ("plan.finished", True, 2)
    assert hooks.unwrap(b'{"x": 1}', {}, kind="plan.finished").known
    assert not Webhooks(require_signature=False).unwrap(FINISHED, {}).known


def test_what_reads_catalogs_is_loaded_with_the_first_one():
    program = (
        "import sys, airudder; airudder.Client(); airudder.Webhooks(require_signature=False)\n"
        "loaded = sorted(name for name in sys.modules if 'catalog' in name)\n"
        "airudder.Catalog.extend({'airudder_catalog': 1}); print(loaded, 'airudder._catalog' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['airudder._catalog_setting'] True\n"


def test_telemetry_and_errors_name_the_operation(start_vendor):
    vendor = start_vendor()
    with Client(base_url=vendor.url, catalog=CATALOG, **APP) as client:
        seen = []
        client.on("response", seen.append)
        client.waba.list_accounts()
    assert [event.operation for event in seen][-1] == "waba.list_accounts"
