"""
The words in which RCS content is refused, and the small checks all of it shares.

The numbers are MaaP error codes (GSMA FNW.11); 42000 is this simulator's own, where none is published.
"""

import re
from enum import IntEnum
from typing import Any


class Rule(IntEnum):
    MALFORMED = 42000
    CONTACT_MISSING = 42004
    CONTACT_WITHOUT_PLUS = 42005
    CONTENT_MISSING = 42009
    CONTENT_TWICE = 42010
    CHIPS_WITHOUT_CONTENT = 42014
    TEXT_EMPTY = 42015
    ALIGNMENT_MISSING = 42037
    ALIGNMENT_FORBIDDEN = 42039
    TALL_IN_SMALL = 42041
    CARD_EMPTY = 42042
    SUGGESTIONS_EMPTY = 42043
    TOO_MANY_CHIPS = 42044
    REPLY_OR_ACTION = 42045
    ACTION_WITHOUT_KIND = 42046
    ACTION_WITH_TWO_KINDS = 42047
    TOO_MANY_CARD_SUGGESTIONS = 42048
    SUGGESTION_TOO_LONG = 42049
    THUMBNAIL_INCOMPLETE = 42100
    MEDIA_WITHOUT_URL = 42104
    MEDIA_WITHOUT_TYPE = 42105
    MEDIA_WITHOUT_SIZE = 42106
    MEDIA_WITHOUT_HEIGHT = 42107
    CONTENT_DESCRIPTION_LENGTH = 42202
    TITLE_LENGTH = 42203
    DESCRIPTION_LENGTH = 42204
    CAROUSEL_LENGTH = 42205


class Breach(Exception):
    """RCS content breaks a rule."""

    def __init__(self, rule: Rule, text: str) -> None:
        super().__init__(text)
        self.rule = rule
        self.text = text


def demand(holds: object, rule: Rule, text: str) -> None:
    if not holds:
        raise Breach(rule, text)


def as_object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Breach(Rule.MALFORMED, f"{what} is not an object")
    return value


def is_url(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\S*", value) is not None


def is_size(value: Any) -> bool:
    """A size in bytes: a positive integer, never a string or a boolean."""
    return type(value) is int and value > 0


def within(holder: dict[str, Any], name: str, longest: int, rule: Rule) -> None:
    """An optional text of 1 to `longest` characters."""
    if name in holder:
        value = holder[name]
        demand(
            isinstance(value, str) and 1 <= len(value) <= longest, rule, f"{name} must have 1 to {longest} characters"
        )
