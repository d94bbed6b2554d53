"""
websms SMS REST API: text, binary and voice. websms SMS REST API, docs/providers.md.

HTTP 200 is answered to success and failure alike: the body's statusCode decides. The same codes as in the
Messaging API mean other things here. One call takes up to 1000 recipients, and its reports name the handset.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from herald.answer import Code, Codes, Moment, Outcome, Verdict, read
from herald.content import BinaryContent, TextContent, VoiceContent
from herald.errors import ConfigurationError, InvalidMessage, OutcomeUnknown, Reason, UnsupportedFeature
from herald.identifier import own_reference
from herald.models import (
    Account,
    Channel,
    Event,
    InboundMessage,
    Options,
    OutboundMessage,
    Receipt,
    StatusUpdate,
)
from herald.numbering import own_sender, phone
from herald.provider import ChannelFacts, Provider, Request, Response, Webhook, error_for_status
from herald.status import Status

MAX_RECIPIENTS = 1000
MAX_OCTETS = 140
VALIDITY = (60, 259_200)

# Documented: text and simple (documented); binary as in two clients. The official SDKs post to /json/... instead.
PATHS: Mapping[str, str] = {
    "text": "/rest/smsmessaging/text",
    "binary": "/rest/smsmessaging/binary",
    "simple": "/rest/smsmessaging/simple",
}

_NO = Outcome.REJECTED

# websms SMS REST API, "Status codes"
_VERDICTS: Mapping[int, Verdict] = {
    4001: Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider account or customer is inactive"),
    4002: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider says that a recipient is not a valid number"),
    4003: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not take this sender address or type"),
    4004: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take this message type"),
    4008: Verdict(_NO, Reason.INVALID_REFERENCE, "the provider does not take our reference"),
    4009: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that the text is invalid"),
    4013: Verdict(_NO, Reason.QUOTA_EXCEEDED, "the account's message limit at the provider is reached"),
    4014: Verdict(_NO, Reason.ADDRESS_NOT_ALLOWED, "the provider does not allow our network address"),
    4015: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take this priority"),
    4016: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take our address for reports"),
    4019: Verdict(_NO, Reason.INVALID_OPTION, "the provider misses a parameter"),
    4021: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the provider account is invalid"),
    4022: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the provider denies this account access to the API"),
    4023: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "the provider's request limit is exceeded"),
    4025: Verdict(_NO, Reason.TOO_MANY_RECIPIENTS, "too many recipients for one request to the provider"),
    4026: Verdict(_NO, Reason.INVALID_CONTENT, "the text needs more segments than allowed"),
    4027: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that a binary segment is invalid"),
    4031: Verdict(_NO, Reason.RECIPIENT_BLOCKED, "all recipients are on the provider's blacklist"),
    4032: Verdict(_NO, Reason.NOT_CAPABLE, "no recipient has an enabled device"),
    4033: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the provider account may not send whatsapp messages"),
    4034: Verdict(_NO, Reason.INVALID_MEDIA, "the provider does not take the attachment"),
    4035: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the provider account may not send sms"),
    4040: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take this content category"),
    4041: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take this validity"),
    5000: Verdict(Outcome.UNCLEAR, Reason.PROVIDER_FAILURE, "the provider reports an internal error"),
    # Only 2000 and 2001 are "Request accepted", so this one is read as not accepted; accounts may declare otherwise.
    5003: Verdict(Outcome.NOT_SENT, Reason.PROVIDER_UNAVAILABLE, "the provider says that it is not available"),
    # Not in the guide: the newer host and older SDKs (the official SDKs).
    4000: Verdict(_NO, Reason.INVALID_CONTENT, "the provider cannot read the request"),
    4012: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "the provider's request limit is exceeded"),
    4017: Verdict(_NO, Reason.INVALID_CONTENT, "the provider does not take several segments"),
    4018: Verdict(_NO, Reason.ACCOUNT_DISABLED, "the provider account may not use this method"),
    4020: Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider does not take the API key"),
    4024: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "the provider's request limit is exceeded"),
    4029: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the provider does not send to these recipients"),
    4042: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "blocked by the provider's quality rating"),
    4043: Verdict(_NO, Reason.INVALID_CONTENT, "blocked by the provider's spam check"),
    4120: Verdict(_NO, Reason.INVALID_CONTENT, "the provider received an empty body"),
}

# 2000 sent, 2001 queued (documented); 2002 is the OK_TEST of older SDKs (the official SDKs).
CODES = Codes(frozenset({2000, 2001, 2002}), _VERDICTS)

# developer.websms.com/receive-sms: `accepted` is the carrier's word; `undelivered` will be tried again.
REPORTS: Mapping[str, tuple[Status | None, Reason | None]] = {
    "accepted": (Status.SENT, None),
    "delivered": (Status.DELIVERED, None),
    "undelivered": (None, None),
    "expired": (Status.FAILED, Reason.EXPIRED),
    "deleted": (Status.FAILED, Reason.UNDELIVERABLE),
    "rejected": (Status.FAILED, Reason.UNDELIVERABLE),
}

OPTIONS = frozenset({"category", "priority", "sender_type", "test", "validity_seconds"})

TELLS = frozenset(status for status, _ in REPORTS.values() if status)

# the official SDKs; `advertisement` is what the field calls promotional.
CATEGORIES: Mapping[str, str] = {"informational": "informational", "promotional": "advertisement"}

type Fields = dict[str, object]
type _Id = Annotated[str, Field(max_length=256)]
type _Word = Annotated[str, Field(min_length=1, max_length=64)]


class _Answer(BaseModel):
    code: Code = Field(alias="statusCode")
    transfer: _Id | None = Field(None, alias="transferId")
    segments: int | None = Field(None, alias="smsCount")


def _octets(text: str) -> str:
    """Base64 of either alphabet, padded or not, as standard base64."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64encode(base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)).decode()
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64") from error


class _Notification(BaseModel):
    id: _Id | None = Field(None, alias="notificationId")
    sender: Annotated[str, Field(max_length=64)] = Field("", alias="senderAddress")


class _Inbound(_Notification):
    recipient: str | None = Field(None, alias="recipientAddress")


class _Text(_Inbound):
    type: Literal["text", "whatsapp"] = Field(alias="messageType")
    text: str = Field(alias="textMessageContent")

    @property
    def said(self) -> Mapping[str, object]:
        return {"type": "text", "text": self.text}


class _Binary(_Inbound):
    type: Literal["binary"] = Field(alias="messageType")
    segments: list[Annotated[str, AfterValidator(_octets)]] = Field(alias="binaryMessageContent", min_length=1)
    header: bool | None = Field(None, alias="userDataHeaderPresent")

    @property
    def said(self) -> Mapping[str, object]:
        return {"type": "binary", "segments": self.segments, "user_data_header": bool(self.header)}


class _Report(_Notification):
    type: Literal["deliveryReport"] = Field(alias="messageType")
    word: _Word = Field(alias="deliveryReportMessageStatus")
    transfer: _Id | None = Field(None, alias="transferId")
    reference: _Id | None = Field(None, alias="clientMessageId")
    delivered_as: _Word | None = Field(None, alias="deliveredAs")
    sent: Moment = Field(None, alias="sentOn")
    delivered: Moment = Field(None, alias="deliveredOn")


_WEBHOOK: TypeAdapter[_Text | _Binary | _Report] = TypeAdapter(
    Annotated[_Text | _Binary | _Report, Field(discriminator="type")]
)


class Adapter(Provider):
    """
    An account of the SMS REST API.

    Settings: base_url, `path_<name>` (PATHS), method (json | simple), simple_method (POST | GET), simple_charset
    (utf-8 | latin-1), token_in (header | query), recipient_format (digits | plus), undelivered_is_final,
    outcomes (`{"5003": "unclear"}`). Secrets: access_token, or else username and password.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = {
        Channel.SMS: ChannelFacts(
            frozenset({"text", "binary"}),
            echo=True,
            tells=TELLS,
            batch=MAX_RECIPIENTS,
            options=OPTIONS | {"flash", "max_segments"},
        ),
        Channel.VOICE: ChannelFacts(
            frozenset({"text", "voice"}), echo=True, tells=TELLS, batch=MAX_RECIPIENTS, options=OPTIONS
        ),
    }
    secret_names: ClassVar[tuple[str, ...]] = ("username", "password", "access_token")
    reserved: ClassVar[frozenset[str]] = frozenset(
        {"recipientAddressList", "senderAddress", "clientMessageId", "notificationCallbackUrl"}
    )
    webhooks: ClassVar[tuple[str, ...]] = ("inbound", "status")

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._codes = CODES.of(account)

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what the API would refuse after it, or would silently do otherwise."""
        super().check(message)
        validity = message.options.validity_seconds
        if validity is not None and not VALIDITY[0] <= validity <= VALIDITY[1]:
            raise InvalidMessage(
                f"websms keeps a message for {VALIDITY[0]} to {VALIDITY[1]} seconds", field="options.validity_seconds"
            )
        match message.content:
            case TextContent() as content:
                self._check_text(content)
            case BinaryContent() as content:
                _check_binary(content, message.options)
            case VoiceContent() as content:
                _check_voice(content)

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """One call for all recipients. Binary has no /simple."""
        if isinstance(message.content, BinaryContent):
            return self._json("binary", self._fields(message) | _binary_fields(message.content))
        fields = self._fields(message) | _text_fields(message)
        return (
            self._simple(fields) if self.choice("method", "json", "simple") == "simple" else self._json("text", fields)
        )

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:  # noqa: ARG002 - one table for all
        """One transferId stands for the whole call, whatever the number of recipients."""
        answer = _read(response)
        if error := self._codes.error(answer.code, response) if answer else error_for_status(response):
            raise error
        if answer is None:
            raise OutcomeUnknown("the provider's answer cannot be read", provider_code=str(response.status))
        if not answer.transfer:
            raise OutcomeUnknown("the provider's answer lacks the id of the message", provider_code=str(answer.code))
        return Receipt(answer.transfer, str(answer.code), answer.segments)

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """One object a POST; its messageType says what it is, whichever address it came to."""
        try:
            event = _WEBHOOK.validate_json(webhook.body)
        except ValidationError:
            raise ValueError("the webhook is none of the documented shapes") from None
        return (self._status(event) if isinstance(event, _Report) else self._inbound(event),)

    # developer.websms.com/receive-sms: "the same acknowledgement for all webhooks"
    def acknowledge(self, webhook: Webhook) -> Response:  # noqa: ARG002 - the same for both kinds
        """Anything else, and websms delivers it again."""
        return Response(
            200, {"content-type": "application/json;charset=UTF-8"}, b'{"statusCode":2000,"statusMessage":"OK"}'
        )

    def _check_text(self, content: TextContent) -> None:
        if content.suggestions:
            raise UnsupportedFeature("sms has no suggestions", field="content.suggestions")
        try:
            content.text.encode(self._charset())
        except UnicodeEncodeError:
            raise UnsupportedFeature(
                "the account sends in latin-1, which lacks a character of this text", field="content.text"
            ) from None

    def _charset(self) -> str:
        """What /simple is spoken in: sources disagree, and JSON is always UTF-8."""
        if self.choice("method", "json", "simple") == "json":
            return "utf-8"
        return self.choice("simple_charset", "utf-8", "latin-1")

    def _fields(self, message: OutboundMessage) -> Fields:
        """What text and binary share (the official SDKs); members that were not asked for are left out."""
        options = message.options
        plus = self.choice("recipient_format", "digits", "plus") == "plus"
        fields: Fields = {
            "recipientAddressList": [
                recipient.value if plus else recipient.value.removeprefix("+") for recipient in message.recipients
            ],
            "senderAddress": message.sender or None,
            "senderAddressType": options.sender_type,
            "sendAsFlashSms": options.flash or None,
            "notificationCallbackUrl": message.callback_url,
            "clientMessageId": message.reference,
            "contentCategory": CATEGORIES[options.category] if options.category else None,
            "priority": options.priority,
            "test": options.test or None,
            "validityPeriode": options.validity_seconds,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _json(self, operation: str, fields: Fields) -> Request:
        headers = {"Accept": "application/json", **self._authorization()}
        return Request.with_json("POST", self._url(operation), fields, headers)

    def _simple(self, fields: Fields) -> Request:
        """Scalars in a form or a query, recipients joined by commas, booleans as words."""
        form = urlencode({name: _scalar(value) for name, value in fields.items()}, encoding=self._charset())
        url = self._url("simple")
        if self.choice("simple_method", "POST", "GET") == "GET":
            return Request("GET", f"{url}{'&' if '?' in url else '?'}{form}", self._authorization())
        kind = f"application/x-www-form-urlencoded;charset={self._charset()}"
        return Request("POST", url, {"Content-Type": kind, **self._authorization()}, form.encode("ascii"))

    def _url(self, operation: str) -> str:
        base = self.setting("base_url", "https://api.websms.com").rstrip("/")
        url = base + self.setting(f"path_{operation}", PATHS[operation])
        if self._by_query():
            return f"{url}?{urlencode({'access_token': self.secret('access_token')})}"
        return url

    def _by_query(self) -> bool:
        return "access_token" in self.secrets and self.choice("token_in", "header", "query") == "query"

    # websms SMS REST API, "Authentication"
    def _authorization(self) -> dict[str, str]:
        if self._by_query():
            return {}
        if "access_token" in self.secrets:
            return {"Authorization": f"Bearer {self.secret('access_token')}"}
        if "username" not in self.secrets:
            raise ConfigurationError(f"account {self.account.name} needs an access_token, or username and password")
        user = f"{self.secret('username')}:{self.secret('password')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(user).decode()}"}

    def _status(self, report: _Report) -> StatusUpdate:
        """The handset is named in senderAddress: one request's reference stands for all its recipients."""
        ours = own_reference(report.reference)
        if not ours and not report.transfer:
            raise ValueError("the report names no message")
        status, reason = REPORTS.get(report.word, (None, None))
        if report.word == "undelivered" and self.switch("undelivered_is_final", default=False):
            status, reason = Status.FAILED, Reason.UNDELIVERABLE
        return StatusUpdate(
            provider_status=report.word,
            status=status,
            reference=ours,
            provider_message_id=report.transfer or None,
            recipient=phone(report.sender),
            at=report.delivered or (report.sent if status is Status.SENT else None),
            code=report.delivered_as,
            reason=reason,
            event_id=report.id,
            silent=report.word in REPORTS and status is None,
        )

    def _inbound(self, inbound: _Text | _Binary) -> InboundMessage:
        if not inbound.sender:
            raise ValueError("the message names no sender")
        return InboundMessage(
            channel=Channel.WHATSAPP if inbound.type == "whatsapp" else Channel.SMS,
            sender=phone(inbound.sender) or inbound.sender,
            recipient=own_sender(self.account, inbound.recipient),
            content=inbound.said,
            event_id=inbound.id,
        )


def _text_fields(message: OutboundMessage) -> Fields:
    content = message.content
    text = content.text if isinstance(content, TextContent | VoiceContent) else None
    if text is None:
        raise UnsupportedFeature("websms speaks and sends texts only", field="content.type")
    fields: Fields = {"messageContent": text}
    if message.channel is Channel.VOICE:
        fields["messageType"] = "voice"
    elif message.options.max_segments:
        fields["maxSmsPerMessage"] = message.options.max_segments
    return fields


def _binary_fields(content: BinaryContent) -> Fields:
    fields: Fields = {"messageContent": list(content.segments)}
    if content.user_data_header:
        fields["userDataHeaderPresent"] = True
    return fields


def _check_voice(content: VoiceContent) -> None:
    for part in ("media", "prompt", "flow", "language"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"websms takes no {part} for a call", field=f"content.{part}", hint="it speaks a text"
            )


def _check_binary(content: BinaryContent, options: Options) -> None:
    """Code 4027 before the call; maxSmsPerMessage is for texts, so we count for it."""
    for position, segment in enumerate(content.segments):
        octets = base64.b64decode(segment)
        field = f"content.segments[{position}]"
        if len(octets) > MAX_OCTETS:
            raise InvalidMessage(
                f"a segment holds at most {MAX_OCTETS} octets", field=field, hint=f"this has {len(octets)}"
            )
        if content.user_data_header and octets[0] >= len(octets):
            raise InvalidMessage("the segment does not start with a user data header", field=field)
    if options.max_segments and len(content.segments) > options.max_segments:
        raise InvalidMessage("more segments than options.max_segments allows", field="content.segments")


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(response: Response) -> _Answer | None:
    """JSON, or the url-encoded answer of /simple."""
    if answer := read(_Answer, response.body):
        return answer
    try:
        return _Answer.model_validate(dict(parse_qsl(response.body.decode("ascii"))))
    except ValueError:
        return None
