"""
`message.template` with its parameters, in every form WhatsApp's have (Webex Connect, "WhatsApp Template Messages").
"""

from collections.abc import Mapping
from typing import Any

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Refused

# What an object must hold, by its `type`.
_TYPED = {
    "url": ("payload",),
    "date_time": ("fallback_value",),
    "currency": ("currency_code", "amount_1000", "fallback_value"),
    "otp": ("value",),
}
_HEADERS = {"image", "video", "document"}


def _check_object(parameters: Members, name: str) -> None:
    value = parameters.need(name)
    if name in _HEADERS:
        value.url("link", required=True)
        value.text("filename")
    else:
        for needed in _TYPED[value.choice("type", _TYPED, required=True)]:
            value.text(needed, required=True)
        value.text("timestamp")
    value.close()


def _check_buttons(parameters: Members) -> None:
    for button in parameters.objects("quickReply", required=True, least=1):
        button.text("button_text", required=True)
        button.text("payload", required=True)
        button.close()


def _check_value(parameters: Members, name: str, value: Any) -> None:
    if name == "quickReply":
        _check_buttons(parameters)
    elif isinstance(value, dict):
        _check_object(parameters, name)
    elif name in _HEADERS:
        raise Refused("7004", name)
    else:
        parameters.text(name)


def check_template(envelope: Members, templates: Mapping[str, tuple[str, ...]]) -> str:
    """
    The template's id, empty without one; 7108 if it is unknown, 7003 if a parameter of its own is missing.

    An empty id counts as none, since the Messenger samples carry one.
    """
    message = envelope.inner("message")
    template = message.text("template") if message else ""
    if not message or not template:
        return ""
    if templates and template not in templates:
        raise Refused("7108")
    parameters = message.inner("parameters")
    message.close()
    given = parameters.document if parameters else {}
    for name in templates.get(template, ()):
        if given.get(name) in (None, "", [], {}):
            raise Refused("7003", name)
    if parameters:
        for name, value in given.items():
            _check_value(parameters, name, value)
            if templates and name not in templates[template]:
                parameters.remark(name, "is no parameter of the template")
    return template
