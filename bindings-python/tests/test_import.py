"""What `airudder import` makes of OpenAPI documents."""

import functools
import json

import pytest
import yaml
from conftest import ROOT
from openapi import DOCUMENT, ENVELOPE, EXAMPLES, VENDOR, answers, body, document, importing, query

from airudder._openapi.catalog import Selection
from airudder._openapi.files import Import


@pytest.fixture
def make(tmp_path):
    """Import a document, and give what came of it."""
    return functools.partial(importing, tmp_path)


@pytest.fixture
def rows(make):
    """Import a document, and give its operations by name."""

    def run(content, *selection):
        return {row["name"]: row for row in make(content, *selection).imported.catalog["operations"]}

    return run


@pytest.fixture
def row(rows):
    """Import a document of one operation."""

    def run(*arguments, **operation):
        (found,) = rows(document(*arguments, **operation)).values()
        return found

    return run


def test_twenty_pages_become_twenty_operations(make):
    made = make(DOCUMENT)
    assert [row["name"] for row in made.imported.catalog["operations"]] == [
        "plans.create",
        "plans.create_runs",
        "plans.delete",
        "plans.get",
        "plans.get_runs_report",
        "plans.list",
        "plans.list_runs",
        "plans.update",
        "templates.create",
        "templates.create_preview",
        "templates.delete",
        "templates.get",
        "templates.get_tree",
        "templates.list",
        "waba.bind_number",
        "waba.list_accounts",
        "waba.list_numbers",
        "waba.send_message",
        "waba.unbind_number",
        "waba.update_number",
    ]
    assert {row["replay"] for row in made.imported.catalog["operations"]} == {"never"}
    assert (made.imported.left_out, made.imported.notes) == ([], [])


def test_the_catalog_beside_the_document_is_what_is_made_of_it(make, tmp_path):
    make(DOCUMENT, write=True)
    for name in ("vendor.json", "vendor.d.ts"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (EXAMPLES / name).read_text(encoding="utf-8"), (
            f"write it again: airudder import {VENDOR.relative_to(ROOT)} -o core/vectors/examples/vendor.json"
        )


def test_the_same_document_makes_the_same_bytes_in_whatever_order_it_comes(make, tmp_path):
    def written(content):
        for path in tmp_path.glob("vendor.*"):
            path.unlink()
        make(content, write=True)
        return [path.read_bytes() for path in sorted(tmp_path.glob("vendor.*"))]

    first = written(DOCUMENT)
    assert len(first) == 3
    assert written(DOCUMENT) == first
    assert written(DOCUMENT | {"paths": dict(reversed(DOCUMENT["paths"].items()))}) == first


def test_yaml_is_the_same_document(make, tmp_path):
    make(DOCUMENT, write=True)
    first = (tmp_path / "vendor.json").read_bytes()
    make(yaml.safe_dump(DOCUMENT, allow_unicode=True, sort_keys=False), name="openapi.yaml", write=True)
    assert (tmp_path / "vendor.json").read_bytes() == first
    plain = "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: 2026-01-01}\n"
    assert make(plain, name="plain.yml").imported.catalog["operations"][0]["name"] == "a.list"


def test_yaml_without_pyyaml_says_what_to_install(make, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ImportError, match="pip install pyyaml"):
        make("openapi: 3.0.1\n", name="openapi.yaml")


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (document("/service/plans", "get"), "plans.list"),
        (document("/service/plans/{id}", "get", parameters=[{"name": "id", "in": "path"}]), "plans.get"),
        (document("/service/cloud/plan/query"), "plan.query"),
        (document("/x/计划", tags=["计划"]), "x.create"),
        (document("/计划", tags=["计划"]), "root.create"),
        (document("/api/v1/waba", "get", tags=["消息/WABA 账号"]), "waba.list"),
        (document(tags=["Plans"], operationId="createPlan"), "plans.create"),
        (document(operationId="billing.payInvoice"), "billing.pay_invoice"),
        (document("/service/plans", operationId="start_service_plans_post"), "plans.start"),
        (document(operationId="class"), "things.class_it"),
        (document("/service/campaigns", "get"), "campaigns_api.list"),
        (document("/import", "delete"), "import_api.delete"),
    ],
)
def test_names(rows, made, name):
    assert list(rows(made)) == [name]


def test_names_are_unique_and_stable(rows):
    """Another operation with the same name gives both a longer one, whatever their order."""
    twice = document("/service/a/list", "get")
    twice["paths"]["/service/a/list"]["post"] = twice["paths"]["/service/a/list"]["get"]
    twice["paths"]["/v2/a/list"] = twice["paths"]["/service/a/list"]
    names = list(rows(twice))
    assert names == ["a.get_service_a_list", "a.get_v2_a_list", "a.post_service_a_list", "a.post_v2_a_list"]
    twice["paths"] = dict(reversed(twice["paths"].items()))
    assert list(rows(twice)) == names
    same = document("/a/模板", "get")
    same["paths"]["/a/计划"] = same["paths"]["/a/模板"]
    first, second = rows(same)
    assert first != second
    assert all(name.isascii() for name in (first, second))


def test_names_from_paths_alone(rows):
    made = document("/service/plans", tags=["Other"], operationId="x.y")
    assert list(rows(made, Selection(by_path=True))) == ["plans.create"]


def test_what_the_user_changed_is_kept(make, tmp_path):
    make(DOCUMENT, write=True)
    file = tmp_path / "vendor.json"
    catalog = json.loads(file.read_text(encoding="utf-8"))
    changed = next(row for row in catalog["operations"] if row["name"] == "plans.list")
    changed |= {"name": "plans.all", "replay": "safe"}
    catalog["operations"].append({"name": "mine.own", "method": "GET", "path": "/mine"})
    catalog["events"][0]["when"] = {"/kind": 7}
    file.write_text(json.dumps(catalog), encoding="utf-8")
    made = make(DOCUMENT, write=True)
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["operations"]}
    assert rows["plans.all"]["replay"] == "safe"
    assert made.changes == ["plan.finished: when", "plans.all: replay safe"]
    assert made.gone == ["mine.own"]
    assert json.loads(file.read_text(encoding="utf-8"))["events"][0]["when"] == {"/kind": 7}
    file.write_text("[]")
    with pytest.raises(ValueError, match="no catalog"):
        make(DOCUMENT)


def test_parameters_of_path_query_and_body_are_one_object(row):
    path = {"name": "id", "in": "path", "description": "The id.", "schema": {"type": "string"}}
    made = row(
        "/service/things/{id}",
        "put",
        parameters=[path, query("dry", type="boolean"), {"name": "Authorization", "in": "header"}],
        **body({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
    )
    assert (made["method"], made["path"], made["query"]) == ("PUT", "/service/things/{id}", ["dry"])
    assert made["params"] == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "The id."},
            "dry": {"type": "boolean"},
            "name": {"type": "string"},
        },
        "required": ["id", "name"],
    }
    assert "query" not in row("/service/things", "get", parameters=[query("dry", type="boolean")])


def test_a_signed_operation_is_known_by_its_header_field(row):
    assert row(parameters=[{"name": "X-AIRudder-Sign", "in": "header"}])["auth"] == "sign"
    assert "auth" not in row()


@pytest.mark.parametrize(
    ("schema", "envelope", "result"),
    [
        (ENVELOPE, "cloud", {"type": "string"}),
        ({"properties": {"code": {}, "request_id": {}, "data": {"type": "array", "items": {}}}}, "chat", None),
        ({"properties": {"code": {}, "message": {}, "body": {"type": "integer"}}}, "sms", {"type": "integer"}),
        ({"properties": {"retcode": {}, "msg": {}, "data": {"type": "integer"}}}, "process", {"type": "integer"}),
        ({"allOf": [{"properties": {"code": {}}}, ENVELOPE]}, "cloud", {"type": "string"}),
        ({"properties": {"code": {}, "message": {}}}, "cloud", {}),
        ({"type": "object", "properties": {}}, None, {}),
    ],
)
def test_the_result_is_what_the_envelope_holds(row, schema, envelope, result):
    made = row(responses=answers(schema))
    assert made.get("envelope") == envelope
    assert made["result"] == (result if result is not None else {"type": "array", "items": {}})


def test_an_answer_may_be_a_file(row):
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    for kind in ("audio/wav", "text/csv; charset=utf-8", sheet):
        assert row(responses=answers({"type": "string", "format": "binary"}, kind))["file"] is True
    assert "file" not in row()


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (body({"type": "object", "properties": {"a": {}}}, "multipart/form-data"), "multipart/form-data"),
        (body({"type": "array", "items": {}}), "of type array"),
        ({"responses": answers({"properties": {"items": {}}})}, "no known envelope"),
        ({"responses": answers({"type": "string"}, "text/html")}, "text/html, which is neither"),
        ({"parameters": [{**query("a", type="array"), "required": True}]}, "a is no single value"),
        ({"parameters": [query("a")], **body({"properties": {"a": {}}})}, "a stands in the body"),
        ({"parameters": [{"name": "a", "in": "query", "content": {}}]}, "a way of its own"),
    ],
)
def test_what_a_catalog_cannot_hold_is_left_out_and_told(make, operation, why):
    made = make(document(**operation)).imported
    assert made.catalog["operations"] == []
    ((what, told),) = made.left_out
    assert what == "POST /service/things"
    assert why in told


def test_operations_of_the_library_are_left_out(make):
    made = make(document("/service/cloud/workflow/uploaddetails")).imported
    told = "the library has it as workflow.upload_details"
    assert made.left_out == [("POST /service/cloud/workflow/uploaddetails", told)]
    # The whole of the library's own document is known to it.
    made = make((ROOT / "docs/openapi.json").read_text(encoding="utf-8")).imported
    assert made.catalog["operations"] == made.catalog["events"] == []


def test_lists_in_the_query_are_told(make):
    made = make(document(method="get", parameters=[query("ids", type="array", items={"type": "string"})])).imported
    told = "without the parameters of the query that are no single value: ids"
    assert made.notes == [("GET /service/things", told)]


def test_header_fields_of_your_own_are_told(make):
    made = make(document(parameters=[{"name": "X-Tenant", "in": "header"}])).imported
    assert made.notes == [("POST /service/things", "give the header fields yourself, by the option headers: X-Tenant")]


SCHEMAS = [
    ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
    ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
    ({"nullable": True, "oneOf": [{}, True]}, {"anyOf": [{"oneOf": [{}, True]}, {"type": "null"}]}),
    ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
    ({"exclusiveMaximum": 9}, {"exclusiveMaximum": 9}),
    ({"type": "string", "example": "x", "x-apifox-mock": "@id"}, {"type": "string", "examples": ["x"]}),
    ({"format": "date-time", "discriminator": {"propertyName": "a"}, "xml": {}}, {"format": "date-time"}),
    ({"const": 1, "prefixItems": [{}], "propertyNames": {}}, {"const": 1, "prefixItems": [{}], "propertyNames": {}}),
    (
        {"enum": [1, 2], "x-apifox-enum": [{"value": "1", "name": "low", "description": "rarely"}]},
        {"enum": [1, 2], "description": "1: low, rarely"},
    ),
]


@pytest.mark.parametrize(("schema", "wanted"), SCHEMAS)
def test_schemas_become_those_of_2020_12(row, schema, wanted):
    made = row(**body({"type": "object", "properties": {"a": schema}}))
    assert made["params"]["properties"] == {"a": wanted}


def test_references_are_bundled_with_circles_and_only_where_they_are_used(make):
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/树"}}},
    }
    made = document(
        **body({"type": "object", "properties": {"tree": {"$ref": "#/components/schemas/树"}}}),
        more={"components": {"schemas": {"树": tree, "Unused": {"type": "string"}}}},
    )
    catalog = make(made).imported.catalog
    (name,) = catalog["$defs"]
    assert name.isascii()
    assert catalog["$defs"][name]["properties"]["children"]["items"] == {"$ref": f"#/$defs/{name}"}
    assert catalog["operations"][0]["params"]["properties"] == {"tree": {"$ref": f"#/$defs/{name}"}}


def test_what_is_read_only_is_not_required_in_a_request(make):
    thing = {
        "type": "object",
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {}, "key": {"writeOnly": True}},
        "required": ["id", "name", "key"],
    }
    held = {"type": "object", "properties": {"thing": {"$ref": "#/components/schemas/Thing"}}}
    made = document(
        **body(held),
        responses=answers({"properties": {"code": {}, "data": held}}),
        more={"components": {"schemas": {"Thing": thing}}},
    )
    catalog = make(made).imported.catalog
    assert {name: one["required"] for name, one in catalog["$defs"].items()} == {
        "Thing": ["id", "name"],
        "ThingInput": ["name", "key"],
    }


def test_combined_bodies_are_one_object_where_they_can_be(row):
    part = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    made = row(**body({"allOf": [part, {"properties": {"b": {}}}]}))
    assert made["params"] == {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]}
    made = row(**body({"oneOf": [part, {"type": "object", "properties": {"b": {}}}]}))
    assert set(made["params"]) == {"type", "oneOf"}
    made = row(parameters=[query("q")], **body({"oneOf": [part]}))
    assert made["params"] == {"type": "object", "properties": {"q": {}}, "allOf": [{"oneOf": [part]}]}
    assert row(**body({"type": "object", "properties": {}}))["params"]["additionalProperties"] is True


def event(schema, kind="webhooks", key="thingDone"):
    sent = {"post": body(schema)}
    if kind == "webhooks":
        return {"openapi": "3.1.0", "webhooks": {key: sent}}
    return document(callbacks={key: {"{$request.body#/url}": sent}})


@pytest.mark.parametrize("kind", ["webhooks", "callbacks"])
def test_events_are_told_apart_by_what_is_constant(make, kind):
    inner = {"type": "object", "properties": {"type": {"enum": ["thing"]}, "size": {"enum": [1, 2]}}}
    schema = {"type": "object", "properties": {"event": {"const": "thing.done"}, "data": inner}}
    made = make(event(schema, kind)).imported
    (row,) = made.catalog["events"]
    assert (row["name"], row["when"]) == ("thing.done", {"/event": "thing.done", "/data/type": "thing"})
    assert made.notes == []


def test_an_event_that_nothing_tells_apart_is_left_out_and_told(make, tmp_path):
    made = make(event({"type": "object", "properties": {"a": {}}}), write=True).imported
    assert made.catalog["events"] == []
    told = "no field tells it apart: write it into the catalog with a `when`, as event.thing_done"
    assert made.left_out == [("event thingDone", told)]
    catalog = json.loads((tmp_path / "vendor.json").read_text(encoding="utf-8"))
    catalog["events"].append({"name": "event.thing_done", "when": {"/a": True}})
    (tmp_path / "vendor.json").write_text(json.dumps(catalog))
    (row,) = make(event({"type": "object", "properties": {"a": {}}})).imported.catalog["events"]
    assert row["when"] == {"/a": True}
    made = make({"openapi": "3.1.0", "webhooks": {"bare": {"post": {}}}}).imported
    assert made.left_out == [("event bare", "no body in JSON is described")]


def test_what_the_library_would_refuse_is_told_with_its_operation(make, tmp_path):
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}
    with pytest.raises(ValueError, match=r"openapi\.json: POST /service/things/params"):
        make(document(**body(schema)), write=True)
    assert not list(tmp_path.glob("vendor*"))


def test_swagger_2(rows):
    made = {
        "swagger": "2.0",
        "basePath": "/service/",
        "definitions": {"Thing": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
        "paths": {
            "/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "type": "string", "required": True}],
                "put": {
                    "parameters": [
                        {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Thing"}},
                        {"name": "dry", "in": "query", "type": "boolean", "description": "Only check."},
                    ],
                    "responses": {"200": {"description": "ok", "schema": ENVELOPE}},
                },
                "get": {"responses": {"200": {"description": "ok", "schema": {"type": "file"}}}},
            },
        },
    }
    found = rows(made)
    assert found["things.update"]["path"] == "/service/things/{id}"
    assert found["things.update"]["params"]["required"] == ["id", "name"]
    assert found["things.update"]["params"]["properties"]["dry"] == {"type": "boolean", "description": "Only check."}
    assert found["things.get"]["file"] is True


def test_the_path_of_the_server_stands_before_all(rows):
    more = {
        "servers": [{"url": "https://{host}/open/{v}", "variables": {"host": {"default": "x"}, "v": {"default": "v3"}}}]
    }
    assert rows(document("/plans", "get", more=more))["plans.list"]["path"] == "/open/v3/plans"


def test_what_is_imported_is_chosen_by_paths_and_tags(make, rows):
    assert {name.split(".")[0] for name in rows(DOCUMENT, Selection(include=["/service/sms/*"]))} == {"waba"}
    assert {name.split(".")[0] for name in rows(DOCUMENT, Selection(include=["模板"]))} == {"templates"}
    kept = rows(DOCUMENT, Selection(include=["计划"], exclude=["/service/plans/{plan_id}/*"]))
    assert list(kept) == ["plans.create", "plans.delete", "plans.get", "plans.list", "plans.update"]
    with pytest.raises(ValueError, match="no path and no tag fits '/srevice"):
        make(DOCUMENT, Selection(exclude=["/srevice/*"]))


def test_the_name_of_the_file_is_that_of_a_module(tmp_path):
    for name in ("my-vendor.json", "vendor.yaml", "1.json"):
        with pytest.raises(ValueError, match="Python module"):
            Import(VENDOR, tmp_path / name, Selection())
