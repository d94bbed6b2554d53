"""
JSON that somebody wrote for us, as a model, or every mistake in it by the path that its writer knows.

The surprise: pydantic's own paths name union members and its messages repeat values; neither leaves here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from herald.errors import HeraldError, InvalidMessage, InvalidRequest

MAX_MISTAKES = 50
"""Mistakes told at once; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a body. `field` is the path as the client writes it, empty for the body as a whole."""

    field: str
    code: str
    detail: str


class InvalidBody(InvalidMessage):
    """The body is JSON but does not follow the schema; `mistakes` are the first of `count`."""

    def __init__(self, mistakes: Sequence[Mistake], count: int) -> None:
        first = mistakes[0]
        detail = f"{first.field} {first.detail}".lstrip()
        super().__init__(detail if count == 1 else f"{detail}, and {count - 1} more", field=first.field or None)
        self.mistakes = tuple(mistakes)
        self.count = count


def parse_json[M: BaseModel](body: bytes, model: type[M]) -> M:
    """
    JSON text as this model; what is not HTTP (intake) reads its records with it too.

    pydantic-core's parser refuses nesting beyond some 200 levels, bytes that are not UTF-8 and lone surrogates; of
    a name given twice the last value counts. Raises InvalidRequest or InvalidBody.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        # `from None`: the original carries the client's values.
        raise _refusal(error, model) from None


def _refusal(error: ValidationError, model: type[BaseModel]) -> HeraldError:
    errors = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return InvalidRequest("the body is not valid JSON", hint="JSON in UTF-8, at most 200 levels deep")
    if first["type"] == "model_type" and not first["loc"]:
        return InvalidRequest("the body must be a JSON object")
    schema: Any = model.__pydantic_core_schema__
    return InvalidBody([_mistake(one, schema) for one in errors[:MAX_MISTAKES]], len(errors))


_SENTENCES = {
    "extra_forbidden": "is not a known field",
    "missing": "is required",
    "union_tag_not_found": "is required",
}
_SUBJECT = re.compile(r"^(?:Value error, |(\w+ should ))")
_COUNT = re.compile(r" after validation, not .*$")


def _mistake(error: ErrorDetails, schema: Any) -> Mistake:
    kind = error["type"]
    context = error.get("ctx", {})
    path = list(_names(error["loc"], schema))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        path.append(f".{context['discriminator'].strip("'")}")
    if kind == "union_tag_invalid":
        return Mistake(_join(path), kind, f"must be one of {context['expected_tags']}")
    return Mistake(_join(path), "invalid" if kind == "value_error" else kind, _sentence(kind, error["msg"]))


def _sentence(kind: str, message: str) -> str:
    """pydantic's message as the end of a sentence that begins with the field."""
    text = _SUBJECT.sub(lambda found: "must " if found[1] else "", _COUNT.sub("", message))
    return _SENTENCES.get(kind) or text[:1].lower() + text[1:]


def _join(path: Sequence[str]) -> str:
    return "".join(path).removeprefix(".")


_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def _names(location: Sequence[int | str], schema: Any) -> Iterator[str]:
    """
    A place in a model as the client wrote it: `.content`, `[3]`.

    pydantic names the chosen member of a union in its path too, which the client never wrote; only the schema
    tells it from a field of the same name. A name that is no plain one becomes `?`: it may be a value in disguise.
    """
    definitions = {one["ref"]: one for one in schema.get("definitions", ())}
    for step in location:
        schema = _inner(schema, definitions)
        kind = schema.get("type")
        if kind in ("tagged-union", "union"):
            schema = schema["choices"][step] if kind == "tagged-union" else {}
            continue
        if step == "[key]":
            continue
        yield f"[{step}]" if isinstance(step, int) else f".{step if _PLAIN_NAME.fullmatch(step) else '?'}"
        schema = _part(schema, kind, step)


def _inner(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """What is checked behind validators, defaults and references."""
    while True:
        if schema.get("type") == "definition-ref":
            schema = definitions[schema["schema_ref"]]
        elif "schema" in schema:
            schema = schema["schema"]
        else:
            return schema


def _part(schema: Any, kind: str | None, step: int | str) -> Any:
    """What pydantic checks one step further in; empty where it is not known."""
    match kind:
        case "model-fields":
            fields = schema["fields"]
            return next((one for name, one in fields.items() if step in (name, one.get("validation_alias"))), {})
        case "tuple":
            return schema["items_schema"][-1]
        case "list":
            return schema.get("items_schema", {})
        case "dict":
            return schema.get("values_schema", {})
        case _:
            return {}
