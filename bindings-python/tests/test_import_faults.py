"""What `airudder import` says of OpenAPI documents that are not as they must be."""

import functools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi import DOCUMENT, body, document, importing, query

from airudder._openapi.document import Document
from airudder._openapi.place import DocumentError


@pytest.fixture
def make(tmp_path):
    """Import a document, and give what came of it."""
    return functools.partial(importing, tmp_path)


FAULTS = [
    ([], "#: the document must be an object"),
    ({"apifoxProject": "1"}, "export it as OpenAPI"),
    ({"openapi": "4.0"}, "#: neither `openapi` 3.0"),
    ('{"openapi": "3.0.1", "openapi": "3.0.1"}', "'openapi' stands twice"),
    ('{"openapi": NaN}', "NaN is no JSON number"),
    ("{", "line 1, column 2"),
    (document("things"), "#/paths/things: a path begins with /"),
    (document("/a/{id}"), "#/paths/~1a~1{id}/post: the path names {id}"),
    (document(parameters={}), "#/paths/~1service~1things/post/parameters: this must be an array"),
    (document(parameters=[{"in": "query"}]), "/parameters/0: a parameter needs `name`"),
    (document(parameters=[query("a"), query("a")]), "/parameters/1: the parameter a stands twice"),
    (document(parameters=[{"name": "a", "in": "nowhere"}]), "/parameters/0/in: a parameter is in path"),
    (document(parameters=[query("a", type="int")]), "/parameters/0/schema/type: 'int' is no type"),
    (document(parameters=[query("a", type=[])]), "/schema/type: this must have an item"),
    (document(parameters=[query("a", type=[["string"]])]), "/schema/type/0: this must be a text"),
    (document(parameters=[query("a", minLength=-1)]), "/schema/minLength: `minLength` must be a whole number"),
    (document(parameters=[query("a", maximum="9")]), "/schema/maximum: `maximum` must be a number"),
    (document(parameters=[query("a", exclusiveMinimum=True)]), "needs a `minimum`"),
    (document(parameters=[query("a", enum=[])]), "/schema/enum: this must have an item"),
    (
        document(**body({"properties": {"a": {"required": True}}})),
        "/properties/a/required: `required` of a schema is a list",
    ),
    (document(**body({"$ref": "#/components/schemas/No"})), "/schema/$ref: there is no #/components/schemas/No"),
    (document(**body({"$ref": "other.json#/A"})), "/schema/$ref: only references into this document"),
    (document(**body(7)), "/content/application~1json/schema: this must be an object"),
    (document(responses={"200": {"$ref": "#/paths/~1service~1things/post/responses/200"}}), "leads back to itself"),
    (document(tags=[7]), "/post/tags/0: this must be a text"),
]


@pytest.mark.parametrize(("content", "says"), FAULTS)
def test_what_is_wrong_in_a_document_is_told_with_its_place(make, tmp_path, content, says):
    with pytest.raises(ValueError, match=r"openapi\.json#") as refused:
        make(content, write=True)
    assert says in str(refused.value)
    assert not list(tmp_path.glob("vendor*"))


def test_a_schema_of_nothing_but_itself_is_refused(make):
    circle = {"allOf": [{"$ref": "#/components/schemas/A"}]}
    with pytest.raises(ValueError, match="leads back to itself"):
        make(document(**body(circle), more={"components": {"schemas": {"A": circle}}}))
    deep = "{" + '"a":{' * 100_000 + "}" * 100_001
    with pytest.raises(ValueError, match="too deeply"):
        make(deep)


def places(value, path=()):
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in pairs:
        yield from places(one, (*path, name))


PLACES = list(places(DOCUMENT))[1:]
ODD = st.sampled_from([None, True, 0, -1, "", "x", [], [[]], {}, {"a": 1}, {"$ref": "#/paths"}, {"$ref": 7}, "object"])


@given(st.sampled_from(PLACES), ODD)
def test_a_document_with_something_odd_in_it_is_imported_or_refused(tmp_path_factory, place, odd):
    content = json.loads(json.dumps(DOCUMENT))
    parent = content
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = odd
    folder = tmp_path_factory.mktemp("odd")
    try:
        importing(folder, content, write=True)
    except ValueError as error:
        refused = str(error)
    else:
        refused = None
    assert refused is None or (refused.startswith(f"{folder}/openapi.json") and len(list(folder.iterdir())) == 1)


def test_errors_name_their_place():
    with pytest.raises(DocumentError) as refused:
        Document({"openapi": "3.0.1", "a": [{}]}).root["a"][0].fail("no")
    assert (refused.value.pointer, str(refused.value)) == ("/a/0", "#/a/0: no")
