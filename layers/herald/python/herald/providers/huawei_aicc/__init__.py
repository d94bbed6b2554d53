"""
Huawei AICC (CEC), sendWhatsappMessage: WhatsApp. docs/providers.md.

The body is Infobip's (`POST /omni/1/advanced`) less what AICC leaves out, and each recipient gets a verdict of its
own inside a 200. AICC promises neither reports nor inbound messages, prints no error body, and answers 500 to
values that it does not like: a 500 is unclear, and the documents do not say that a repeat is dropped.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, ClassVar

from pydantic import AliasChoices, AliasPath, BaseModel, Field

from herald.answer import Codes, Verdict, read
from herald.content import MediaKind
from herald.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    WebhookNotVerified,
)
from herald.models import MAX_RECIPIENTS, Account, Channel, Event, OutboundMessage, Receipt
from herald.provider import (
    ChannelFacts,
    MediaRule,
    Provider,
    Reports,
    Request,
    Response,
    Token,
    Webhook,
    error_for_status,
    only,
)
from herald.providers.huawei_aicc import events, whatsapp
from herald.providers.huawei_aicc.statuses import DUPLICATE, REFUSALS, VERDICTS, Number, StatusObject
from herald.status import MARKS

MAX_TOKEN_SECONDS = 3600

BATCH = 100
"""
Recipients a call: the documents give no limit. So many are some 12 kB of body, and when a call ends unclear no more
messages than these are in doubt.
"""

# Documented: Huawei AICC sendWhatsappMessage, "URI"; tokenByAkSk.
PATHS: Mapping[str, str] = {
    "send": "/apiaccess/rest/ccmessaging/omni/1/advanced",
    "token": "/apigovernance/api/oauth/tokenByAkSk",
}

# Huawei AICC sendWhatsappMessage, table 3: narrower than Infobip's own.
MEDIA: Mapping[MediaKind, MediaRule] = {
    MediaKind.IMAGE: MediaRule(frozenset({"image/jpeg", "image/png"}), 2_000_000),
    MediaKind.AUDIO: MediaRule(frozenset({"audio/aac"}), 2_000_000),
    MediaKind.VIDEO: MediaRule(frozenset({"video/mp4"}), 10_000_000),
}

type _Id = Annotated[str, Field(max_length=256, coerce_numbers_to_str=True)]
type _Word = Annotated[str, Field(pattern=r"^[\w.-]{1,40}$", coerce_numbers_to_str=True)]


class _TokenAnswer(BaseModel):
    value: str = Field(alias="AccessToken", pattern=r"^[\x21-\x7e]+$")
    expires_in: Number = Field(None, alias="Expires")


class _Sent(BaseModel):
    id: _Id | None = Field(None, alias="messageId")
    phone: str = Field("", validation_alias=AliasPath("to", "phoneNumber"))
    status: StatusObject | None = None


class _Answer(BaseModel):
    sent: list[_Sent] = Field(alias="messages", min_length=1)


class _Failure(BaseModel):
    """Whatever is known to stand in error bodies of AICC's other interfaces, of Huawei's gateways and of Infobip."""

    code: _Word | None = Field(
        None,
        validation_alias=AliasChoices(
            "resultCode",
            "returnCode",
            "error_code",
            AliasPath("requestError", "serviceException", "messageId"),
        ),
    )
    fields: dict[str, object] | None = Field(
        None, validation_alias=AliasPath("requestError", "serviceException", "validationErrors")
    )

    @property
    def reason(self) -> Reason | None:
        """Which part of the message is wrong, where that is said."""
        if not self.fields:
            return None
        wrong_recipient = any("destinations" in name for name in self.fields)
        return Reason.INVALID_RECIPIENT if wrong_recipient else Reason.INVALID_CONTENT


class Adapter(Provider):
    """
    An account of AICC's API Fabric.

    Settings: base_url, `path_<name>` (PATHS), token_url, token_expire (seconds), x_app_key, scenario_key,
    send_at_format (strftime, of UTC), batch, reports (none | webhook), echo, dedupes, outcomes (`{"21": "unclear"}`:
    ids of statuses, HTTP statuses). Secrets: app_key, app_secret, and account_key where webhooks carry one.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = {
        Channel.WHATSAPP: ChannelFacts(
            frozenset({"text", "media", "location", "template"}),
            echo=True,
            reports=Reports.NONE,
            tells=frozenset(),
            resends=1,
            batch=BATCH,
            schedules=180 * 86_400,
            options=frozenset({"provider_send_at"}),
            media=MEDIA,
        )
    }
    secret_names: ClassVar[tuple[str, ...]] = ("app_key", "app_secret", "account_key")
    webhooks: ClassVar[tuple[str, ...]] = ("inbound", "status")
    signs_webhooks: ClassVar[bool] = True
    proof_headers: ClassVar[frozenset[str]] = frozenset({"accountkey"})
    reserved: ClassVar[frozenset[str]] = frozenset(
        {"scenarioKey", "bulkId", "destinations", "notify", "notifyUrl", "notifyContentType"}
    )

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._verdicts = Codes(frozenset(), VERDICTS).of(account).verdicts
        self._declared = {code for code, verdict in self._verdicts.items() if verdict is not VERDICTS.get(code)}

    def facts(self, channel: Channel) -> ChannelFacts:
        """What a deployment does beyond AICC's documents is the account's experience."""
        facts = super().facts(channel)
        reports = Reports(self.choice("reports", Reports.NONE, Reports.WEBHOOK))
        return replace(
            facts,
            echo=self.switch("echo", default=facts.echo),
            reports=reports,
            tells=frozenset(MARKS) if reports is Reports.WEBHOOK else facts.tells,
            dedupes=self.switch("dedupes", default=facts.dedupes),
            batch=self.whole("batch", facts.batch, MAX_RECIPIENTS),
        )

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what the API has no place for."""
        super().check(message)
        whatsapp.check(message)

    # Huawei AICC tokenByAkSk
    def token_request(self) -> Request:
        """How long the token shall live is ours to say."""
        keys = {"app_key": self.secret("app_key"), "app_secret": self.secret("app_secret")}
        expire = self.whole("token_expire", MAX_TOKEN_SECONDS, MAX_TOKEN_SECONDS)
        return Request.with_json(
            "POST", self.setting("token_url", self._url("token")), keys, {"X-Token-Expire": str(expire)}
        )

    def parse_token(self, response: Response) -> Token:
        """All values are text. Errors are not documented; a bare 403 is seen where our address is not on a list."""
        answer = read(_TokenAnswer, response.body)
        error = error_for_status(response)
        if answer and not error:
            return Token(answer.value, answer.expires_in)
        code = _failure(response).code or str(response.status)
        if response.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise CredentialsRefused(
                "the provider gives no token for these credentials, or none to our network address",
                provider_code=code,
            )
        if isinstance(error, ProviderThrottled):
            raise error
        raise ProviderUnavailable("the provider's token cannot be read", provider_code=code)

    # Huawei AICC sendWhatsappMessage, tables 1 and 2
    def build_request(self, message: OutboundMessage, token: str | None) -> Request:
        """One call for all recipients, each named by our reference for it. Who sends is the scenario's business."""
        options = message.options
        fields = {
            "scenarioKey": self.setting("scenario_key", "") or None,
            # Unique for each request: a message's own reference is, that of a request of many returns with each call.
            "bulkId": message.reference_of(0),
            "destinations": [
                {"messageId": message.reference_of(position), "to": {"phoneNumber": recipient.value.removeprefix("+")}}
                for position, recipient in enumerate(message.recipients)
            ],
            "whatsApp": whatsapp.body(message),
            "sendAt": self._time(options.provider_send_at) if options.provider_send_at else None,
        }
        headers = {
            "Authorization": f"Bearer {token}",
            "x-app-key": self.setting("x_app_key", "") or self.secret("app_key"),
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return Request.with_json("POST", self._url("send"), present, headers)

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """The first recipient's verdict."""
        return only(self.parse_receipts(response, message))

    def parse_receipts(self, response: Response, message: OutboundMessage) -> Sequence[Receipt | ProviderError]:
        """A verdict for each recipient; a 401 is about the credentials, whatever the body says."""
        answer = read(_Answer, response.body)
        if answer is None or response.status == HTTPStatus.UNAUTHORIZED:
            raise self._refusal(response)
        return [self._result(sent, response) for sent in _in_order(answer.sent, message)]

    def verify(self, webhook: Webhook) -> None:
        """The password that AICC sets for webhooks, where the account has one; else our address is the secret."""
        wanted = self.secrets.get("account_key")
        given = webhook.headers.get("accountkey", "").encode("utf-8", "surrogatepass")
        if wanted is not None and not hmac.compare_digest(wanted.encode(), given):
            raise WebhookNotVerified("the webhook does not carry the account key")

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """Reports and messages, several in a body, whichever address they came to."""
        return events.parse(webhook.body, self.account)

    def _url(self, operation: str) -> str:
        base = self.setting("base_url", "https://service.besclouds.com").rstrip("/")
        return base + self.setting(f"path_{operation}", PATHS[operation])

    def _time(self, at: datetime) -> str:
        """AICC gives no format: it is Infobip's, whose milliseconds nobody needs."""
        return at.astimezone(UTC).strftime(self.setting("send_at_format", "%Y-%m-%dT%H:%M:%S.000%z"))

    def _result(self, sent: _Sent | None, response: Response) -> Receipt | ProviderError:
        """One recipient's verdict. A duplicate of our id was taken when it came first."""
        if sent is None or sent.status is None or sent.status.code is None:
            return _lacking("a status for this recipient", response)
        code = sent.status.code
        if verdict := self._verdict(sent.status):
            return verdict.error(code, response)
        if error_for_status(response):
            return OutcomeUnknown("the provider contradicts itself", provider_code=code)
        return Receipt(sent.id, code) if sent.id else _lacking("the id of the message", response)

    def _verdict(self, status: StatusObject) -> Verdict | None:
        """Why it is a no; None for a yes."""
        if status.id in self._declared:
            return self._verdicts[status.id]
        group = status.group
        if group is None or group not in REFUSALS or status.id == DUPLICATE:
            return None
        return self._verdicts.get(status.id or 0, REFUSALS[group])

    def _refusal(self, response: Response) -> ProviderError:
        """An answer without verdicts: the HTTP status speaks, and the body's code is kept."""
        failure = _failure(response)
        code = failure.code or str(response.status)
        if response.status in self._declared:
            return self._verdicts[response.status].error(code, response)
        error = error_for_status(response) or OutcomeUnknown("the provider's answer cannot be read")
        error.provider_code = code
        if isinstance(error, ProviderRejected):
            error.reason = failure.reason or (
                Reason.NOT_FOUND if response.status == HTTPStatus.NOT_FOUND else error.reason
            )
        return error


def _failure(response: Response) -> _Failure:
    return read(_Failure, response.body) or _Failure()


def _lacking(what: str, response: Response) -> OutcomeUnknown:
    return OutcomeUnknown(f"the provider's answer lacks {what}", provider_code=str(response.status))


def _in_order(sent: Sequence[_Sent], message: OutboundMessage) -> Sequence[_Sent | None]:
    """
    The entry for each recipient, by our id or by the number; None where there is none.

    AICC's own example answers with another id, and with a number that is not that of the request: when none is
    known, and there is one for each, their order counts.
    """
    by_id = {one.id: one for one in sent}
    by_phone = {one.phone.removeprefix("+"): one for one in sent}
    found = [
        by_id.get(message.reference_of(position)) or by_phone.get(recipient.value.removeprefix("+"))
        for position, recipient in enumerate(message.recipients)
    ]
    return sent if len(sent) == len(found) and not any(found) else found
