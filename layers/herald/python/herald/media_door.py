"""
The doors of the media function: HTTP, and the media queue.

    {"inbound": "<id>"}     fetch what a person sent from the provider
    {"announce": "<id>"}    sent with a delay: tell of the message, whatever has become of its media
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from herald.authenticating import Scope
from herald.relaying import InboundMedia
from herald.shelving import UploadRequest
from herald.web import Answer, Call, Routes, answer, read_json

if TYPE_CHECKING:
    from herald.assembly import Assembly

TRIES = 5
"""How often the queue gives out a record before it goes to the dead letters (`maxReceiveCount` of the template)."""

MAX_JSON = 256_000
"""Bytes of a JSON body here."""


class Door:
    """The HTTP routes and the records of the media function."""

    def __init__(self, parts: "Assembly") -> None:
        self._parts = parts
        self.routes: Routes = {
            "POST /v1/media": self.upload,
            "POST /v1/media/uploads": self.start_upload,
            "GET /v1/media/{id}": self.describe,
            "GET /v1/media/{id}/{signature}": self.serve,
        }

    def upload(self, call: Call) -> Answer:
        """Keep the raw bytes of the body: 201. The query may name the file."""
        tenant = self._parts.keys.authenticate(call, Scope.MEDIA_WRITE).tenant
        kept = self._parts.shelf.store_upload(
            tenant, call.body, call.headers.get("content-type", ""), call.query.get("filename")
        )
        return answer(HTTPStatus.CREATED, kept.model_dump(exclude_none=True), {"location": f"/v1/media/{kept.id}"})

    def start_upload(self, call: Call) -> Answer:
        """An address to put large media to: 201."""
        tenant = self._parts.keys.authenticate(call, Scope.MEDIA_WRITE).tenant
        grant = self._parts.shelf.start_upload(tenant, read_json(call, UploadRequest, MAX_JSON))
        return answer(HTTPStatus.CREATED, grant, {"location": f"/v1/media/{grant.id}"})

    def describe(self, call: Call) -> Answer:
        """What is known of a medium, with an address to download it."""
        tenant = self._parts.keys.authenticate(call, Scope.MEDIA_READ).tenant
        described = self._parts.shelf.describe(tenant, call.parameters["id"])
        return answer(HTTPStatus.OK, described.model_dump(exclude_none=True))

    def serve(self, call: Call) -> Answer:
        """The public link that providers are given: to the bytes, for a few minutes. The signature is the key."""
        url = self._parts.shelf.serve(call.parameters["id"], call.parameters["signature"])
        return answer(HTTPStatus.FOUND, None, {"location": url})

    def take_record(self, record: Mapping[str, Any]) -> None:
        """Do what a record of the media queue asks for. Raises what makes the queue try again."""
        body = json.loads(record["body"])
        if "announce" in body:
            self._inbound_media().announce(body["announce"])
        else:
            last = int(record["attributes"]["ApproximateReceiveCount"]) >= TRIES
            self._inbound_media().fetch(body["inbound"], last=last)

    def _inbound_media(self) -> InboundMedia:
        parts = self._parts
        return InboundMedia(
            shelf=parts.shelf,
            caller=parts.caller,
            registry=parts.registry,
            inbounds=parts.inbounds,
            now=parts.time.now,
        )
