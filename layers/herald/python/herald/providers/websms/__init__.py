"""
websms Messaging API 1.0.0: WhatsApp and RCS. websms Messaging API 1.0.0, docs/providers.md.

The body's statusCode decides before the HTTP status, since which status goes with which code is nowhere
documented. Of the paths only three are: all are settings. One application (`applicationId`) is one sender.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, ClassVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field

from herald.answer import Code, Codes, nothing_sent, read
from herald.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    UnsupportedFeature,
)
from herald.models import Account, AddressType, Channel, Event, MediaFile, OutboundMessage, Receipt
from herald.provider import ChannelFacts, Provider, Request, Response, Token, Webhook, error_for_status
from herald.providers.websms import events, rcs, whatsapp
from herald.providers.websms.codes import CODES, ENTITY_NOT_FOUND, TEMPLATE_CODES, maap_reason

_YEAR = 31_536_000.0

# Documented: whatsapp_text ("Example using the access token"), media_download ("Inbound Messages"). The rest is
# inferred (docs/providers.md): setting `path_<name>` replaces it.
PATHS: Mapping[str, str] = {
    "whatsapp_text": "/messaging/whatsapp/send_text",
    "whatsapp_media": "/messaging/whatsapp/send_media",
    "whatsapp_template": "/messaging/whatsapp/send_template",
    "rcs_message": "/messaging/rcs/{application_id}/messages",
    "rcs_capabilities": "/messaging/rcs/{application_id}/contactCapabilities",
    "media_upload": "/messaging/media",
    "media_download": "/messaging/media/{media_id}",
}


type _Id = Annotated[str, Field(max_length=256)]


class _TokenAnswer(BaseModel):
    value: str = Field(alias="access_token", pattern=r"^[\x21-\x7e]+$")
    expires_in: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class _TokenRefusal(BaseModel):
    error: str = Field(pattern=r"^[a-z_]{1,40}$")


class _RcsReceipt(BaseModel):
    id: _Id | None = Field(None, alias="msgId")


class _MaapReason(BaseModel):
    code: str = Field("maap", pattern=r"^[\w.-]{1,40}$", coerce_numbers_to_str=True)


class _Answer(BaseModel):
    """Every answer of the API: which members are there depends on the method and on the outcome."""

    code: Code | None = Field(None, alias="statusCode")
    transfer: _Id | None = Field(None, alias="transferId")
    media: _Id | None = Field(None, alias="mediaId")
    rcs: _RcsReceipt | None = Field(None, alias="RCSMessage")
    reason: _MaapReason | None = None
    capabilities: frozenset[str] | None = None


class Adapter(Provider):
    """
    An account of the Messaging API.

    Settings: base_url, token_url, scope, `path_<name>` (PATHS), outcomes (`{"5003": "unclear"}`), echo_whatsapp
    and echo_rcs (whether status webhooks carry our clientMessageId; echo_rcs also sends it as msgId).
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = {
        Channel.WHATSAPP: ChannelFacts(
            frozenset({"text", "media", "template"}), echo=True, uploads=True, media=whatsapp.MEDIA
        ),
        Channel.RCS: ChannelFacts(
            frozenset({"text", "media", "location", "card", "carousel", "buttons"}),
            echo=False,
            capability=True,
            addresses=frozenset({AddressType.PHONE, AddressType.CUSTOMER}),
        ),
    }
    secret_names: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    reserved: ClassVar[frozenset[str]] = frozenset(
        {"recipient", "applicationId", "clientMessageId", "messageContact", "RCSMessage.msgId"}
    )
    webhooks: ClassVar[tuple[str, ...]] = ("inbound", "status")

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._codes = CODES.of(account)
        self._template_codes = TEMPLATE_CODES.of(account)

    def facts(self, channel: Channel) -> ChannelFacts:
        """Whether our reference comes back is an account's experience, not a documented promise."""
        facts = super().facts(channel)
        return replace(facts, echo=self.switch(f"echo_{channel}", default=facts.echo))

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what the API would refuse after it."""
        super().check(message)
        (whatsapp if message.channel is Channel.WHATSAPP else rcs).check(message)

    # websms Messaging API 1.0.0, "Authentication"
    def token_request(self) -> Request:
        """Scopes have to be asked for, or the token can do nothing."""
        user = f"{self.secret('client_id')}:{self.secret('client_secret')}".encode()
        return Request.with_form(
            "POST",
            self.setting("token_url", "https://auth.websms.com/oauth/token"),
            {
                "grant_type": "client_credentials",
                "scope": self.setting("scope", "messaging:whatsapp messaging:rcs media:create media:read"),
            },
            {"Authorization": f"Basic {base64.b64encode(user).decode()}"},
        )

    def parse_token(self, response: Response) -> Token:
        """Errors are not documented; the named RFC 6749 (5.2) answers 400 or 401 with a word."""
        answer = read(_TokenAnswer, response.body)
        error = error_for_status(response)
        if answer and not error:
            return Token(answer.value, None if answer.expires_in is None else min(answer.expires_in, _YEAR))
        if response.status in (400, 401, 403):
            refusal = read(_TokenRefusal, response.body)
            raise CredentialsRefused(
                "the provider gives no token for these credentials",
                provider_code=refusal.error if refusal else str(response.status),
            )
        if isinstance(error, ProviderThrottled):
            raise error
        raise ProviderUnavailable("the provider's token cannot be read", provider_code=str(response.status))

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:
        """One recipient a call."""
        if message.channel is Channel.WHATSAPP:
            operation, fields = whatsapp.body(message)
        else:
            operation, fields = "rcs_message", rcs.body(message, with_id=self.facts(Channel.RCS).echo)
        url = self._url(operation, application_id=message.sender)
        return Request.with_json("POST", url, fields, _bearer(token))

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """WhatsApp answers with a transferId; RCS with the message's own id, or so the standard says."""
        answer = _accepted(response, self._template_codes if message.content.type == "template" else self._codes)
        found = answer.transfer or (answer.rcs.id if answer.rcs else None)
        if not found:
            raise _lacking("the id of the message", response)
        return Receipt(provider_message_id=found, code=str(answer.code or response.status))

    def build_upload(self, media: MediaFile, data: bytes, token: str | None) -> Request:
        """Raw bytes, not a form ("string <binary>")."""
        headers = {"Content-Type": media.content_type, **_bearer(token)}
        return Request("POST", self._url("media_upload"), headers, data)

    def parse_upload(self, response: Response) -> str:
        """The mediaId. An upload reaches nobody, so it may always be repeated."""
        with nothing_sent():
            answer = _accepted(response, self._codes)
            if not answer.media:
                raise _lacking("the id of the media", response)
        return answer.media

    def build_download(self, provider_media_id: str, token: str | None) -> Request:
        """The file itself."""
        return Request("GET", self._url("media_download", media_id=provider_media_id), _bearer(token))

    def parse_download(self, response: Response) -> tuple[bytes, str]:
        """The one printed sample is an error document, without a word on its HTTP status: it may come in a 200."""
        with nothing_sent():
            if error_for_status(response) or _is_error_document(response.body):
                _accepted(response, self._codes)
        return response.body, response.headers.get("content-type", "application/octet-stream")

    def build_capability(self, channel: Channel, address: str, sender: str, token: str | None) -> Request:
        """Only RCS can be asked."""
        if not self.facts(channel).capability:
            raise UnsupportedFeature(f"websms cannot be asked about {channel}", field="channel")
        query = urlencode({"userContact": address})
        return Request("GET", f"{self._url('rcs_capabilities', application_id=sender)}?{query}", _bearer(token))

    def parse_capability(self, response: Response) -> frozenset[str]:
        """404, or "Entity not found", is how this family of APIs says that a number has no RCS."""
        answer = read(_Answer, response.body)
        if response.status == HTTPStatus.NOT_FOUND or (answer and answer.code == ENTITY_NOT_FOUND):
            return frozenset()
        with nothing_sent():
            capabilities = _accepted(response, self._codes).capabilities
            if capabilities is None:
                raise _lacking("the capabilities", response)
        return capabilities

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """One body, one event."""
        return events.parse(webhook.body, self.account)

    def acknowledge(self, webhook: Webhook) -> Response:  # noqa: ARG002 - the same for both kinds
        """Anything else, and websms delivers it again."""
        return Response(
            200,
            {"content-type": "application/json;charset=UTF-8"},
            b'{"statusCode":2000,"statusMessage":"Request processed"}',
        )

    def _url(self, operation: str, **ids: str) -> str:
        path = self.setting(f"path_{operation}", PATHS[operation])
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return self.setting("base_url", "https://api.websms.com").rstrip("/") + path


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _lacking(what: str, response: Response) -> OutcomeUnknown:
    return OutcomeUnknown(f"the provider says yes, but not {what}", provider_code=str(response.status))


def _is_error_document(body: bytes) -> bool:
    """Whether this is websms speaking, not a file: a JSON object with a statusCode that is no success."""
    answer = read(_Answer, body) if body.lstrip().startswith(b"{") else None
    return answer is not None and answer.code is not None and answer.code // 1000 in (4, 5)


def _accepted(response: Response, codes: Codes) -> _Answer:
    """The answer, when both its code and its status say yes; else raises what they mean."""
    answer = read(_Answer, response.body)
    if error := _error(response, answer, codes):
        raise error
    if answer is None:
        raise OutcomeUnknown("the provider's answer cannot be read", provider_code=str(response.status))
    return answer


def _error(response: Response, answer: _Answer | None, codes: Codes) -> ProviderError | None:
    """The body's code speaks first, then the error body of the RCS standard, then the HTTP status."""
    if answer and answer.code is not None:
        return codes.error(answer.code, response)
    by_status = error_for_status(response)
    if answer and answer.reason and (by_status is None or isinstance(by_status, ProviderRejected)):
        code = answer.reason.code
        return ProviderRejected("the rcs platform refuses the message", reason=maap_reason(code), provider_code=code)
    return by_status
