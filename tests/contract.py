"""
Holds real answers against docs/openapi.json, more strictly than clients should: what is not described is a failure.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.world import Answer, Json

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


@cache
def document() -> Json:
    """The description that is kept."""
    found: Json = json.loads(DOCUMENT.read_text())
    return found


@cache
def _strict() -> Json:
    """The description without room for what it does not name; schemas that may be extended are told apart by it."""
    found: Json = json.loads(DOCUMENT.read_text())
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found


def operation(method: str, path: str) -> Json:
    """What is described for a call; `default` for what no path fits."""
    for shape in sorted(document()["paths"], key=lambda shape: shape.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(shape))
        if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in document()["paths"][shape]:
            found: Json = document()["paths"][shape][method.lower()]
            return found
    raise AssertionError(f"{method} {path} is not described")


def check(method: str, path: str, answer: Answer) -> None:
    """Fails when the answer is not one that is described for this call: its status, headers, type and body."""
    described = operation(method, path)["responses"]
    assert str(answer.status) in described, f"{method} {path} answers {answer.status}"
    response = described[str(answer.status)]
    for header in response.get("headers", ()):
        assert header.lower() in answer.headers or "required" not in document()["components"]["headers"][header]
    if "content" not in response:
        return
    ((content_type, content),) = response["content"].items()
    assert answer.headers["content-type"] == content_type
    errors = [f"{error.json_path}: {error.message}" for error in _errors(content["schema"], answer.json)]
    assert not errors, f"{method} {path}: {errors}"
    if content_type == "application/problem+json":
        assert answer.json["code"] in content["examples"], answer.json["code"]


def _errors(schema: Json, value: Any) -> list[Any]:
    whole = {**schema, "components": _strict()["components"]}
    return list(Draft202012Validator(whole).iter_errors(value))


def fits(name: str, value: Any) -> bool:
    """Whether a value is what the schema of this name describes."""
    return not _errors({"$ref": f"#/components/schemas/{name}"}, value)
