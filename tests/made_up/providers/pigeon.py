"""
Pigeon Post API 1: notes and pictures, carried by pigeons. Nobody has this provider: it shows how one is added.

A call takes up to fifty pigeons, and a 202 holds a code for each of them. All that Pigeon Post tells is signed.
"""

import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, ClassVar, Literal
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from herald.answer import Code, Codes, Moment, Outcome, Verdict, nothing_sent, read
from herald.content import Content, MediaContent, MediaKind, TextContent
from herald.errors import InvalidMessage, OutcomeUnknown, ProviderError, Reason, UnsupportedFeature, WebhookNotVerified
from herald.identifier import own_reference
from herald.models import Account, AddressType, Channel, Event, InboundMessage, OutboundMessage, Receipt, StatusUpdate
from herald.numbering import own_sender, person
from herald.provider import (
    ChannelFacts,
    MediaRule,
    Provider,
    Request,
    Response,
    Webhook,
    error_for_status,
    only,
)
from herald.status import Status

MAX_CHARACTERS = 300
MAX_PIGEONS = 50

# Both documented: setting `path_<name>` replaces one.
PATHS: Mapping[str, str] = {"flights": "/v1/flights", "picture": "/v1/pictures/{picture}"}

_NO = Outcome.REJECTED

# Pigeon Post API 1, "Codes"
CODES = Codes(
    accepted=frozenset({0}),
    verdicts={
        4000: Verdict(_NO, Reason.INVALID_CONTENT, "the provider cannot read the request"),
        4010: Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider does not take the key"),
        4040: Verdict(_NO, Reason.INVALID_RECIPIENT, "no pigeon knows the way to this recipient"),
        4041: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not know this loft"),
        4130: Verdict(_NO, Reason.INVALID_MEDIA, "the picture is too heavy for a pigeon"),
        4290: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "no pigeon is free"),
        5000: Verdict(Outcome.UNCLEAR, Reason.PROVIDER_FAILURE, "the provider lost sight of its pigeons"),
        5030: Verdict(Outcome.NOT_SENT, Reason.PROVIDER_UNAVAILABLE, "the provider's lofts are closed"),
    },
)

# Pigeon Post API 1, "Words"; a pigeon that rests will fly on.
WORDS: Mapping[str, tuple[Status | None, Reason | None]] = {
    "released": (Status.SENT, None),
    "resting": (None, None),
    "landed": (Status.DELIVERED, None),
    "lost": (Status.FAILED, Reason.UNDELIVERABLE),
    "shooed": (Status.FAILED, Reason.RECIPIENT_BLOCKED),
}
TELLS = frozenset(status for status, _ in WORDS.values() if status)

# Pigeon Post API 1, "Pictures"
PICTURES = {MediaKind.IMAGE: MediaRule(frozenset({"image/jpeg", "image/png"}), 1_000_000)}

type _Id = Annotated[str, Field(min_length=1, max_length=64)]
type _Word = Annotated[str, Field(min_length=1, max_length=64)]


class _Pigeon(BaseModel):
    """What became of one recipient's pigeon; `ring` is our reference."""

    ring: str = ""
    id: _Id | None = None
    code: Code


class _Answer(BaseModel):
    code: Code | None = None
    pigeons: list[_Pigeon] = []


class _Flight(BaseModel):
    tells: Literal["flight"]
    id: _Id | None = None
    ring: _Id | None = None
    word: _Word
    at: Moment = None


class _Note(BaseModel):
    tells: Literal["note"]
    id: _Id
    channel: Literal[Channel.SMS, Channel.WHATSAPP]
    sender: str = Field(alias="from", min_length=1, max_length=64)
    to: str | None = None
    text: str | None = None
    picture: _Id | None = None
    at: Moment = None


_WEBHOOK: TypeAdapter[_Flight | _Note] = TypeAdapter(Annotated[_Flight | _Note, Field(discriminator="tells")])


class Adapter(Provider):
    """
    An account of Pigeon Post; a sender is one of its lofts.

    Settings: base_url, `path_<name>` (PATHS), outcomes (`{"5000": "not_sent"}`). Secrets: api_key, and
    webhook_secret, by which all that comes from Pigeon Post is signed.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = {
        Channel.SMS: ChannelFacts(frozenset({"text"}), echo=True, tells=TELLS, batch=MAX_PIGEONS),
        Channel.WHATSAPP: ChannelFacts(
            frozenset({"text", "media"}), echo=True, tells=TELLS, batch=MAX_PIGEONS, media=PICTURES
        ),
    }
    secret_names: ClassVar[tuple[str, ...]] = ("api_key", "webhook_secret")
    webhooks: ClassVar[tuple[str, ...]] = ("status", "inbound")
    signs_webhooks: ClassVar[bool] = True
    proof_headers: ClassVar[frozenset[str]] = frozenset({"x-pigeon-seal"})
    reserved: ClassVar[frozenset[str]] = frozenset({"channel", "loft", "pigeons", "tell"})

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._codes = CODES.of(account)

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what no pigeon carries."""
        super().check(message)
        _check(message.content)

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """One call for all recipients, each pigeon ringed with our reference for it."""
        pigeons = [
            {"to": recipient.value, "ring": message.reference_of(position)}
            for position, recipient in enumerate(message.recipients)
        ]
        fields = {
            "channel": message.channel,
            "loft": message.sender or None,
            "pigeons": pigeons,
            "tell": message.callback_url,
            **_load(message),
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return Request.with_json("POST", self._url("flights"), given, self._authorization())

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """The first recipient's result."""
        return only(self.parse_receipts(response, message))

    def parse_receipts(self, response: Response, message: OutboundMessage) -> Sequence[Receipt | ProviderError]:
        """A result for each pigeon, told apart by its ring; a call that is refused as a whole has a code of its own."""
        answer = read(_Answer, response.body) or _Answer()
        if not answer.pigeons or response.status == HTTPStatus.UNAUTHORIZED:
            raise self._refusal(answer.code, response)
        by_ring = {pigeon.ring: pigeon for pigeon in answer.pigeons}
        rings = [message.reference_of(position) for position in range(len(message.recipients))]
        return [self._result(by_ring.get(ring), response) for ring in rings]

    def build_download(self, provider_media_id: str, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """A picture that somebody sent."""
        return Request("GET", self._url("picture", picture=provider_media_id), self._authorization())

    def parse_download(self, response: Response) -> tuple[bytes, str]:
        """The picture itself; fetching it reaches nobody, so it may always be repeated."""
        with nothing_sent():
            if error := error_for_status(response):
                raise error
        return response.body, response.headers.get("content-type", "application/octet-stream")

    # Pigeon Post API 1, "Seals"
    def verify(self, webhook: Webhook) -> None:
        """The seal: hex HMAC-SHA-256 of the raw body."""
        seal = hmac.digest(self.secret("webhook_secret").encode(), webhook.body, "sha256").hex()
        if not hmac.compare_digest(seal.encode(), webhook.headers.get("x-pigeon-seal", "").encode("utf-8", "replace")):
            raise WebhookNotVerified("the webhook does not carry the provider's seal")

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """One event a body, which says itself what it is."""
        try:
            told = _WEBHOOK.validate_json(webhook.body)
        except ValidationError:
            raise ValueError("the webhook is none of the documented shapes") from None
        return (_flight(told) if isinstance(told, _Flight) else self._note(told),)

    def acknowledge(self, webhook: Webhook) -> Response:  # noqa: ARG002 - the same for both kinds
        """Anything else, and it is told again."""
        return Response(200, {"content-type": "text/plain"}, b"coo")

    def _url(self, operation: str, **ids: str) -> str:
        path = self.setting(f"path_{operation}", PATHS[operation])
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return self.setting("base_url", "https://api.pigeon.example").rstrip("/") + path

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret('api_key')}"}

    def _refusal(self, code: int | None, response: Response) -> ProviderError:
        """What is said of the whole call; a yes without pigeons says nothing."""
        error = error_for_status(response) if code is None else self._codes.error(code, response)
        return error or OutcomeUnknown("the provider's answer cannot be read", provider_code=str(response.status))

    def _result(self, pigeon: _Pigeon | None, response: Response) -> Receipt | ProviderError:
        if pigeon is None:
            return OutcomeUnknown(
                "the provider's answer does not say what became of this recipient", provider_code=str(response.status)
            )
        if error := self._codes.error(pigeon.code, response):
            return error
        if pigeon.id is None:
            return OutcomeUnknown("the provider's answer lacks the id of the message", provider_code=str(pigeon.code))
        return Receipt(pigeon.id, str(pigeon.code))

    def _note(self, note: _Note) -> InboundMessage:
        """A picture comes with the text as its caption."""
        if note.picture is None and note.text is None:
            raise ValueError("the note has neither text nor picture")
        said: Mapping[str, object] = {"type": "text", "text": note.text}
        if note.picture is not None:
            said = {"type": "media", "kind": "image"} | ({"caption": note.text} if note.text else {})
        return InboundMessage(
            channel=note.channel,
            sender=person(note.sender, AddressType.CUSTOMER),
            recipient=own_sender(self.account, note.to, note.channel),
            content=said,
            media=(note.picture,) if note.picture else (),
            event_id=note.id,
            at=note.at,
        )


def _load(message: OutboundMessage) -> dict[str, object]:
    """What the pigeons carry. Raises InvalidMessage or UnsupportedFeature."""
    content = message.content
    _check(content)
    match content:
        case TextContent():
            return {"text": content.text}
        case MediaContent() if message.channel is Channel.WHATSAPP:
            return {"picture": message.media[content.media.key].url, "text": content.caption or None}
    raise UnsupportedFeature("pigeons carry notes and pictures", field="content.type")


def _check(content: Content) -> None:
    """Whether a pigeon carries it; media may still be unresolved."""
    for part in ("suggestions", "thumbnail"):
        if getattr(content, part, None):
            raise UnsupportedFeature(f"pigeons carry no {part}", field=f"content.{part}")
    name = "caption" if isinstance(content, MediaContent) else "text"
    if len(getattr(content, name, None) or "") > MAX_CHARACTERS:
        raise InvalidMessage(f"a pigeon carries at most {MAX_CHARACTERS} characters", field=f"content.{name}")


def _flight(flight: _Flight) -> StatusUpdate:
    """A ring that is none of ours says nothing to us."""
    ours = own_reference(flight.ring)
    if ours is None and flight.id is None:
        raise ValueError("the report names no message")
    status, reason = WORDS.get(flight.word, (None, None))
    return StatusUpdate(
        provider_status=flight.word,
        status=status,
        reference=ours,
        provider_message_id=flight.id,
        at=flight.at,
        reason=reason,
        silent=flight.word in WORDS and status is None,
    )
