"""
WhatsApp: text, media and template (documented, sections "Send ... message").

Lengths count characters (code points), not bytes. Text without `content` is 4009 as in the documents' error example,
text that is present and bad is 4028.
"""

import uuid
from typing import Any

from starlette.responses import Response

from local.simulators.websms.answers import json_answer
from local.simulators.websms.calls import Call
from local.simulators.websms.fields import Fields, has_surrogate, msisdn
from local.simulators.websms.guards import require_scope
from local.simulators.websms.identifiers import transfer_id
from local.simulators.websms.records import Taken
from local.simulators.websms.statuses import MESSAGING, OK, Operation, Refused

CONTENT_MAX = 4096
PLACEHOLDER_MAX = 1024


def is_uuid(value: object) -> bool:
    """The 36 characters, in either case."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def known_application(call: Call, application_id: object) -> str:
    """The applicationId, or 4001; any UUID is known unless the settings list some."""
    known = [one.lower() for one in call.state.settings.applications]
    if not isinstance(application_id, str) or not is_uuid(application_id):
        raise Refused(4001)
    if known and application_id.lower() not in known:
        raise Refused(4001)
    return application_id


def _open(call: Call) -> tuple[Fields, str, str]:
    """What all three have in common; answers the fields, the application and the recipient."""
    require_scope(call)
    if not isinstance(call.document, dict):
        raise Refused(4009 if call.document is None else 4028)
    fields = call.fields(call.document)
    if "json" not in call.request.headers.get("content-type", ""):
        fields.remark(4028, "content type is not JSON")
    application_id = known_application(call, fields.take("applicationId", 4001))
    recipient = msisdn(fields, fields.take("recipient", 4002), 4002, plus=True)
    call.client_message_id = fields.client_message_id(call.state.settings.client_message_id_max)
    return fields, application_id, recipient


def _accept(call: Call, fields: Fields, application_id: str, recipient: str) -> Response:
    fields.reject_unknown(4028)
    call.refuse_magic()
    call.accept()
    call.provider_id = transfer_id()
    call.report(
        Taken(
            channel="whatsapp",
            operation=call.operation,
            provider_id=call.provider_id,
            recipient=recipient,
            url=call.state.urls.for_application("status", application_id),
            reference=call.client_message_id,
            application_id=application_id,
        )
    )
    echoed = call.client_message_id if call.state.settings.echo_client_message_id else None
    document = {"statusCode": OK, "statusMessage": MESSAGING[OK].message, "clientMessageId": echoed}
    return json_answer({**document, "transferId": call.provider_id})


async def send_text(call: Call) -> Response:
    """Free text, 1 to 4096 characters; 4400 outside the customer care window."""
    fields, application_id, recipient = _open(call)
    content = fields.string("content", 4028)
    if content is None:
        raise Refused(4009)
    if not 1 <= len(content) <= CONTENT_MAX:
        raise Refused(4028)
    if not call.state.window_is_open(application_id, recipient):
        raise Refused(4400)
    return _accept(call, fields, application_id, recipient)


async def send_media(call: Call) -> Response:
    """A file uploaded before, perhaps captioned; an unknown one is 404 by the documents' rule for missing entities."""
    fields, application_id, recipient = _open(call)
    media_id = fields.take("mediaId", 4034)
    content = fields.string("content", 4028)
    if content is not None and len(content) > CONTENT_MAX:
        raise Refused(4028)
    if not is_uuid(media_id):
        raise Refused(4034)
    if call.state.media.find(media_id) is None:
        raise Refused(4034, http=404)
    return _accept(call, fields, application_id, recipient)


def _placeholder(entry: Any) -> str:
    """The value of one `{"default": value}`, or 4401."""
    value = entry.get("default") if isinstance(entry, dict) and len(entry) == 1 else None
    if not isinstance(value, str) or len(value) > PLACEHOLDER_MAX or has_surrogate(value):
        raise Refused(4401)
    if "\n" in value or "\r" in value:
        raise Refused(4401)
    return value


def _template_text(call: Call, name: str, locale: str) -> str:
    """The template's own text: empty where the settings know no templates at all."""
    templates = call.state.settings.templates
    if not templates:
        return ""
    text = templates.get(name, {}).get(locale)
    if text is None:
        raise Refused(4028)
    return text


async def send_template(call: Call) -> Response:
    """A template by name and locale; its text with the placeholders filled must fit 4096 characters."""
    fields, application_id, recipient = _open(call)
    name, locale = fields.string("templateName", 4028), fields.string("templateLocale", 4028)
    if not name or not locale:
        raise Refused(4028)
    entries = fields.take("localizableParams", 4401)
    if not isinstance(entries, list | None):
        raise Refused(4401)
    values = [_placeholder(entry) for entry in entries or []]
    text = _template_text(call, name, locale)
    fixed = len(text) - sum(len(f"{{{{{n}}}}}") for n in range(1, len(values) + 1)) if text else 0
    if fixed + sum(map(len, values)) > CONTENT_MAX:
        raise Refused(4401)
    return _accept(call, fields, application_id, recipient)


HANDLERS = {
    Operation.WHATSAPP_TEXT: send_text,
    Operation.WHATSAPP_MEDIA: send_media,
    Operation.WHATSAPP_TEMPLATE: send_template,
}
