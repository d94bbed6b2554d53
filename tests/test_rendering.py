"""
Filling placeholders.
"""

from typing import Any

import pytest
from pydantic import TypeAdapter

from herald.content import Content
from herald.errors import InvalidMessage
from herald.rendering import parse, render

CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


def text(words: str) -> Content:
    return CONTENT.validate_python({"type": "text", "text": words})


def rendered(words: str, **variables: str) -> Any:
    return render(text(words), variables)


def test_without_variables() -> None:
    """Without variables a content is sent as it is written, the very same object."""
    content = text("{{name}} {{")
    assert render(content, {}) is content


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Hello {{name}}!", "Hello Ada!"),
        ("{{ name }}{{name}}", "AdaAda"),
        ("{name} {{}} {{a b}} }}{{", "{name} {{}} {{a b}} }}{{"),
        ("{{straße}}", "Weg 1"),
    ],
)
def test_filled(words: str, expected: str) -> None:
    """A placeholder is a name in two pairs of braces; anything else stays as it is written."""
    assert rendered(words, name="Ada", straße="Weg 1", unused="x").text == expected


def test_a_value_is_no_template() -> None:
    """What a value holds is not filled in again."""
    assert rendered("{{a}}", a="{{b}}", b="x").text == "{{b}}"


def test_missing() -> None:
    """A placeholder without a variable is refused, and named."""
    with pytest.raises(InvalidMessage, match="name") as raised:
        rendered("Hello {{name}}", other="x")
    assert raised.value.field == "variables"


def test_no_longer_valid() -> None:
    """A content that its variables make too long is refused with its field, and not repeated."""
    with pytest.raises(InvalidMessage) as raised:
        rendered("{{name}}", name="secret" * 100_000)
    assert raised.value.field == "content.text"
    assert "secret" not in raised.value.detail


def test_everywhere() -> None:
    """Placeholders are filled in every text of a content, however deep."""
    card = {
        "type": "card",
        "card": {
            "title": "For {{name}}",
            "description": "Dear {{name}}",
            "suggestions": [{"type": "reply", "label": "{{answer}}", "data": "{{answer}}"}],
        },
    }
    found = render(CONTENT.validate_python(card), {"name": "Ada", "answer": "yes"})
    written = found.model_dump_json()
    assert "{{" not in written
    assert written.count("Ada") == written.count("yes") == 2


def test_there_and_back() -> None:
    """A content that was stored is read as it was."""
    content = text("ü {{x}}")
    assert parse(content.model_dump_json()) == content
