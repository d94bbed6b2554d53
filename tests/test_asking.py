"""
Asking: a provider is asked once what a number can receive, and its answer is what comes back.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest

from herald.asking import LONGEST
from herald.authenticating import Scope
from herald.models import Account, Channel, Sender
from tests.world import Answer, Json, World

ANNA = "+436641234567"
QUESTION = f"/v1/capabilities?channel=rcs&recipient={ANNA}"
DAY, SECOND = 86_400_000, 1000


class Provider:
    """A provider that says `answer` to every question, and counts them."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.questions: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.websms.com":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        self.questions.append(request)
        return self.answer


def says(status: int, body: Json, **headers: str) -> Provider:
    """A provider's one answer."""
    return Provider(httpx.Response(status, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}))


@pytest.fixture
def provider(world: World) -> Provider:
    """One that knows the number."""
    world.provider = found = says(200, {"statusCode": 2000, "capabilities": ["fileTransfer", "chat"]})
    return found


@pytest.fixture
def world() -> Iterator[World]:
    """A stack."""
    with World.of_acme() as world:
        yield world


def setting(world: World, **settings: object) -> None:
    """Change settings of the account as an operator does; workers see it a minute later."""
    registry = world.operator.registry
    stored = registry.read_account("acme-websms")
    registry.change_account(replace(stored.value, settings=settings), stored.version)
    world.clock.now += 60 * SECOND


@pytest.mark.feature("W6")
def test_what_a_number_can_receive(world: World, provider: Provider) -> None:
    """The provider's words come back, sorted, with when and by which account they were said."""
    answer = world.get(QUESTION)
    assert answer.status == 200
    assert answer.json == {
        "reachable": True,
        "capabilities": ["chat", "fileTransfer"],
        "account": "acme-websms",
        "checked_at": "2025-06-15T15:06:40.000Z",
        "cached": False,
    }
    (asked,) = provider.questions
    assert asked.url.path == "/messaging/rcs/app-1/contactCapabilities"
    assert parse_qs(asked.url.query.decode()) == {"userContact": [ANNA]}
    assert asked.headers["authorization"] == "Bearer t"


@pytest.mark.feature("W6")
@pytest.mark.parametrize(
    "provider_says",
    [(404, {}), (200, {"statusCode": 4120, "statusMessage": "Entity not found"}), (200, {"capabilities": []})],
)
def test_not_reachable(world: World, provider_says: tuple[int, Json]) -> None:
    """A number without RCS is an answer, not an error, however the provider says it; it is remembered too."""
    world.provider = provider = says(*provider_says)
    for cached in (False, True):
        answer = world.get(QUESTION)
        assert (answer.status, answer.json["reachable"], answer.json["capabilities"]) == (200, False, [])
        assert answer.json["cached"] is cached
    assert len(provider.questions) == 1


def asked_again(world: World, provider: Provider, question: str = QUESTION) -> bool:
    """Whether the provider hears of this question."""
    before = len(provider.questions)
    answer = world.get(question)
    assert answer.status == 200
    assert answer.json["cached"] is (len(provider.questions) == before)
    return len(provider.questions) > before


@pytest.mark.feature("W6")
def test_remembered_for_a_day(world: World, provider: Provider) -> None:
    """An answer is good for 24 hours, in every worker, then it is asked for again."""
    assert asked_again(world, provider)
    world._loaded.clear()  # noqa: SLF001 - another worker
    world.clock.now += DAY - 1
    assert not asked_again(world, provider)
    world.clock.now += 2
    assert asked_again(world, provider)


def test_fresh(world: World, provider: Provider) -> None:
    """`fresh=true` asks in any case, and what it hears is remembered."""
    assert asked_again(world, provider)
    provider.answer = httpx.Response(404)
    assert asked_again(world, provider, f"{QUESTION}&fresh=true")
    assert world.get(QUESTION).json["reachable"] is False


def test_each_question_for_itself(world: World, provider: Provider) -> None:
    """Another number, another kind of address or another sender is another question."""
    assert asked_again(world, provider)
    assert asked_again(world, provider, "/v1/capabilities?channel=rcs&recipient=%2B436641234568")
    assert asked_again(world, provider, "/v1/capabilities?channel=rcs&recipient=customer:c-1")
    registry = world.operator.registry
    stored = registry.read_account("acme-websms")
    registry.change_account(replace(stored.value, senders=(Sender("app-9", Channel.RCS),)), stored.version)
    world.clock.now += 60 * SECOND
    assert asked_again(world, provider)


def test_the_address_is_not_readable(world: World, provider: Provider) -> None:
    """What is remembered names neither number nor channel."""
    assert asked_again(world, provider)
    client = world.operator.table._client  # noqa: SLF001 - a scan, which Herald never does
    kept = [item for item in client.scan(TableName="herald")["Items"] if item["pk"]["S"].startswith("V#")]
    assert len(kept) == 1
    assert ANNA[1:] not in str(kept)


def test_the_account_decides_how_long(world: World, provider: Provider) -> None:
    """`capability_cache_seconds` of the account says how long; 0 never remembers."""
    setting(world, capability_cache_seconds=10)
    assert asked_again(world, provider)
    world.clock.now += 11 * SECOND
    assert asked_again(world, provider)
    setting(world, capability_cache_seconds=0)
    assert asked_again(world, provider)
    assert asked_again(world, provider)


@pytest.mark.parametrize("seconds", [-1, LONGEST + 1, "60", True, 1.5, None])
def test_a_setting_that_is_wrong(world: World, provider: Provider, seconds: object) -> None:
    """A time that is none is the operator's mistake: 500, and nobody is asked."""
    setting(world, capability_cache_seconds=seconds)
    answer = world.get(QUESTION)
    assert (answer.status, answer.json["code"]) == (500, "configuration_error")
    assert not provider.questions


def failing(world: World, provider: Provider) -> Answer:
    """The answer when the provider fails so."""
    world.provider = provider
    answer = world.get(QUESTION)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


@pytest.mark.parametrize(
    ("provider", "status", "reason"),
    [
        (says(500, {}), 503, "unknown"),
        (says(200, {}), 503, "unknown"),
        (says(429, {}, retry_after="7"), 429, "throttled"),
        (says(403, {}), 503, "credentials_refused"),
        (says(400, {}), 422, "unknown"),
    ],
)
def test_a_provider_that_fails(world: World, provider: Provider, status: int, reason: str) -> None:
    """A failed question is a problem with our reason; nothing is remembered of it, so it may be asked again."""
    answer = failing(world, provider)
    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    world.provider = says(404, {})
    assert world.get(QUESTION).json["cached"] is False


def test_a_provider_that_cannot_be_reached(world: World) -> None:
    """No connection: 503, try again."""

    def unreachable(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    world.provider = unreachable
    answer = world.get(QUESTION)
    assert (answer.status, answer.json["reason"]) == (503, "provider_unavailable")


def test_the_account_asked_for(world: World, provider: Provider) -> None:
    """An account may be named; one that is not the tenant's does not exist."""
    theirs = Account("beta-websms", "websms", ("beta",), senders=(Sender("app-1", Channel.RCS),))
    world.add_account(theirs, {"client_id": "id", "client_secret": "secret"})
    assert asked_again(world, provider, f"{QUESTION}&account=acme-websms")
    for name in ("beta-websms", "nobody"):
        answer = world.get(f"{QUESTION}&account={name}")
        assert (answer.status, answer.json["field"]) == (422, "account")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        (f"channel=whatsapp&recipient={ANNA}", "channel", "unsupported_feature"),
        (f"channel=sms&recipient={ANNA}", "channel", "unsupported_feature"),
        (f"channel=sms&recipient={ANNA}&account=acme-websms", "channel", "unsupported_feature"),
        (f"channel=voice&recipient={ANNA}", "channel", "invalid_message"),
        ("channel=rcs&recipient=email:a@example.com", "recipient", "unsupported_feature"),
        ("channel=rcs&recipient=12", "recipient", "invalid_query"),
        ("channel=rcs", "recipient", "invalid_query"),
        (f"recipient={ANNA}", "channel", "invalid_query"),
        (f"channel=rcs&recipient={ANNA}&fresh=perhaps", "fresh", "invalid_query"),
        (f"channel=rcs&recipient={ANNA}&account=UPPER", "account", "invalid_query"),
    ],
)
def test_questions_that_cannot_be_asked(world: World, query: str, field: str, code: str) -> None:
    """What the provider cannot be asked is refused with the parameter to change; nobody is called."""
    answer = world.get(f"/v1/capabilities?{query}")
    assert (answer.status, answer.json["field"], answer.json["code"]) == (422, field, code)


def test_who_may_ask(world: World) -> None:
    """It reaches the provider at the tenant's cost: it takes the right to send."""
    assert world.get(QUESTION, world.add_key("acme", [Scope.MESSAGES_READ])).status == 403


def test_an_account_without_a_sender(world: World, provider: Provider) -> None:
    """Where the account has no sender of the channel, the provider is asked without one."""
    registry = world.operator.registry
    stored = registry.read_account("acme-websms")
    registry.change_account(replace(stored.value, senders=()), stored.version)
    assert asked_again(world, provider)
