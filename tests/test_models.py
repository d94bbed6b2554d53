"""
Requests as clients may write them: recipients, options, keys, and the names inside Herald.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from herald.models import (
    Account,
    Address,
    AddressType,
    Channel,
    IntakeRequest,
    OutboundMessage,
    Sender,
    SendRequest,
)

HELLO: Mapping[str, object] = {"channel": "sms", "to": "+436641234567", "content": {"type": "text", "text": "hi"}}


def request(**other: object) -> dict[str, object]:
    return {name: value for name, value in {**HELLO, **other}.items() if value is not None}


def many(count: int) -> list[dict[str, object]]:
    return [{"to": f"+43664{number:07}"} for number in range(count)]


GOOD: list[dict[str, object]] = [
    request(),
    request(to={"type": "whatsapp", "value": "US.13491208655302741918"}),
    request(to=None, recipients=many(1)),
    request(to=None, recipients=many(1000)),
    request(to=None, recipients=[{"to": "+436641234567", "variables": {"name": "Ada"}}]),
    request(send_at="2026-03-14T10:00:00+01:00"),
    request(idempotency_key="x" * 255, reference="x" * 64, variables={"größe": "1"}),
    {**HELLO, "from": "Herald"},
    request(options={"priority": 0, "validity_seconds": 30, "max_segments": 255}),
]


@pytest.mark.parametrize("body", GOOD, ids=lambda body: ascii(body)[:70])
def test_a_good_request_is_taken(body: dict[str, object]) -> None:
    """One to a thousand recipients, by number or by another name, now or later."""
    assert SendRequest.model_validate(body).channel is Channel.SMS


NUMBERS = [
    "",
    "+",
    "436641234567",
    "00436641234567",
    "06641234567",
    "+43 664 1234567",
    "+43-664-1234567",
    "+0436641234567",
    "+43664123456789012",
    "+43664",
    "+4366412345\uff16\uff17",
    "+٤٣٦٦٤١٢٣٤٥٦٧",
    "+436641234567\n",
    "+436641234567;ext=1",
    "tel:+436641234567",
    "+999999999999",
    "+436641234567\x00",
]

BAD: list[tuple[dict[str, object], str]] = [
    *((request(to=number), "to") for number in NUMBERS),
    (request(to=436641234567), "to"),
    (request(to=[]), "to"),
    (request(to={"type": "fax", "value": "1"}), "to"),
    (request(to={"type": "email", "value": "two words"}), "to"),
    (request(to={"type": "email", "value": "x" * 513}), "to"),
    (request(to=None), ""),
    (request(recipients=many(1)), ""),
    (request(to=None, recipients=[]), "recipients"),
    (request(to=None, recipients=many(1001)), "recipients"),
    (request(to=None, recipients=[{"to": "+43"}]), "recipients"),
    (request(to=None, recipients=many(1), variables={"a": "b"}), ""),
    (request(channel="fax"), "channel"),
    (request(channel=None), "channel"),
    (request(content=None), "content"),
    (request(content="hi"), "content"),
    (request(surprise=True), "surprise"),
    (request(tenant="other"), "tenant"),
    (request(account="No Such Name!"), "account"),
    (request(variables={"a b": "c"}), "variables"),
    (request(variables={"a": 1}), "variables"),
    (request(variables={f"v{number}": "" for number in range(51)}), "variables"),
    (request(idempotency_key=""), "idempotency_key"),
    (request(idempotency_key="x" * 256), "idempotency_key"),
    (request(idempotency_key="a\nb"), "idempotency_key"),
    (request(reference="x" * 65), "reference"),
    (request(send_at="2026-03-14T10:00:00"), "send_at"),
    (request(send_at="tomorrow"), "send_at"),
    (request(policy="hope"), "policy"),
    (request(lane="fast"), "lane"),
    (request(options={"priority": 10}), "options"),
    (request(options={"priority": -1}), "options"),
    (request(options={"validity_seconds": 29}), "options"),
    (request(options={"max_segments": 0}), "options"),
    (request(options={"category": "advertisement"}), "options"),
    (request(options={"colour": "red"}), "options"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=[f"{field} {ascii(body)[:90]}" for body, field in BAD])
def test_a_bad_request_is_refused_at_its_field(body: dict[str, object], field: str) -> None:
    """Whatever is wrong, the error points at it."""
    with pytest.raises(ValidationError) as caught:
        SendRequest.model_validate(body)
    assert field in {str(error["loc"][0]) if error["loc"] else "" for error in caught.value.errors()}


def test_a_lone_surrogate_is_refused_anywhere() -> None:
    """JSON may spell it, but no text may hold it."""
    for body in (
        rb'{"channel":"sms","to":"+436641234567","content":{"type":"text","text":"hi"},"reference":"\ud800"}',
        rb'{"channel":"sms","to":"\ud83d","content":{"type":"text","text":"hi"}}',
    ):
        with pytest.raises(ValidationError):
            SendRequest.model_validate_json(body)


def test_an_intake_request_names_its_tenant() -> None:
    """By HTTP the key says whose message it is, by the queue the body."""
    assert IntakeRequest.model_validate(request(tenant="acme")).tenant == "acme"
    with pytest.raises(ValidationError):
        IntakeRequest.model_validate(request())


@given(st.sampled_from(AddressType), st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_an_address_comes_back_from_its_text(kind: AddressType, value: str) -> None:
    """The canonical text of an address names the same address, whatever its value holds."""
    if kind is AddressType.PHONE:
        value = "+436641234567"
    address = Address(type=kind, value=value)
    assert Address.parse(str(address)) == address


ACCOUNT = Account(
    name="main",
    provider="acme",
    tenants=("first", "second"),
    senders=(
        Sender("+43660", Channel.SMS),
        Sender("AAAA-bbbb", Channel.WHATSAPP, tenant="second"),
        Sender("+43661", Channel.SMS, tenant="second"),
    ),
)


def test_a_sender_is_the_first_of_its_channel_or_the_one_asked_for() -> None:
    """Nobody sends from a name that is not the account's, not the channel's, or another tenant's."""
    assert ACCOUNT.sender(Channel.SMS, None, "second") == Sender("+43660", Channel.SMS)
    assert ACCOUNT.sender(Channel.SMS, "+43661", "second") == Sender("+43661", Channel.SMS, tenant="second")
    assert ACCOUNT.sender(Channel.SMS, "+43661", "first") is None
    assert ACCOUNT.sender(Channel.SMS, "AAAA-bbbb", "second") is None
    assert ACCOUNT.sender(Channel.WHATSAPP, None, "first") is None
    assert ACCOUNT.sender(Channel.RCS, None, "first") is None


@pytest.mark.parametrize(
    ("sender", "tenant"),
    [("aaaa-BBBB", "second"), ("+43661", "second"), ("+43660", "first"), ("+43999", "first"), (None, "first")],
)
def test_what_arrives_belongs_to_the_tenant_of_its_sender(sender: str | None, tenant: str) -> None:
    """Compared without case; the account's first tenant gets what nobody else owns."""
    assert ACCOUNT.tenant_of(sender) == tenant


def test_one_number_may_be_two_tenants() -> None:
    """The same number on another channel may be another tenant's; without a channel of its own the first has it."""
    senders = (
        Sender("+43660", Channel.SMS, tenant="second"),
        Sender("+43660", Channel.WHATSAPP, tenant="third"),
        Sender("+43660", Channel.RCS),
    )
    account = replace(ACCOUNT, senders=senders)
    owners = {channel: account.tenant_of("+43660", channel) for channel in (Channel.SMS, Channel.WHATSAPP, Channel.RCS)}
    assert owners == {Channel.SMS: "second", Channel.WHATSAPP: "third", Channel.RCS: "first"}
    assert account.tenant_of("+43660", Channel.VOICE) == "second"


def test_the_recipient_of_a_message_to_one_is_the_first() -> None:
    """A message to one and the first of many read the same."""
    addresses = (Address(value="+436641234567"), Address(value="+436641234568"))
    content = SendRequest.model_validate(HELLO).content
    assert OutboundMessage("r", Channel.SMS, addresses, "s", content).recipient is addresses[0]
