"""
Content as clients may write it: what is taken, and everything that is not.
"""

import pytest
from pydantic import TypeAdapter, ValidationError

from herald.content import CONTENT_TYPES, BinaryContent, Content, Media, media_of

CONTENT: TypeAdapter[Content] = TypeAdapter(Content)

REPLY = {"type": "reply", "label": "Yes"}
TITLED = {"title": "One"}
MEDIA = {"id": "m-1"}
STARTS, ENDS = "2026-03-14T10:00:00+01:00", "2026-03-14T11:00:00+01:00"

GOOD: dict[str, dict[str, object]] = {
    "text": {"text": "Grüße\n\tüberall 😀"},
    "media": {"media": {"url": "https://media.example/cat.jpg"}, "caption": ""},
    "sticker": {"media": MEDIA},
    "location": {"latitude": -90, "longitude": 180},
    "contacts": {"contacts": [{"name": "Ada", "phones": [{"phone": "+43 1 234"}]}]},
    "card": {"card": TITLED, "orientation": "horizontal", "alignment": "left"},
    "carousel": {"cards": [TITLED] * 10},
    "list": {"text": "Choose", "button": "Menu", "sections": [{"rows": [{"data": "a", "title": "A"}]}]},
    "buttons": {"text": "Choose", "buttons": [REPLY]},
    "template": {"name": "order", "language": "pt_BR", "parameters": ["", "two"]},
    "binary": {"segments": ["AQID"], "user_data_header": True},
    "voice": {"text": "Hello"},
    "push": {"body": "Hello", "data": {"a": "b"}},
    "time_picker": {"text": "When?", "slots": [{"data": "a", "starts": "2026-11-21T10:00:00+01:00", "minutes": 30}]},
    "invitation": {"brand": "Acme"},
}


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_every_type_is_taken_and_comes_back_as_it_was(kind: str) -> None:
    """One good example of each type survives the way to JSON and back."""
    content = CONTENT.validate_python({"type": kind} | GOOD[kind])
    assert content.type == kind
    assert CONTENT.validate_json(CONTENT.dump_json(content)) == content


def suggestions(*wrong: dict[str, object]) -> list[dict[str, object]]:
    """A text with one of them each."""
    return [{"text": "Choose", "suggestions": [suggestion]} for suggestion in wrong]


BAD: list[tuple[str, dict[str, object]]] = [
    ("fax", {"text": "hi"}),
    ("text", {}),
    ("text", {"text": ""}),
    ("text", {"text": "x" * 10_001}),
    ("text", {"text": 5}),
    ("text", {"text": None}),
    ("text", {"text": "hi", "colour": "red"}),
    ("text", {"text": "a\x00b"}),
    ("text", {"text": "a\x07b"}),
    ("text", {"text": "a\x0bb"}),
    ("text", {"text": "a\x1bb"}),
    ("text", {"text": "a\x7fb"}),
    ("text", {"text": "hi", "suggestions": [REPLY] * 14}),
    *(
        ("text", body)
        for body in suggestions(
            {"type": "reply"},
            {"type": "reply", "label": ""},
            {"type": "url", "label": "x", "url": "javascript:alert(1)"},
            {"type": "url", "label": "x", "url": "https://user:word@host.example/"},
            {"type": "url", "label": "x", "url": "/relative"},
            {"type": "url", "label": "x", "url": f"https://host.example/{'x' * 2048}"},
            {"type": "dial", "label": "x", "phone": "0123"},
            {"type": "dial", "label": "x", "phone": "+٤٣٦٧٦١٢٣٤٥"},
            {"type": "map", "label": "x"},
            {"type": "map", "label": "x", "latitude": 1},
            {"type": "map", "label": "x", "query": "a", "request": True},
            {"type": "calendar", "label": "x", "title": "t", "starts": ENDS, "ends": STARTS},
            {"type": "calendar", "label": "x", "title": "t", "starts": STARTS, "ends": STARTS},
            {"type": "calendar", "label": "x", "title": "t", "starts": "2026-03-14T10:00:00", "ends": ENDS},
            {"type": "compose", "label": "x", "phone": "+43123456789"},
            {"type": "compose", "label": "x", "phone": "+43123456789", "text": "a", "recording": "audio"},
            {"type": "settings", "label": "x", "setting": "format_disk"},
        )
    ),
    ("media", {"media": {}}),
    ("media", {"media": {"id": "a", "url": "https://media.example/"}}),
    ("media", {"media": {"id": ""}}),
    ("media", {"media": {"url": "file:///etc/passwd"}}),
    ("media", {"media": MEDIA, "filename": "../x"}),
    ("media", {"media": MEDIA, "filename": 'a"b'}),
    ("media", {"media": MEDIA, "kind": "hologram"}),
    ("location", {"latitude": 90.1, "longitude": 0}),
    ("location", {"latitude": 0, "longitude": -180.1}),
    ("location", {"latitude": float("nan"), "longitude": 0}),
    ("location", {"latitude": 0, "longitude": 0, "radius": 0}),
    ("contacts", {"contacts": []}),
    ("card", {"card": {}}),
    ("card", {"card": {"height": "tall", "suggestions": [REPLY]}}),
    ("card", {"card": {"title": ""}}),
    ("card", {"card": {"title": "x" * 201}}),
    ("card", {"card": {"description": "x" * 2001}}),
    ("card", {"card": TITLED, "orientation": "horizontal"}),
    ("card", {"card": TITLED, "alignment": "left"}),
    ("carousel", {"cards": [TITLED]}),
    ("carousel", {"cards": [TITLED] * 11}),
    ("carousel", {"cards": [TITLED, {"media": MEDIA, "height": "tall"}], "width": "small"}),
    ("list", {"text": "Choose", "button": "Menu", "sections": []}),
    ("list", {"text": "Choose", "button": "Menu", "sections": [{"rows": []}]}),
    ("buttons", {"text": "Choose", "buttons": []}),
    ("buttons", {"text": "Choose", "buttons": [REPLY] * 12}),
    ("template", {"name": "", "language": "en"}),
    ("template", {"name": "order", "language": "english please"}),
    ("template", {"name": "order", "language": "en", "parameters": ["a\x00"]}),
    ("template", {"name": "order", "language": "en", "parameters": ["a"] * 101}),
    ("template", {"name": "order", "language": "en", "header": {}}),
    ("template", {"name": "order", "language": "en", "header": {"text": "a", "media": MEDIA}}),
    ("binary", {"segments": []}),
    ("binary", {"segments": [""]}),
    ("binary", {"segments": ["AQI"]}),
    ("binary", {"segments": ["-_8="]}),
    ("binary", {"segments": ["AQID"] * 256}),
    ("binary", {"segments": ["A" * 192]}),
    ("voice", {}),
    ("voice", {"text": "a", "flow": "b"}),
    ("push", {"body": ""}),
    ("push", {"body": "a", "data": {"a": 1}}),
]


@pytest.mark.parametrize(("kind", "body"), BAD, ids=[f"{kind} {ascii(body)[:60]}" for kind, body in BAD])
def test_what_nobody_can_send_is_refused(kind: str, body: dict[str, object]) -> None:
    """Wrong shapes, lengths, characters and combinations never become content."""
    with pytest.raises(ValidationError):
        CONTENT.validate_python({"type": kind} | body)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"type":"text","text":"\ud800"}',
        rb'{"type":"text","text":"\udfff\ud800"}',
        rb'{"type":"text","text":"\u0000"}',
        b'{"type":"text","text":"\xff"}',
        b'{"type":"text","text":"\xed\xa0\x80"}',
        b'{"type":"location","latitude":NaN,"longitude":0}',
        b'{"type":"location","latitude":1e999,"longitude":0}',
        b"[" * 200_000,
        b'{"type":"text","text":' + b"[" * 200_000,
        b"",
        b"null",
    ],
    ids=ascii,
)
def test_hostile_json_is_refused(body: bytes) -> None:
    """Lone surrogates, NUL, wrong bytes, deep nesting: one kind of error, never a crash."""
    with pytest.raises(ValidationError):
        CONTENT.validate_json(body)


def test_lengths_are_characters() -> None:
    """A character outside the basic plane counts as one, as people count."""
    assert CONTENT.validate_python({"type": "text", "text": "😀" * 10_000}).type == "text"


def test_media_is_found_wherever_it_is() -> None:
    """Every media of a content, in order, repeats included."""
    carousel = CONTENT.validate_python(
        {
            "type": "carousel",
            "cards": [
                {"media": {"id": "a"}, "thumbnail": {"url": "https://media.example/b"}},
                TITLED,
                {"media": {"id": "a"}},
            ],
        }
    )
    assert [media.key for media in media_of(carousel)] == ["a", "https://media.example/b", "a"]
    assert list(media_of(BinaryContent(segments=("AQID",)))) == []
    assert list(media_of(Media(id="x"))) == [Media(id="x")]
