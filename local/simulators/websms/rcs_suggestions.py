"""
Suggested replies and actions (GSMA FNW.11).
"""

from typing import Any

from local.simulators.websms.rcs_rules import Rule, as_object, demand, is_url

DISPLAY_TEXT_MAX = 25
POSTBACK_MAX = 2048

# Action, its variants, and the members each variant cannot do without.
ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "urlAction": {"openUrl": ("url",)},
    "dialerAction": {
        "dialPhoneNumber": ("phoneNumber",),
        "dialEnrichedCall": ("phoneNumber",),
        "dialVideoCall": ("phoneNumber",),
    },
    "mapAction": {"showLocation": ("location",), "requestLocationPush": ()},
    "calendarAction": {"createCalendarEvent": ("startTime", "endTime", "title")},
    "composeAction": {
        "composeTextMessage": ("phoneNumber", "text"),
        "composeRecordingMessage": ("phoneNumber", "type"),
    },
    "deviceAction": {"requestDeviceSpecifics": ()},
    "settingsAction": {"disableAnonymization": (), "enableDisplayedNotifications": ()},
}


def check_suggestions(suggestions: Any, most: int, too_many: Rule) -> None:
    """A list of 1 to `most` suggestions, each exactly one reply or action."""
    demand(isinstance(suggestions, list) and suggestions, Rule.SUGGESTIONS_EMPTY, "suggestions are empty")
    demand(len(suggestions) <= most, too_many, f"more than {most} suggestions")
    for suggestion in suggestions:
        _check_suggestion(as_object(suggestion, "suggestion"))


def _check_suggestion(suggestion: dict[str, Any]) -> None:
    sound = len(suggestion) == 1 and suggestion.keys() <= {"reply", "action"}
    demand(sound, Rule.REPLY_OR_ACTION, "a suggestion is exactly one of reply and action")
    kind, body = next(iter(suggestion.items()))
    _check_face(as_object(body, kind))
    if kind == "action":
        _check_action(body)


def _check_face(face: dict[str, Any]) -> None:
    text = face.get("displayText")
    sound = isinstance(text, str) and 1 <= len(text) <= DISPLAY_TEXT_MAX
    demand(sound, Rule.SUGGESTION_TOO_LONG, f"displayText must have 1 to {DISPLAY_TEXT_MAX} characters")
    if "postback" in face:
        data = as_object(face["postback"], "postback").get("data")
        sound = isinstance(data, str) and len(data) <= POSTBACK_MAX
        demand(sound, Rule.SUGGESTION_TOO_LONG, f"postback.data may have {POSTBACK_MAX} characters")


def _check_action(action: dict[str, Any]) -> None:
    kinds = sorted(action.keys() - {"displayText", "postback"})
    demand(kinds and kinds[0] in ACTIONS, Rule.ACTION_WITHOUT_KIND, "an action needs a kind")
    demand(len(kinds) == 1, Rule.ACTION_WITH_TWO_KINDS, "an action has exactly one kind")
    variants = as_object(action[kinds[0]], kinds[0])
    known = ACTIONS[kinds[0]]
    sound = len(variants) == 1 and variants.keys() <= known.keys()
    demand(sound, Rule.ACTION_WITHOUT_KIND, f"{kinds[0]} is exactly one of {', '.join(known)}")
    name, body = next(iter(variants.items()))
    details = as_object(body, name)
    for member in known[name]:
        demand(details.get(member), Rule.MALFORMED, f"{name} lacks {member}")
    demand("url" not in details or is_url(details["url"]), Rule.MALFORMED, "url is no URL")
