"""
A JSON Schema of every event, made from the models of the answers; and what people say, as a table.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from docs.generate import answers, endpoint_answers
from docs.generate.openapi import tidied
from herald.inbound_content import InboundContent
from herald.status import Status

EVENTS: Mapping[str, type[answers.Event]] = {
    **{f"message.{status}": answers.MessageEvent for status in Status},
    "message.receipt_overdue": answers.MessageEvent,
    "message.received": answers.InboundEvent,
    "media.ready": answers.MediaEvent,
    "request.accepted": answers.RequestEvent,
    "request.cancelled": answers.RequestEvent,
    "request.expired": answers.RequestEvent,
    "endpoint.disabled": endpoint_answers.EndpointEvent,
}
"""What the `detail` of an event of each type is."""


def document() -> dict[str, Any]:
    """One schema: an event is one of these, told apart by its `type`; clients should allow members that are new."""
    models = dict.fromkeys(EVENTS.values())
    references, whole = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of Herald",
        "oneOf": [
            {**references[model, "validation"], "properties": {"type": {"const": name}}}
            for name, model in EVENTS.items()
        ],
        "$defs": dict(sorted(tidied(whole["$defs"]).items())),
    }


def inbound_types() -> Mapping[str, type[BaseModel]]:
    """The models of inbound content by their type."""
    union, _ = get_args(InboundContent.__value__)
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(union)}


def inbound_table() -> str:
    """What the content of an inbound message can be, in Markdown; members with a question mark may be missing."""
    return "\n".join(("| `type` | members | |", "|---|---|---|", *_rows()))


def _rows() -> Iterator[str]:
    for name, model in inbound_types().items():
        fields = ((field, info.is_required()) for field, info in model.model_fields.items() if field != "type")
        members = ", ".join(f"`{field}`" if required else f"`{field}`?" for field, required in fields)
        yield f"| `{name}` | {members} | {' '.join((model.__doc__ or '').split())} |"
