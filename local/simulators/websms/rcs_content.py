"""
The limits on an RCSMessage and its contact (GSMA FNW.11: the MaaP error codes, and two public clients).
"""

import re
from typing import Any

from local.simulators.websms.fields import has_surrogate
from local.simulators.websms.rcs_rules import Breach, Rule, as_object, demand, is_size, is_url, within
from local.simulators.websms.rcs_suggestions import check_suggestions

__all__ = ["Breach", "Rule", "check_contact", "check_message"]

CONTENT_KINDS = (
    "textMessage",
    "fileMessage",
    "audioMessage",
    "geolocationPushMessage",
    "richcardMessage",
    "isTyping",
)
TITLE_MAX, DESCRIPTION_MAX, CONTENT_DESCRIPTION_MAX, LABEL_MAX = 200, 2000, 200, 200
CARDS_MIN, CARDS_MAX = 2, 10
CARD_SUGGESTIONS_MAX, CHIPS_MAX = 4, 11
HEIGHTS = {"SHORT_HEIGHT", "MEDIUM_HEIGHT", "TALL_HEIGHT"}
_THUMBNAIL = ("thumbnailUrl", "thumbnailContentType", "thumbnailFileSize")
_POSITION = re.compile(r"-?[0-9]{1,2}(\.[0-9]+)?\s*,\s*-?[0-9]{1,3}(\.[0-9]+)?")


def check_contact(contact: Any) -> str:
    """The recipient: `userContact` with its `+`, or else the anonymous `chatId`."""
    holder = as_object(contact, "messageContact")
    user = holder.get("userContact")
    if user is None and isinstance(holder.get("chatId"), str) and holder["chatId"]:
        return str(holder["chatId"])
    demand(isinstance(user, str) and user, Rule.CONTACT_MISSING, "userContact is missing")
    number = str(user)
    demand(number.startswith("+"), Rule.CONTACT_WITHOUT_PLUS, "userContact must start with +")
    demand(re.fullmatch(r"\+[1-9][0-9]{4,14}", number), Rule.CONTACT_WITHOUT_PLUS, "userContact is no MSISDN")
    return number


def check_message(message: Any, text_max: int) -> dict[str, Any]:
    """The message, found sound: exactly one kind of content, each within its limits."""
    holder = as_object(message, "RCSMessage")
    kinds = [kind for kind in CONTENT_KINDS if holder.get(kind) is not None]
    if not kinds and "suggestedChipList" in holder:
        raise Breach(Rule.CHIPS_WITHOUT_CONTENT, "suggestedChipList needs a content item")
    demand(kinds, Rule.CONTENT_MISSING, "RCSMessage has no content")
    demand(len(kinds) == 1, Rule.CONTENT_TWICE, "RCSMessage has more than one content")
    _CHECKS[kinds[0]](holder[kinds[0]])
    if kinds[0] == "textMessage" and text_max:
        demand(len(holder["textMessage"]) <= text_max, Rule.MALFORMED, f"textMessage exceeds {text_max} characters")
    if "suggestedChipList" in holder:
        chips = as_object(holder["suggestedChipList"], "suggestedChipList").get("suggestions")
        check_suggestions(chips, CHIPS_MAX, Rule.TOO_MANY_CHIPS)
    unknown = holder.keys() - {*CONTENT_KINDS, "suggestedChipList", "trafficType", "msgId"}
    demand(not unknown, Rule.MALFORMED, f"unknown member of RCSMessage: {', '.join(sorted(unknown))}")
    return holder


def _check_text(text: Any) -> None:
    demand(isinstance(text, str) and text and not has_surrogate(text), Rule.TEXT_EMPTY, "textMessage is empty")


def _check_file(message: Any) -> None:
    holder = as_object(message, "fileMessage or audioMessage")
    demand(is_url(holder.get("fileUrl")), Rule.MALFORMED, "fileUrl is missing or no URL")
    for name in ("fileSize", "thumbnailFileSize", "playingLength"):
        demand(name not in holder or is_size(holder[name]), Rule.MALFORMED, f"{name} is no positive integer")


def _check_position(message: Any) -> None:
    holder = as_object(message, "geolocationPushMessage")
    position = holder.get("pos")
    sound = isinstance(position, str) and _POSITION.fullmatch(position)
    demand(sound, Rule.MALFORMED, 'pos must be "latitude,longitude"')
    within(holder, "label", LABEL_MAX, Rule.MALFORMED)


def _check_typing(state: Any) -> None:
    demand(state in ("active", "idle"), Rule.MALFORMED, "isTyping is active or idle")


def _check_rich_card(message: Any) -> None:
    body = as_object(as_object(message, "richcardMessage").get("message"), "richcardMessage.message")
    known = [name for name in ("generalPurposeCard", "generalPurposeCardCarousel") if name in body]
    demand(len(known) == 1, Rule.MALFORMED, "richcardMessage needs exactly one card or carousel")
    card = as_object(body[known[0]], known[0])
    if known[0] == "generalPurposeCard":
        _check_standalone(card)
    else:
        _check_carousel(card)


def _check_standalone(card: dict[str, Any]) -> None:
    layout = as_object(card.get("layout"), "layout")
    orientation, alignment = layout.get("cardOrientation"), layout.get("imageAlignment")
    demand(orientation in ("VERTICAL", "HORIZONTAL"), Rule.MALFORMED, "cardOrientation is VERTICAL or HORIZONTAL")
    if orientation == "HORIZONTAL":
        demand(alignment in ("LEFT", "RIGHT"), Rule.ALIGNMENT_MISSING, "HORIZONTAL requires imageAlignment")
    else:
        demand(alignment is None, Rule.ALIGNMENT_FORBIDDEN, "VERTICAL must not have imageAlignment")
    _check_card(card.get("content"), HEIGHTS)


def _check_carousel(carousel: dict[str, Any]) -> None:
    width = as_object(carousel.get("layout"), "layout").get("cardWidth")
    demand(width in ("SMALL_WIDTH", "MEDIUM_WIDTH"), Rule.MALFORMED, "cardWidth is SMALL_WIDTH or MEDIUM_WIDTH")
    cards = carousel.get("content")
    sound = isinstance(cards, list) and CARDS_MIN <= len(cards) <= CARDS_MAX
    demand(sound, Rule.CAROUSEL_LENGTH, f"a carousel has {CARDS_MIN} to {CARDS_MAX} cards")
    for card in cards or []:
        _check_card(card, HEIGHTS - {"TALL_HEIGHT"} if width == "SMALL_WIDTH" else HEIGHTS)


def _check_card(card: Any, heights: set[str]) -> None:
    holder = as_object(card, "card content")
    filled = any(holder.get(name) is not None for name in ("media", "title", "description"))
    demand(filled, Rule.CARD_EMPTY, "a card needs media, title or description")
    within(holder, "title", TITLE_MAX, Rule.TITLE_LENGTH)
    within(holder, "description", DESCRIPTION_MAX, Rule.DESCRIPTION_LENGTH)
    if "media" in holder:
        _check_media(as_object(holder["media"], "media"), heights)
    if "suggestions" in holder:
        check_suggestions(holder["suggestions"], CARD_SUGGESTIONS_MAX, Rule.TOO_MANY_CARD_SUGGESTIONS)


def _check_media(media: dict[str, Any], heights: set[str]) -> None:
    demand(is_url(media.get("mediaUrl")), Rule.MEDIA_WITHOUT_URL, "mediaUrl is missing or no URL")
    content_type = media.get("mediaContentType")
    sound = isinstance(content_type, str) and "/" in content_type
    demand(sound, Rule.MEDIA_WITHOUT_TYPE, "mediaContentType is missing")
    demand(is_size(media.get("mediaFileSize")), Rule.MEDIA_WITHOUT_SIZE, "mediaFileSize is missing")
    demand(media.get("height") in HEIGHTS, Rule.MEDIA_WITHOUT_HEIGHT, "height is missing or unknown")
    demand(media["height"] in heights, Rule.TALL_IN_SMALL, "SMALL_WIDTH forbids TALL_HEIGHT")
    given = [name in media for name in _THUMBNAIL]
    demand(all(given) or not any(given), Rule.THUMBNAIL_INCOMPLETE, "thumbnail url, type and size come together")
    within(media, "contentDescription", CONTENT_DESCRIPTION_MAX, Rule.CONTENT_DESCRIPTION_LENGTH)


_CHECKS = {
    "textMessage": _check_text,
    "fileMessage": _check_file,
    "audioMessage": _check_file,
    "geolocationPushMessage": _check_position,
    "richcardMessage": _check_rich_card,
    "isTyping": _check_typing,
}
