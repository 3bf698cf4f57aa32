"""YAML documents, where PyYAML is installed."""

from __future__ import annotations

import math
from typing import Any

from airudder._openapi.place import DocumentError, escaped


def parse(text: str) -> object:
    """Read YAML as the JSON that it stands for: a date is a text, and a name such as 200 or `on` is one, too."""
    try:
        import yaml
    except ImportError:
        message = "the document is not JSON, and reading YAML needs PyYAML: pip install pyyaml, or export it as JSON"
        raise ImportError(message) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return None if node is None else _value(yaml, node, yaml.SafeLoader(""), "", ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise DocumentError("", f"the document is neither JSON nor YAML{where}: {error.problem}") from None
    except yaml.YAMLError:
        raise DocumentError("", "the document is neither JSON nor YAML") from None


def _value(yaml: Any, node: Any, loader: Any, pointer: str, above: tuple[Any, ...]) -> object:  # noqa: ANN401 - untyped
    if node in above:
        raise DocumentError(pointer, "this anchor holds itself")
    above = (*above, node)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                raise DocumentError(pointer, "the names in an object must be texts, each once")
            found[key.value] = _value(yaml, value, loader, f"{pointer}/{escaped(key.value)}", above)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(yaml, item, loader, f"{pointer}/{at}", above) for at, item in enumerate(node.value)]
    if node.tag not in _JSON_TAGS:
        return node.value
    scalar = loader.construct_object(node)
    if isinstance(scalar, float) and not math.isfinite(scalar):
        raise DocumentError(pointer, f"{node.value} is no JSON number")
    return scalar


_JSON_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}
