"""
Filling placeholders.
"""

from typing import Any

import pytest
from pydantic import TypeAdapter

from herald.content import Content
from herald.errors import InvalidMessage
from herald.models import Options, SmartLink
from herald.rendering import parse, render
from herald.stored import Body, body_text, placeholders, read_body

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


# Placeholders that a provider fills.

LINKS = Options(smart_links=(SmartLink(id="1"), SmartLink(id="shop", minutes=5)))


@pytest.mark.feature("X13")
def test_kept() -> None:
    """The provider's placeholders stay open in any text, spelt as it knows them; ours beside them are filled."""
    words = "{{name}}: {{link_1}} {{ link_shop }}{{link_1}}"
    found = Body(text(words), LINKS).filled({"name": "Ada"}).content
    assert found == text("Ada: {{link_1}} {{link_shop}}{{link_1}}")
    assert placeholders(LINKS) == {"link_1", "link_shop"}


@pytest.mark.feature("X13")
def test_kept_by_name_only() -> None:
    """A link that the message does not declare is a placeholder like any other: without a variable it is missing."""
    with pytest.raises(InvalidMessage, match="link_2"):
        Body(text("{{link_1}} {{link_2}}"), LINKS).filled({"name": "Ada"})


def test_a_variable_of_that_name() -> None:
    """Whoever gives a variable by the name of a link has filled its place himself."""
    assert render(text("{{link_1}}"), {"link_1": "https://a.example"}, {"link_1"}) == text("https://a.example")


def test_a_body_there_and_back() -> None:
    """What is stored of a message is read as it was: content, options and raw overrides."""
    body = Body(text("ü {{x}}"), LINKS, {"parcel": {"a": [None, {"ß": 1.5}], "b": {}}})
    assert read_body(body_text(body)) == body
    assert read_body(body_text(Body(text("a"), Options()))) == Body(text("a"), Options())
