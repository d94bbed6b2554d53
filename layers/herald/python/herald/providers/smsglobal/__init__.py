"""
SMSGlobal WhatsApp (SMSGlobal REST API v2): docs/providers.md.

There are no webhooks: two lists tell what people wrote and what became of messages. Every call is signed anew, and no
document prints a path, so all are settings. The send names no sender: the account has one number.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from functools import partial
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel

from herald.answer import nothing_sent, read
from herald.errors import ConfigurationError, OutcomeUnknown
from herald.models import Account, Channel, Event, OptIn, OutboundMessage, Receipt
from herald.provider import ChannelFacts, Direction, Listed, Listing, Provider, Reports, Request, Response, Stamp
from herald.providers.smsglobal import contents, lists, mac, verdicts
from herald.providers.smsglobal.people import Capabilities, OptIns, digits

BASE_URL = "https://api.smsglobal.com/v2"

# All inferred (docs/providers.md): setting `path_<name>` replaces one.
PATHS: Mapping[str, str] = {
    "send": "/whatsapp/message",
    "outbound": "/whatsapp/message",
    "outbound_entry": "/whatsapp/message/{id}",
    "inbound": "/whatsapp/incoming",
    "inbound_entry": "/whatsapp/incoming/{id}",
    "capability": "/whatsapp/capability",
    "opt_ins": "/whatsapp/opt-in",
    "opt_in": "/whatsapp/opt-in",
}

_ACCEPT = {"Accept": "application/json"}


class Adapter(Provider):
    """
    An account of the REST API.

    Settings: base_url, `path_<name>` (PATHS), time_zone (IANA; the account's at SMSGlobal), message_encoding
    (json_string | object), text_member (text | Text), recipient_format (digits | plus), inbound_message (auto | text:
    nothing is looked for in what people wrote), outcomes (`{"402": "not_sent"}`, by HTTP status).
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = {
        Channel.WHATSAPP: ChannelFacts(
            frozenset({"text", "media", "sticker", "location", "template"}),
            echo=False,
            reports=Reports.POLL,
            tells=verdicts.TELLS,
            capability=True,
            media=contents.MEDIA,
            sticker=contents.STICKER,
        )
    }
    secret_names: ClassVar[tuple[str, ...]] = ("api_key", "api_secret")
    polls: ClassVar[tuple[Direction, ...]] = (Direction.INBOUND, Direction.OUTBOUND)
    page: ClassVar[int] = 1000
    depth: ClassVar[int] = 9_999  # offset, which counts from 1, and limit: at most 10,000 together
    opts_in: ClassVar[int] = 20  # SMSGlobal documents no limit; Sinch's API, upon which its was built, takes 20 a call
    reserved: ClassVar[frozenset[str]] = frozenset({"to"})

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account, secrets)
        self._base = self._base_url()
        self._zone = self._time_zone()
        self._codes = verdicts.CODES.of(account)
        self._plus = self.choice("recipient_format", "digits", "plus") == "plus"
        self._as_object = self.choice("message_encoding", "json_string", "object") == "object"
        self._text_member = self.choice("text_member", "text", "Text")
        objects = self.choice("inbound_message", "auto", "text") == "auto"
        self._reader = lists.Reader(account, self._zone, objects=objects)

    def check(self, message: OutboundMessage) -> None:
        """Refuse before the call what has no place in it."""
        super().check(message)
        contents.check(message.content)

    def sign(self, request: Request, stamp: Stamp) -> Request:
        """Each attempt has a time and a nonce of its own: what was sent once is refused the second time."""
        header = mac.authorization(request, stamp, self.secret("api_key"), self.secret("api_secret"))
        return Request(request.method, request.url, {**request.headers, "Authorization": header}, request.body)

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """One recipient a call, since the one Message that is answered could not say whose it is."""
        fields = contents.message_object(message, self._text_member)
        said = fields if self._as_object else json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return self._post("send", {"to": [self._number(message.recipient.value)], "message": said})

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:  # noqa: ARG002 - no echo
        """A message that is answered as refused will never be sent."""
        self._raise_for_error(response)
        taken = lists.taken(response.body)
        if taken is None:
            raise _unreadable(response)
        if refusal := verdicts.refused(taken.state, taken.status):
            raise refusal.error(taken.word, response)
        if taken.id is None:
            raise _lacking("the id of the message", response)
        return Receipt(taken.id, taken.word or str(response.status))

    def build_capability(self, channel: Channel, address: str, sender: str, token: str | None) -> Request:  # noqa: ARG002 - of the account
        """One number, so that the answer is about it."""
        self.facts(channel)
        return self._post("capability", {"numbers": [self._number(address)]})

    def parse_capability(self, response: Response) -> frozenset[str]:
        """Who is on the blacklist cannot be reached, capable or not."""
        with nothing_sent():
            words = self._told(Capabilities, response).words
            if words is None:
                raise _lacking("whether the number is capable", response)
        return words

    def build_list(self, listing: Listing, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """Whole seconds, and a repeated hour taken whole: it never leaves out what was asked for."""
        filters = urlencode(lists.query(listing, self._zone), quote_via=quote)
        return self._get(f"{self._url(listing.direction)}?{filters}")

    def parse_list(self, direction: Direction, response: Response) -> Listed:
        """In which order is not documented."""
        with nothing_sent():
            self._raise_for_error(response)
            page = lists.entries(lists.document(response.body))
            if page is None:
                raise _unreadable(response)
        return lists.listed(page, partial(self._reader.event, direction))

    def build_lookup(self, direction: Direction, their_id: str, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """By the id that the send answered, or that an entry of the list has."""
        return self._get(self._url(f"{direction}_entry", id=their_id))

    def parse_lookup(self, direction: Direction, response: Response) -> Event | None:
        """404 is how it says that there is none."""
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        with nothing_sent():
            self._raise_for_error(response)
            try:
                return self._reader.event(direction, lists.single(response.body))
            except ValueError:
                raise _unreadable(response) from None

    def build_opt_ins(self, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """All of them: the list has neither filters nor pages."""
        return self._get(self._url("opt_ins"))

    def build_opt_in(self, people: Sequence[OptIn], token: str | None) -> Request:  # noqa: ARG002 - no token here
        """Whoever opted in before may do so again."""
        named = [
            ({"name": one.name} if one.name else {}) | {"number": self._number(one.address, "address")}
            for one in people
        ]
        return self._post("opt_in", {"opt-in": named})

    def parse_opt_ins(self, response: Response) -> Sequence[OptIn]:
        """Whether the answer to an addition is the whole list or what was added is not documented."""
        with nothing_sent():
            return self._told(OptIns, response).opt_ins

    def _told[M: BaseModel](self, model: type[M], response: Response) -> M:
        """The answer as this model. Raises a ProviderError."""
        self._raise_for_error(response)
        told = read(model, response.body)
        if told is None:
            raise _unreadable(response)
        return told

    def _raise_for_error(self, response: Response) -> None:
        if error := verdicts.error(response, self._codes):
            raise error

    def _get(self, url: str) -> Request:
        return self._signable(Request("GET", url, _ACCEPT))

    def _post(self, operation: str, fields: Mapping[str, object]) -> Request:
        return self._signable(Request.with_json("POST", self._url(operation), fields, _ACCEPT))

    def _signable(self, request: Request) -> Request:
        """The request, if it can be signed: that comes too late to find out. Raises ConfigurationError."""
        for name in self.secret_names:
            self.secret(name)
        return request

    def _number(self, address: str, field: str = "to") -> str:
        number = digits(address, field)
        return f"+{number}" if self._plus else number

    def _url(self, operation: str, **ids: str) -> str:
        path = self.setting(f"path_{operation}", PATHS[operation])
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return self._base + path

    def _base_url(self) -> str:
        base = self.setting("base_url", BASE_URL).rstrip("/")
        try:
            mac.target(base)
        except ValueError as error:
            raise ConfigurationError(
                f"setting base_url of account {self.account.name} must be an http or https address"
            ) from error
        return base

    def _time_zone(self) -> tzinfo:
        name = self.setting("time_zone", "UTC")
        try:
            return UTC if name == "UTC" else ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigurationError(
                f"setting time_zone of account {self.account.name} must be an IANA name like Australia/Sydney"
            ) from error


def _unreadable(response: Response) -> OutcomeUnknown:
    return OutcomeUnknown("the provider's answer cannot be read", provider_code=str(response.status))


def _lacking(what: str, response: Response) -> OutcomeUnknown:
    return OutcomeUnknown(f"the provider says yes, but not {what}", provider_code=str(response.status))
