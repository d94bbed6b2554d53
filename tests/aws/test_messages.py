"""
Every write that moves a message, and what it must not move.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from herald.aws import keys
from herald.aws.messages import EARLY, LARGEST, Messages
from herald.aws.table import ConditionFailed
from herald.errors import Reason
from herald.models import StatusUpdate
from herald.outcome import Outcome
from herald.status import State, Status
from tests.moto_table import make_table

NOW = 1_750_000_000_000
LEASE = NOW + 65_000
ID = "a" * 26


@pytest.fixture
def messages() -> Iterator[Messages]:
    with mock_aws():
        yield Messages(make_table())


def new(**more: object) -> dict[str, Any]:
    return {
        "pk": keys.message(ID),
        "sk": ".",
        "tenant": "acme",
        "account": "acme-sms",
        "accounts": {"acme-sms"},
        "state": State.ACCEPTED,
        "not_before": NOW,
        "expires": NOW + 86_400_000,
        "step": 0,
        "tries": 0,
        "marks": {},
        "history": {},
        "fingerprint": "f" * 20,
        "lp": keys.shard(keys.message(ID)),
        "ls": keys.due(NOW + 900_000, "watchdog"),
        "ttl": NOW // 1000,
    } | more


def claim(messages: Messages, attempt: str = "one", now: int = NOW, step: int = 0) -> dict[str, Any]:
    return messages.claim(ID, step, attempt, now, now + 65_000)


def delivered() -> StatusUpdate:
    return StatusUpdate("DELIVERED", Status.DELIVERED, at=NOW)


@pytest.mark.parametrize(("length", "beside"), [(10, False), (LARGEST, True), (50_000, True)])
def test_insert(messages: Messages, length: int, beside: bool) -> None:  # noqa: FBT001 - a case
    """What a message says lies with it while it is small, else beside it, and is found in either place."""
    stored = messages.insert(new(), "x" * length)
    assert ("beside" in stored, "body" in stored) == (beside, not beside)
    assert messages.get(ID) == stored
    assert messages.bodies([stored]) == {keys.message(ID): "x" * length}
    with pytest.raises(ConditionFailed) as found:
        messages.insert(new(), "x" * length)
    assert found.value.item == stored


def test_claim(messages: Messages) -> None:
    """A claim takes a waiting message for one attempt, and only one gets it."""
    messages.insert(new(), "")
    claimed = claim(messages)
    assert (claimed["state"], claimed["attempt"], claimed["lease"], claimed["tries"]) == ("sending", "one", LEASE, 1)
    with pytest.raises(ConditionFailed):
        claim(messages, "two")


UNCLAIMABLE: dict[str, dict[str, Any]] = {
    "not yet due": {"not_before": NOW + EARLY + 1},
    "to be tried again later": {"state": "retry", "retry_at": NOW + 1},
    "expired": {"expires": NOW},
    "another step": {"step": 1},
    "reported": {"marks": {"0.delivered": NOW}},
    "only sent, they say": {"marks": {"0.sent": NOW}},
    **{state: {"state": state} for state in State if state not in ("accepted", "retry")},
}


@pytest.mark.parametrize("case", UNCLAIMABLE.values(), ids=UNCLAIMABLE)
def test_what_cannot_be_claimed(messages: Messages, case: dict[str, Any]) -> None:
    """A message that is not waiting, not due, expired or spoken of by a provider is left alone."""
    messages.insert(new(**case), "")
    with pytest.raises(ConditionFailed) as found:
        claim(messages)
    assert found.value.item == messages.get(ID)


CLAIMABLE: dict[str, dict[str, Any]] = {
    "a little early": {"not_before": NOW + EARLY},
    "to be tried again now": {"state": "retry", "retry_at": NOW},
    "reported of an earlier step": {"step": 1, "marks": {"0.failed": NOW}},
}


@pytest.mark.parametrize("case", CLAIMABLE.values(), ids=CLAIMABLE)
def test_what_can_be_claimed(messages: Messages, case: dict[str, Any]) -> None:
    """One that is due, or whose reports speak of an earlier step, is claimed."""
    messages.insert(new(**case), "")
    assert claim(messages, step=case.get("step", 0))["state"] == State.SENDING


def test_nobody_can_claim_nothing(messages: Messages) -> None:
    """A message that does not exist is not made by its claim."""
    with pytest.raises(ConditionFailed) as found:
        claim(messages)
    assert found.value.item is None
    assert messages.get(ID) is None


OUTCOMES: list[tuple[Outcome, str | None]] = [
    (Outcome(State.SENT, "t-1", segments=2), None),
    (Outcome(State.REJECTED, reason=Reason.INVALID_SENDER, code="4003"), "X#acme#20250615#0"),
    (Outcome(State.UNCLEAR, reason=Reason.UNKNOWN, code="500", due=NOW + 5), keys.shard(keys.message(ID))),
    (Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW + 5), keys.shard(keys.message(ID))),
]


@pytest.mark.parametrize(("outcome", "listed"), OUTCOMES, ids=lambda case: getattr(case, "state", ""))
def test_outcomes(messages: Messages, outcome: Outcome, listed: str | None) -> None:
    """Each outcome ends the lease, and leaves the message where it has to be looked at next, if anywhere."""
    messages.insert(new(), "")
    stored = messages.record(claim(messages), outcome, NOW)
    assert (stored["state"], stored.get("lp"), "lease" in stored) == (outcome.state, listed, False)
    assert stored == messages.get(ID)


@pytest.mark.parametrize("outcome", [outcome for outcome, _ in OUTCOMES], ids=lambda outcome: outcome.state)
def test_outcomes_of_a_zombie(messages: Messages, outcome: Outcome) -> None:
    """A worker whose claim has passed to another one writes nothing."""
    messages.insert(new(), "")
    zombie = claim(messages)
    messages.record(zombie, Outcome(State.RETRY, retry_at=NOW), NOW)
    before = claim(messages, "two")
    with pytest.raises(ConditionFailed):
        messages.record(zombie, outcome, NOW)
    assert messages.get(ID) == before


@pytest.mark.parametrize("outcome", [outcome for outcome, _ in OUTCOMES], ids=lambda outcome: outcome.state)
def test_outcomes_after_the_lease(messages: Messages, outcome: Outcome) -> None:
    """While nobody else knows, the worker that was given up still has the word."""
    messages.insert(new(), "")
    late = claim(messages)
    messages.lease_over(late, LEASE, LEASE + 600_000)
    assert messages.record(late, outcome, LEASE)["state"] == outcome.state
    if outcome.state is State.RETRY:
        stored = messages.get(ID) or {}
        assert stored["ls"] == keys.due(NOW + 5, "watchdog")


def test_not_sent_but_reported(messages: Messages) -> None:
    """A late "not sent" does not stand against a report."""
    messages.insert(new(), "")
    late = claim(messages)
    messages.lease_over(late, LEASE, LEASE)
    messages.report(ID, 0, "acme-sms", delivered(), NOW)
    with pytest.raises(ConditionFailed):
        messages.record(late, Outcome(State.RETRY, retry_at=NOW), NOW)


def test_a_lease(messages: Messages) -> None:
    """A lease is over at its very end, for the attempt that was seen, and not before."""
    messages.insert(new(), "")
    seen = claim(messages)
    with pytest.raises(ConditionFailed):
        messages.lease_over(seen, LEASE - 1, LEASE)
    with pytest.raises(ConditionFailed):
        messages.lease_over(seen | {"attempt": "another"}, LEASE, LEASE)
    stored = messages.lease_over(seen, LEASE, LEASE + 600_000)
    assert (stored["state"], stored["ls"]) == ("unclear", keys.due(LEASE + 600_000, "grace"))


def test_postponed(messages: Messages) -> None:
    """A message that could not even be tried says why and waits; its send time stays."""
    seen = messages.insert(new(), "")
    stored = messages.postpone(seen, Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW + 9))
    assert (stored["state"], stored["retry_at"], stored["not_before"], stored["tries"]) == ("retry", NOW + 9, NOW, 0)
    with pytest.raises(ConditionFailed):
        messages.postpone(seen, Outcome(State.RETRY, retry_at=NOW))


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED, State.REJECTED])
def test_end(messages: Messages, state: State) -> None:
    """What ends without a call is due no more, and listed where it ended badly."""
    seen = messages.insert(new(), "")
    stored = messages.end(seen, Outcome(state), NOW)
    assert (stored["state"], stored.get("lp", "")[:1]) == (state, "" if state == State.CANCELLED else "X")
    with pytest.raises(ConditionFailed):
        messages.end(seen, Outcome(state), NOW)


def test_resend(messages: Messages) -> None:
    """An unclear message can be tried again as long as no report speaks of it."""
    messages.insert(new(), "")
    seen = claim(messages)
    with pytest.raises(ConditionFailed):
        messages.resend(seen, NOW, NOW)
    messages.lease_over(seen, LEASE, LEASE)
    assert messages.resend(seen, LEASE, LEASE + 900_000)["state"] == State.RETRY
    again = claim(messages, "two", LEASE)
    messages.lease_over(again, LEASE + 65_000, LEASE)
    messages.report(ID, 0, "acme-sms", delivered(), NOW)
    with pytest.raises(ConditionFailed):
        messages.resend(again, NOW, NOW)


def test_watchdogs(messages: Messages) -> None:
    """A watchdog is moved on only by who has seen it as it is."""
    seen = messages.insert(new(), "")
    messages.watch_from(seen, NOW + 10_000_000)
    assert (messages.get(ID) or {})["ls"] == keys.due(NOW + 10_000_000, "watchdog")
    with pytest.raises(ConditionFailed):
        messages.watch_from(seen, NOW)


def test_members(messages: Messages) -> None:
    """A member's row is written once."""
    messages.insert_member(new(state="sending"))
    with pytest.raises(ConditionFailed) as found:
        messages.insert_member(new())
    assert (found.value.item or {})["state"] == "sending"
    assert list(messages.get_many([ID, "b" * 26])) == [ID]
