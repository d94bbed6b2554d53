"""
Filling `{{name}}` placeholders of a content with a recipient's variables.

Without variables a content is sent as it is written, braces and all.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from pydantic import TypeAdapter, ValidationError

from herald.content import Content
from herald.errors import InvalidMessage

_PLACEHOLDER = re.compile(r"\{\{\s*(\w{1,64})\s*\}\}")
_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


def render(content: Content, variables: Mapping[str, str], kept: AbstractSet[str] = frozenset()) -> Content:
    """
    The content for one recipient; placeholders that are `kept` are the provider's to fill.

    Raises InvalidMessage when a placeholder has no variable, or when the filled content is no longer valid.
    """
    if not variables:
        return content
    filled = _fill(content.model_dump(mode="json"), {**{name: f"{{{{{name}}}}}" for name in kept}, **variables})
    try:
        return _CONTENT.validate_python(filled)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"][1:])
        raise InvalidMessage(
            f"with its variables filled in, the content {first['msg']}", field=f"content.{path}"
        ) from error


def parse(text: str) -> Content:
    """A content that was stored, trusted as far as its shape goes."""
    return _CONTENT.validate_json(text)


def _fill(part: object, variables: Mapping[str, str]) -> object:
    if isinstance(part, str):
        return _PLACEHOLDER.sub(lambda found: _value(found[1], variables), part)
    if isinstance(part, list):
        return [_fill(item, variables) for item in part]
    if isinstance(part, dict):
        return {key: _fill(item, variables) for key, item in part.items()}
    return part


def _value(name: str, variables: Mapping[str, str]) -> str:
    try:
        return variables[name]
    except KeyError:
        raise InvalidMessage(
            f"the content names the variable {name}, which is not given",
            field="variables",
            hint="give every variable to every recipient",
        ) from None
