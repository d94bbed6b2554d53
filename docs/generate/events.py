"""
A JSON Schema of every event, made from the models of the answers.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from docs.generate import answers
from docs.generate.openapi import tidied
from herald.status import Status

EVENTS: Mapping[str, type[answers.Event]] = {
    **{f"message.{status}": answers.MessageEvent for status in Status},
    "message.received": answers.InboundEvent,
    "media.ready": answers.MediaEvent,
    "request.accepted": answers.RequestEvent,
    "request.cancelled": answers.RequestEvent,
    "request.expired": answers.RequestEvent,
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
