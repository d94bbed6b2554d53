"""
Parcel: one call takes many recipients and answers for the call, or for each of them.

    POST https://parcel.example/parcels    {"from", "say", "parcels": [{"to", "reference"}], "post": {"reference"}}

It answers {"call": {"verdict": "busy"}} or {"parcels": [{"verdict": "taken", "id": "p-1"}, …]} in their order. A call
is signed by time and nonce. What an account can do is what its settings say: they are its ChannelFacts. Buttons stand
under a short text only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from herald.content import ButtonsContent
from herald.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    UnsupportedFeature,
)
from herald.models import Channel, OutboundMessage, Receipt
from herald.provider import ChannelFacts, Provider, Request, Response, Stamp, error_for_status, only

URL = "https://parcel.example/parcels"

SHORT = 20
"""Characters of a text with buttons."""

_FACTS: TypeAdapter[ChannelFacts] = TypeAdapter(ChannelFacts)


class _Result(BaseModel):
    verdict: Literal["taken", "refused", "busy", "down", "lost"]
    id: str | None = None
    wait: float | None = None
    reason: Reason | None = None

    @property
    def meaning(self) -> Receipt | ProviderError:
        return _MEANINGS[self.verdict](self)


class _Answer(BaseModel):
    call: _Result | None = None
    parcels: list[_Result] = []


_MEANINGS: Mapping[str, Callable[[_Result], Receipt | ProviderError]] = {
    "taken": lambda result: Receipt(result.id),
    "refused": lambda result: ProviderRejected("parcel says no", reason=result.reason, provider_code="refused"),
    "busy": lambda result: ProviderThrottled("parcel is busy", retry_after=result.wait, provider_code="busy"),
    "down": lambda _: ProviderUnavailable("parcel is down", provider_code="down"),
    "lost": lambda _: OutcomeUnknown("parcel has lost sight of it", provider_code="lost"),
}


class Adapter(Provider):
    """An account of Parcel. Settings: any of ChannelFacts. Secrets: key."""

    channels: ClassVar[Mapping[Channel, ChannelFacts]] = dict.fromkeys(
        Channel, ChannelFacts(frozenset({"text"}), echo=True)
    )
    secret_names: ClassVar[tuple[str, ...]] = ("key",)
    reserved: ClassVar[frozenset[str]] = frozenset({"from", "parcels", "post.reference"})

    def facts(self, channel: Channel) -> ChannelFacts:  # noqa: ARG002 - all channels alike
        """As the account says."""
        said: Mapping[str, Any] = {"contents": ["text"], "echo": True, **self.account.settings}
        return _FACTS.validate_python(said)

    def check(self, message: OutboundMessage) -> None:
        """Buttons need room."""
        super().check(message)
        if isinstance(message.content, ButtonsContent) and len(message.content.text) > SHORT:
            raise UnsupportedFeature("a long text has no buttons", field="content.text")

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:  # noqa: ARG002 - no token here
        """One call for all."""
        parcels = [
            {"to": str(recipient), "reference": message.reference_of(position)}
            for position, recipient in enumerate(message.recipients)
        ]
        fields = {
            "from": message.sender,
            "say": message.content.model_dump(mode="json", exclude_none=True),
            "parcels": parcels,
            "post": {"reference": message.reference, "class": "slow"},
        }
        return Request.with_json("POST", URL, fields, {"X-Key": self.secret("key")})

    def sign(self, request: Request, stamp: Stamp) -> Request:
        """By what makes this attempt unlike any other."""
        return replace(request, headers={**request.headers, "X-Stamp": f"{stamp.now} {stamp.nonce}"})

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """The first recipient's."""
        return only(self.parse_receipts(response, message))

    def parse_receipts(self, response: Response, message: OutboundMessage) -> Sequence[Receipt | ProviderError]:
        """One for each, or one for all."""
        if error := error_for_status(response):
            raise error
        try:
            answer = _Answer.model_validate_json(response.body)
        except ValidationError as unreadable:
            raise OutcomeUnknown("the answer cannot be read") from unreadable
        if answer.call is None:
            return [result.meaning for result in answer.parcels]
        return (only([answer.call.meaning]),) * len(message.recipients)
