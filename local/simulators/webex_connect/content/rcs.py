"""
RCS, through v2 alone: text, media, rich card, carousel and agent events (Webex Connect, "RCS API").
"""

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.content.checked import Checked

TEXT_MAX = 1024
_CHIPS_MAX, _CARD_CHIPS_MAX, _CAROUSEL_CHIPS_MAX = 10, 4, 2
_CARDS_MIN, _CARDS_MAX = 2, 10
_HEIGHTS = {"SHORT", "MEDIUM", "TALL"}
# Beside displayText and postbackData, which all have: what is mandatory, and what is optional.
_SUGGESTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reply": ((), ()),
    "viewLocation": (("latitude", "longitude"), ("address",)),
    "shareLocation": ((), ()),
    "openUrl": (("url",), ()),
    "calendarEvent": (("startTime", "endTime", "meetingTitle"), ("meetingDescription",)),
    "dialPhone": (("phone",), ()),
}


def _check_suggestions(holder: Members, most: int) -> None:
    for suggestion in holder.objects("suggestions", most=most):
        kind = suggestion.choice("type", _SUGGESTIONS, required=True)
        needed, optional = _SUGGESTIONS[kind]
        suggestion.text("displayText", required=True)
        suggestion.text("postbackData")
        for name in needed:
            suggestion.take(name, required=True)
        if "url" in needed:
            suggestion.url("url")
        if "latitude" in needed:
            suggestion.number("latitude", -90, 90)
            suggestion.number("longitude", -180, 180)
        suggestion.anything(*optional)
        suggestion.close()


def _check_media(card: Members, *, required: bool) -> None:
    media = card.need("media") if required else card.inner("media")
    if not media:
        return
    media.url("url", required=True)
    media.choice("height", _HEIGHTS, required=True)
    media.anything("fileSize", "filesize", "contentType", "description")
    media.close()


def _check_card(card: Members, chips: int) -> str:
    title = card.text("title", required=True)
    card.text("description")
    _check_media(card, required=True)
    _check_suggestions(card, chips)
    return title


def _text(content: Members) -> str:
    text = content.text("text", required=True)
    _check_suggestions(content, _CHIPS_MAX)
    return text


def _media(content: Members) -> str:
    content.url("mediaContentUrl", required=True)
    content.number("fileSize", 1, 10**9)
    _check_suggestions(content, _CHIPS_MAX)
    return ""


def _standalone(content: Members) -> str:
    card = content.need("richCard")
    card.choice("orientation", {"HORIZONTAL", "VERTICAL"}, required=True)
    card.choice("thumbnailAlignment", {"LEFT", "RIGHT"}, required=True)
    if thumbnail := card.inner("thumbnail"):
        thumbnail.url("url", required=True)
        thumbnail.choice("height", _HEIGHTS, required=True)
        thumbnail.anything("fileSize", "contentType", "description")
        thumbnail.close()
    title = _check_card(card, _CARD_CHIPS_MAX)
    card.close()
    return title


def _carousel(content: Members) -> str:
    content.choice("width", {"SMALL", "MEDIUM"}, required=True)
    titles = []
    for card in content.objects("cards", required=True, least=_CARDS_MIN, most=_CARDS_MAX):
        titles.append(_check_card(card, _CAROUSEL_CHIPS_MAX))
        card.close()
    _check_suggestions(content, _CHIPS_MAX)
    return titles[0]


def _agent_event(content: Members) -> str:
    event = content.choice("event", {"IS_TYPING", "READ"}, required=True)
    content.text("messageId", required=event == "READ")
    return ""


_KINDS = {
    "text": _text,
    "media": _media,
    "standalone": _standalone,
    "carousel": _carousel,
    "agentEvent": _agent_event,
}


def check_rcs(content: Members) -> Checked:
    """The length of a text is checked once the substitutions are in."""
    kind = content.choice("type", _KINDS, required=True)
    text = _KINDS[kind](content)
    content.close()
    return Checked(kind, text=text)
