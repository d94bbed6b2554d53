"""
Webhooks that are forged, altered, sent again, or speak of what is not theirs.
"""

import hashlib
import hmac
import json
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from herald.errors import WebhookNotVerified
from herald.models import Account, Channel, Sender
from herald.provider import Provider, Webhook, load
from tests import made_up, webhooks
from tests.carrier import many
from tests.conftest import Show
from tests.faults import listening
from tests.functions.test_inbound import tapped
from tests.moto_table import REGION
from tests.pigeon import cases as pigeon
from tests.webhooks import SMS, tell
from tests.world import World

pytestmark = [pytest.mark.goal("G11"), pytest.mark.timeout(0)]

HUB, PASSWORD = "a hub secret", "an account key of AICC"
WRITTEN = b'{"channel":"SMS","oa":"447700900009","da":"34343","message":"Hi \xc3\xbc","tid":"1"}'
AICC, CONNECT = "acme-aicc", "acme-connect"
SPARSE = settings(
    deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck), max_examples=1000
)


@pytest.fixture(scope="module", autouse=True)
def _with_made_up_providers() -> Iterator[None]:
    with made_up.known():
        yield


# What is altered.


def _hub(algorithm: str) -> tuple[Callable[[], Provider], str, str]:
    account = Account(CONNECT, "webex_connect", ("acme",), {"region": "eu"})
    signature = hmac.new(HUB.encode(), WRITTEN, algorithm).hexdigest()
    return lambda: load(account, {"service_key": "k", "hub_secret": HUB}), "x-hub-signature", signature


def _seal() -> tuple[Callable[[], Provider], str, str]:
    signature = hmac.new(b"s", WRITTEN, hashlib.sha256).hexdigest()
    secrets = {**pigeon.TABLE.secrets, "webhook_secret": "s"}
    return lambda: load(pigeon.TABLE.account, secrets), "x-pigeon-seal", signature


SIGNING = {"webex_connect, sha-256": _hub("sha256"), "webex_connect, sha-512": _hub("sha512"), "pigeon": _seal()}


def _is_refused(adapter: Provider, webhook: Webhook) -> bool:
    try:
        adapter.verify(webhook)
    except WebhookNotVerified:
        return True
    return False


@pytest.mark.parametrize("name", SIGNING)
def test_every_byte_of_a_signed_webhook_counts(name: str, figure: Show) -> None:
    """Any single byte of the body made any other, left out or doubled, and any character of the signature: refused."""
    make, header, signature = SIGNING[name]
    adapter = make()
    assert not _is_refused(adapter, Webhook("inbound", WRITTEN, {header: signature}))
    bodies = {
        changed
        for at in range(len(WRITTEN))
        for changed in (
            *(WRITTEN[:at] + bytes([byte]) + WRITTEN[at + 1 :] for byte in range(256) if byte != WRITTEN[at]),
            WRITTEN[:at] + WRITTEN[at + 1 :],
            WRITTEN[: at + 1] + WRITTEN[at:],
        )
    }
    signatures = {
        changed
        for at in range(len(signature))
        for changed in (
            *(signature[:at] + sign + signature[at + 1 :] for sign in string.printable + "ä\ud800\x00"),
            signature[:at] + signature[at + 1 :],
            signature[: at + 1] + signature[at:],
        )
        if changed.lower() != signature
    }
    bodies.discard(WRITTEN)
    assert all(_is_refused(adapter, Webhook("inbound", body, {header: signature})) for body in bodies)
    assert all(_is_refused(adapter, Webhook("inbound", WRITTEN, {header: changed})) for changed in signatures)
    count = len(bodies) + len(signatures)
    figure("G11", f"altered webhooks of {name} refused", f"{count} of {count}")


def test_every_character_of_a_password_counts(figure: Show) -> None:
    """Huawei AICC signs nothing: its password as a whole is the proof, beside the secret in the address."""
    account = Account(AICC, "huawei_aicc", ("acme",))
    adapter = load(account, {"account_key": PASSWORD})
    others = [
        PASSWORD[:at] + sign + PASSWORD[at + 1 :]
        for at in range(len(PASSWORD))
        for sign in (*string.printable, "ä", "\ud800", "")
        if sign != PASSWORD[at]
    ] + [f"{PASSWORD} ", f" {PASSWORD}", PASSWORD * 2, ""]
    assert not _is_refused(adapter, Webhook("status", b"{}", {"accountkey": PASSWORD}))
    assert all(_is_refused(adapter, Webhook("status", b"{}", {"accountkey": other})) for other in others)
    figure("G11", "altered passwords of huawei_aicc refused", f"{len(others)} of {len(others)}")


# What is forged, and what comes again.


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _connect(world: World) -> None:
    world.add_account(
        Account(CONNECT, "webex_connect", ("acme",), {"region": "eu"}), {"service_key": "k", "hub_secret": HUB}
    )


@pytest.mark.parametrize("body", [WRITTEN, json.dumps(tapped("t-1")).encode()], ids=["a message", "a tap"])
def test_a_signed_webhook_that_comes_again(world: World, body: bytes) -> None:
    """
    No provider signs a time, so what was signed once is good for ever: played again, even years later, it adds nothing.
    """
    _connect(world)
    signature = {"x-hub-signature": hmac.digest(HUB.encode(), body, hashlib.sha256).hex()}
    place = webhooks.path(CONNECT, "inbound")
    assert world.call("POST", place, signature, body).status == 200
    before = webhooks.table()
    for later in (0, 299_000, 301_000, 10**10):
        world.clock.now += later
        assert world.call("POST", place, signature, body).status == 200
    assert webhooks.table() == before
    assert len(webhooks.inbounds(world)) == 1


TOKENS = st.text(max_size=80) | st.from_regex(r"[a-z0-9-]{2,40}\.[1-9][0-9]{0,5}\.[a-z2-7]{32}", fullmatch=True)


def test_a_flood_of_forgeries(world: World, figure: Show) -> None:
    """Whatever stands in the address: refused in memory, before any call to AWS or anybody."""
    tell(world, SMS, "status", b"{}")  # the worker is warm
    receiving = world.function("webhook").parts.receiving
    counts: Counter[str] = Counter()

    @SPARSE
    @given(token=TOKENS)
    def check(token: str) -> None:
        with listening() as called, pytest.raises(WebhookNotVerified):
            receiving.address(token)
        assert called == []
        counts["refused"] += 1

    check()
    assert world.requests == []
    figure("G11", "calls to AWS for forged addresses", f"0 for {counts['refused']}")


# What speaks of others.

REFERENCES = 300
"""Forged references; each is a call."""

OWNERS: Mapping[str, str] = {"acme-sms": "acme", "acme-two": "acme", "zeta-sms": "zeta"}


def _messages(world: World) -> dict[str, list[str]]:
    """Messages of both tenants by the account that carried them: single ones, a request and its members."""
    world.add_tenant("zeta")
    keys = {"acme": world.key, "zeta": world.add_key("zeta")}
    found: dict[str, list[str]] = {}
    for name, tenant in OWNERS.items():
        if name != "acme-sms":
            world.add_account(
                Account(name, "websms_sms", (tenant,), senders=(Sender("s", Channel.SMS),)), {"access_token": "t"}
            )
        single = {"channel": "sms", "to": "+436761000001", "content": {"type": "text", "text": "Hi"}, "account": name}
        ids = [world.post("/v1/messages", body, keys[tenant]).json["id"] for body in (single, many(2, account=name))]
        world.settle()
        members = world.get(f"/v1/messages?request={ids[1]}", keys[tenant]).json["messages"]
        found[name] = [*ids, *(each["id"] for each in members)]
    return found


def _items() -> dict[str, object]:
    """All items by their keys, as moto itself has them: a scan takes too long here."""
    partitions: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables["herald"].items
    return {
        f"{item.hash_key.value}{item.range_key.value}": item.to_json()
        for items in partitions.values()
        for item in items.values()
    }


def test_references_of_others(world: World, figure: Show) -> None:
    """
    Whatever a report of one account names, only messages that this account carried can move.

    Anything else is acknowledged and set aside, and no other item changes.
    """
    carried = _messages(world)
    every = [identifier for ids in carried.values() for identifier in ids]
    counts: Counter[str] = Counter()

    @settings(SPARSE, max_examples=REFERENCES)
    @given(
        account=st.sampled_from(list(OWNERS)),
        identifier=st.sampled_from([*every, *every, "a" * 26, f"{every[0]}.{'a' * 10}", "", every[0][:-1], "a.b"]),
        step=st.sampled_from(["-0", "-0", "-0", "-1", "-b0", "-b1", "-00", "", "-0-0", "-99999"]),
        to=st.sampled_from(["436761000000", "436761000001", "436769999999", ""]),
        word=st.sampled_from(["accepted", "delivered", "expired", "rejected", "snafu"]),
        named=st.sampled_from([True, True, True, False]),
    )
    def check(  # noqa: PLR0913 - what can be forged
        account: str, identifier: str, step: str, to: str, word: str, *, named: bool
    ) -> None:
        before = _items()
        fields = {"transferId": None} if named else {"clientMessageId": None, "transferId": identifier}
        body = webhooks.report(word, f"{identifier}{step}", senderAddress=to, notificationId="n") | fields
        with listening() as called:
            assert tell(world, account, "status", body).body == webhooks.SMS_ACK
        after = _items()
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        mine = {f"M#{each}." for each in carried[account]}
        assert all(key in mine or key.startswith(f"R#{account}#") for key in changed), changed
        if any(key in mine for key in changed):
            counts["told a message of its own"] += 1
        elif changed:
            counts["waits for a message of its own"] += 1
        else:
            counts["changed nothing"] += 1
            counts["set aside"] += "PutObject" in called

    check()
    assert counts["told a message of its own"]
    figure("G11", "forged references that moved another account's message", f"0 of {REFERENCES}")
    for what, count in counts.items():
        figure("G11", f"forged references: {what}", count)
