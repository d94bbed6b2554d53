"""
What each write changes in a message's row: these attributes, and no other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from moto import mock_aws

from herald.aws import keys
from herald.aws.attributes import size
from herald.aws.messages import LARGEST, LIFE, MAX_HISTORY, Messages, digest_of
from herald.aws.table import ConditionFailed, Table
from herald.errors import Reason
from herald.models import StatusUpdate
from herald.outcome import Outcome
from herald.status import State, Status
from tests.aws.test_messages import ID, LEASE, NOW, claim, delivered, new
from tests.faults import refusing
from tests.moto_table import make_table

PK = keys.message(ID)
SHARD = keys.shard(PK)
BAD_LIST = "X#acme#20250615#0"
GONE = "gone"


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


@pytest.fixture
def messages(table: Table) -> Messages:
    return Messages(table)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that differ, as they are now; GONE for those that are there no more."""
    set_to = {name: value for name, value in after.items() if before.get(name) != value}
    return set_to | dict.fromkeys(before.keys() - after.keys(), GONE)


def row(messages: Messages) -> dict[str, Any]:
    found = messages.get(ID)
    assert found is not None
    return found


def tried_before(messages: Messages, **more: Any) -> dict[str, Any]:
    """A message at its second attempt, after one that was not sent."""
    messages.insert(new(**more), "hello")
    messages.record(claim(messages), Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW), NOW)
    return claim(messages, "two")


def test_claim(messages: Messages) -> None:
    """A claim names its attempt, counts it and holds the lease."""
    before = messages.insert(new(), "hello")
    assert changed(before, claim(messages)) == {"state": "sending", "attempt": "one", "lease": LEASE, "tries": 1}


@pytest.mark.parametrize(
    ("outcome", "change"),
    [
        (
            Outcome(State.SENT, "t-1", segments=2),
            {"state": "sent", "provider_id": "t-1", "segments": 2, "sent_at": NOW + 7, "lp": GONE, "ls": GONE}
            | {"reason": GONE, "code": GONE},
        ),
        (
            Outcome(State.SENT, due=NOW + 99),
            {"state": "sent", "sent_at": NOW + 7, "ls": f"{NOW + 99}#receipt", "reason": GONE, "code": GONE},
        ),
        (
            Outcome(State.REJECTED, reason=Reason.INVALID_SENDER, code="4" * 65),
            {"state": "rejected", "reason": "invalid_sender", "code": "4" * 64}
            | {"lp": BAD_LIST, "ls": f"{NOW + 7}#rejected"},
        ),
        (
            Outcome(State.UNCLEAR, reason=Reason.UNKNOWN, code="500", due=NOW + 99, doubtful=True),
            {"state": "unclear", "reason": "unknown", "code": "500", "ls": f"{NOW + 99}#grace", "doubts": 1},
        ),
        (
            Outcome(State.UNCLEAR, reason=Reason.UNKNOWN, code="500"),
            {"state": "unclear", "reason": "unknown", "code": "500", "lp": GONE, "ls": GONE},
        ),
    ],
    ids=["sent", "sent, and a receipt is wanted", "rejected", "unclear", "unclear, and nobody looks"],
)
def test_outcomes(messages: Messages, outcome: Outcome, change: dict[str, Any]) -> None:
    """An outcome ends lease and wait, says what came of it, and where the message has to be looked at next."""
    claimed = tried_before(messages)
    written = messages.record(claimed, outcome, NOW + 7)
    assert changed(claimed, written) == change | {"lease": GONE, "retry_at": GONE}
    assert written == row(messages)


@pytest.mark.parametrize(("doubtful", "doubts"), [(True, {"doubts": 1}), (False, {})])
def test_not_sent(messages: Messages, doubtful: bool, doubts: dict[str, int]) -> None:  # noqa: FBT001 - a case
    """What was not sent waits; only an attempt that may have sent it is counted as one."""
    messages.insert(new(), "hello")
    claimed = claim(messages)
    outcome = Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW + 5, doubtful=doubtful)
    assert changed(claimed, messages.record(claimed, outcome, NOW)) == {
        "state": "retry",
        "reason": "throttled",
        "code": "429",
        "retry_at": NOW + 5,
        "lease": GONE,
        **doubts,
    }


@pytest.mark.parametrize(("doubtful", "doubts"), [(True, 1), (False, 0)])
def test_not_sent_after_all(messages: Messages, doubtful: bool, doubts: int) -> None:  # noqa: FBT001 - a case
    """A worker that was given up says that nothing was sent: the doubt that its silence has raised goes with it."""
    messages.insert(new(), "hello")
    claimed = claim(messages)
    given_up = messages.lease_over(claimed, LEASE, LEASE + 600_000)
    assert given_up["doubts"] == 1
    outcome = Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW + 5, doubtful=doubtful)
    written = messages.record(claimed, outcome, LEASE)
    assert changed(given_up | {"doubts": -1}, written) == {
        "state": "retry",
        "reason": "throttled",
        "code": "429",
        "retry_at": NOW + 5,
        "ls": f"{NOW + 5}#watchdog",
        "doubts": doubts,
    }


def test_not_sent_when_nobody_asked(messages: Messages) -> None:
    """The word of a worker whose message another one holds, or that was never given up, changes nothing."""
    messages.insert(new(), "hello")
    claimed = claim(messages)
    given_up = messages.lease_over(claimed, LEASE, LEASE)
    with pytest.raises(ConditionFailed):
        messages.record(claimed | {"attempt": "another"}, Outcome(State.RETRY, retry_at=NOW), NOW)
    assert row(messages) == given_up
    with pytest.raises(ConditionFailed) as found:
        messages.record(new(pk=keys.message("b" * 26), attempt="one"), Outcome(State.RETRY, retry_at=NOW), NOW)
    assert found.value.item is None


def test_lease_over(messages: Messages) -> None:
    """A worker that died leaves a message of which nobody knows, and somebody looks at it when its grace is over."""
    messages.insert(new(lp="elsewhere"), "hello")
    claimed = claim(messages)
    written = messages.lease_over(claimed, LEASE, LEASE + 9)
    assert changed(claimed, written) == {
        "state": "unclear",
        "lp": SHARD,
        "ls": f"{LEASE + 9}#grace",
        "doubts": 1,
        "lease": GONE,
    }
    with pytest.raises(ConditionFailed):
        messages.lease_over(written | {"lease": LEASE}, LEASE, LEASE)


@pytest.mark.parametrize(
    ("outcome", "change"),
    [
        (Outcome(State.CANCELLED), {"state": "cancelled", "lp": GONE, "ls": GONE}),
        (
            Outcome(State.EXPIRED, reason=Reason.EXPIRED, code="x"),
            {"state": "expired", "reason": "expired", "code": "x", "lp": BAD_LIST, "ls": f"{NOW}#expired"},
        ),
        (Outcome(State.REJECTED), {"state": "rejected", "lp": BAD_LIST, "ls": f"{NOW}#rejected"}),
        (Outcome(State.UNKNOWN), {"state": "unknown", "lp": BAD_LIST, "ls": f"{NOW}#unknown"}),
    ],
    ids=lambda case: getattr(case, "state", ""),
)
def test_ends(messages: Messages, outcome: Outcome, change: dict[str, Any]) -> None:
    """What ends without a call waits for nothing, and is listed where it ended badly."""
    seen = messages.insert(new(state="retry", retry_at=NOW), "hello")
    assert changed(seen, messages.end(seen, outcome, NOW)) == change | {"retry_at": GONE}


def test_an_end_that_comes_too_late(messages: Messages) -> None:
    """Whoever has not seen the claim or the report ends nothing."""
    seen = messages.insert(new(), "hello")
    claim(messages)
    with pytest.raises(ConditionFailed):
        messages.end(seen, Outcome(State.CANCELLED), NOW)
    reported = messages.report(ID, 0, "acme-sms", delivered(), NOW)
    with pytest.raises(ConditionFailed):
        messages.end(reported | {"marks": {}}, Outcome(State.CANCELLED), NOW)
    assert messages.end(reported, Outcome(State.UNKNOWN), NOW)["state"] == State.UNKNOWN


@pytest.mark.parametrize("state", [State.SENT, State.REJECTED])
@pytest.mark.parametrize("length", [10, 2000])
def test_what_must_not_be_kept(table: Table, messages: Messages, state: State, length: int) -> None:
    """With the end of a message goes what it says, wherever it lies, and of the address all but its end."""
    stored = messages.insert(new(hide="discard", to="+436761234567"), "x" * length)
    claimed = claim(messages)
    written = messages.record(claimed, Outcome(state), NOW)
    assert written["to"] == "567"
    assert not written.keys() & {"body", "beside"}
    if "beside" in stored:
        assert table.get(PK, stored["beside"]) == {
            "pk": PK, "sk": stored["beside"], "ttl": min(stored["ttl"], stored["expires"] // 1000 + 86_400),
        }  # fmt: skip


@pytest.mark.parametrize("operation", ["record", "end"])
def test_what_could_not_be_emptied(table: Table, messages: Messages, operation: str) -> None:
    """That the body beside a message cannot be emptied now, or is gone already, does not undo the message's end."""
    stored = messages.insert(new(hide="redact"), "x" * 2000)
    if operation == "record":
        claimed = claim(messages)
        with refusing(table._client, "UpdateItem", after=1) as refused:  # noqa: SLF001
            assert messages.record(claimed, Outcome(State.SENT), NOW)["state"] == State.SENT
        assert refused
        assert (table.get(PK, stored["beside"]) or {})["body"] == "x" * 2000
    else:
        table.delete(PK, stored["beside"])
        assert messages.end(stored, Outcome(State.CANCELLED), NOW)["state"] == State.CANCELLED
        assert table.get(PK, stored["beside"]) is None


def test_what_is_kept_stays(table: Table, messages: Messages) -> None:
    """Without a wish, a message's content outlives its end, and so does that of one that has not ended."""
    stored = messages.insert(new(), "x" * 2000)
    messages.record(claim(messages), Outcome(State.SENT), NOW)
    assert (table.get(PK, stored["beside"]) or {})["body"] == "x" * 2000
    assert row(messages)["beside"] == stored["beside"]


def test_what_lies_beside_its_message(table: Table, messages: Messages) -> None:
    """A body that does not fit lies in the message's partition by its fingerprint, for as long as the message."""
    stored = messages.insert(new(), "x" * 2000)
    assert stored == new(beside="C#" + "f" * 20)
    assert row(messages) == stored
    beside = {"pk": PK, "sk": "C#" + "f" * 20, "body": "x" * 2000, "ttl": stored["ttl"]}
    assert table.get(PK, stored["beside"]) == beside
    with refusing(table._client, "PutItem") as refused, pytest.raises(ConditionFailed):  # noqa: SLF001
        messages.insert(new(), "y" * 2000)
    assert refused == []


def test_how_much_fits(messages: Messages) -> None:
    """With all that comes in its life, a message stays within one write unit."""
    assert (LARGEST, LIFE) == (1000, 300)
    room = 700 - size(messages.insert(new(), ""))
    assert "body" in messages.insert(new(pk=keys.message("b" * 26)), "x" * room)
    assert "beside" in messages.insert(new(pk=keys.message("c" * 26)), "x" * (room + 1))


def test_bodies(table: Table, messages: Messages) -> None:
    """What messages say is found in them or beside them; one that says nothing, or whose body is gone, is not there."""
    small = messages.insert(new(), "small")
    large = messages.insert(new(pk=keys.message("b" * 26)), "x" * 2000)
    gone = messages.insert(new(pk=keys.message("c" * 26)), "y" * 2000)
    table.put({"pk": gone["pk"], "sk": gone["beside"]})
    silent = new(pk=keys.message("d" * 26))
    assert messages.bodies([small, large, gone, silent]) == {PK: "small", keys.message("b" * 26): "x" * 2000}
    assert messages.get_many([ID, "b" * 26, "e" * 26]) == {ID: small, "b" * 26: large}


def test_postponed(messages: Messages) -> None:
    """Why a message could not be tried, and until when it waits; where nothing is known, that."""
    seen = messages.insert(new(), "hello")
    assert changed(seen, messages.postpone(seen, Outcome(State.RETRY, retry_at=NOW + 9))) == {
        "state": "retry",
        "retry_at": NOW + 9,
        "reason": "unknown",
        "code": "",
    }
    seen = row(messages)
    outcome = Outcome(State.RETRY, reason=Reason.THROTTLED, code="429", retry_at=NOW + 9)
    assert changed(seen, messages.postpone(seen, outcome)) == {"reason": "throttled", "code": "429"}


def test_watch_from(messages: Messages) -> None:
    """A watchdog is moved, and nothing else."""
    seen = messages.insert(new(), "hello")
    messages.watch_from(seen, NOW + 10_000_000)
    assert changed(seen, row(messages)) == {"ls": f"{NOW + 10_000_000}#watchdog"}


def test_resend(messages: Messages) -> None:
    """An unclear message is due at once, and watched."""
    messages.insert(new(lp="elsewhere"), "hello")
    unclear = messages.lease_over(claim(messages), LEASE, LEASE)
    assert changed(unclear | {"lp": ""}, messages.resend(unclear, LEASE, LEASE + 9)) == {
        "state": "retry",
        "retry_at": LEASE,
        "lp": SHARD,
        "ls": f"{LEASE + 9}#watchdog",
    }


@pytest.mark.parametrize(
    ("asked", "due"),
    [({}, {"lp": GONE, "ls": GONE}), ({"success": 1}, {"ls": f"{NOW + 9}#receipt"})],
    ids=["nobody asked", "a receipt is wanted"],
)
def test_a_report_settles_what_was_unclear(messages: Messages, asked: dict[str, int], due: dict[str, Any]) -> None:
    """It was sent: nobody has to know why it was doubtful, and it waits for nothing but a receipt."""
    claimed = tried_before(messages, **asked)
    outcome = Outcome(State.UNCLEAR, reason=Reason.UNKNOWN, code="500", due=NOW + 1)
    messages.record(claimed, outcome, NOW)
    seen = messages.resend(claimed, NOW, NOW + 5)
    settled = messages.settle_unclear(seen, NOW + 9)
    assert changed(seen, settled) == {"state": "sent", "reason": GONE, "code": GONE, "retry_at": GONE} | due
    with pytest.raises(ConditionFailed):
        messages.settle_unclear(seen, NOW + 9)


def test_settled_and_not_kept(messages: Messages) -> None:
    """What was sent after all is not kept longer than what was known to be."""
    messages.insert(new(hide="redact"), "hello")
    unclear = messages.lease_over(claim(messages), LEASE, LEASE)
    assert "body" not in messages.settle_unclear(unclear, NOW)


def test_overdue(messages: Messages) -> None:
    """That a receipt has not come is noted once, unless one has come since."""
    messages.insert(new(success=1), "hello")
    seen = messages.record(claim(messages), Outcome(State.SENT, due=NOW + 9), NOW)
    with pytest.raises(ConditionFailed):
        messages.overdue(seen | {"ls": f"{NOW + 8}#receipt"}, NOW + 9)
    assert changed(seen, messages.overdue(seen, NOW + 9)) == {"overdue": NOW + 9, "lp": GONE, "ls": GONE}


def test_not_overdue(messages: Messages) -> None:
    """A report that came meanwhile is a receipt."""
    messages.insert(new(success=1), "hello")
    seen = messages.record(claim(messages), Outcome(State.SENT, due=NOW + 9), NOW)
    messages.report(ID, 0, "acme-sms", delivered(), NOW)
    with pytest.raises(ConditionFailed):
        messages.overdue(seen, NOW + 9)


def test_nothing_is_due(messages: Messages) -> None:
    """A message is taken from the index as it was seen there; if it stands elsewhere now, it stays."""
    seen = messages.insert(new(), "hello")
    messages.forget_due(seen | {"ls": f"{NOW}#watchdog"})
    assert row(messages) == seen
    messages.forget_due(seen)
    assert changed(seen, row(messages)) == {"lp": GONE, "ls": GONE}


def test_listed_as_bad(messages: Messages) -> None:
    """A message whose delivery failed is listed when nothing is due for it, or only a receipt."""
    watched = messages.insert(new(), "hello")
    messages.list_bad(watched, "failed", NOW)
    assert row(messages) == watched
    wanted = messages.record(claim(messages), Outcome(State.SENT, due=NOW + 9), NOW)
    messages.list_bad(wanted | {"ls": f"{NOW + 8}#receipt"}, "failed", NOW)
    assert row(messages) == wanted
    messages.list_bad(wanted, "failed", NOW)
    assert changed(wanted, row(messages)) == {"lp": BAD_LIST, "ls": f"{NOW}#failed"}


def test_listed_as_bad_when_nothing_is_due(messages: Messages) -> None:
    """One that waits for nothing is listed; one that does not exist is not made by that."""
    messages.insert(new(), "hello")
    sent = messages.record(claim(messages), Outcome(State.SENT), NOW)
    messages.list_bad(sent, "failed", NOW)
    assert changed(sent, row(messages)) == {"lp": BAD_LIST, "ls": f"{NOW}#failed"}
    nobody = new(pk=keys.message("b" * 26))
    messages.list_bad(nobody, "failed", NOW)
    assert messages.get("b" * 26) is None


REPORT = StatusUpdate("D" * 40, Status.DELIVERED, provider_message_id="t" * 200, at=NOW - 5, code="c" * 20)


def test_a_report(messages: Messages) -> None:
    """A mark at the provider's time, its id where we have none, and one short entry in the history."""
    before = messages.insert(new(), "hello")
    after = messages.report(ID, 0, "acme-sms", REPORT, NOW)
    assert changed(before, after) == {
        "marks": {"0.delivered": NOW - 5},
        "provider_id": "t" * 128,
        "history": {digest_of(REPORT, 0): [NOW - 5, "D" * 32, "c" * 16]},
    }
    assert messages.report(ID, 0, "acme-sms", REPORT, NOW + 1) == after


def test_reports_without_more(messages: Messages) -> None:
    """Our own time stands in; a word that says nothing to us says that it was sent; a reason is kept."""
    messages.insert(new(), "hello")
    first = StatusUpdate("queued")
    second = StatusUpdate("no", Status.FAILED, reason=Reason.UNDELIVERABLE, provider_message_id="t-2")
    messages.report(ID, 1, "acme-sms", first, NOW)
    stored = messages.report(ID, 1, "acme-sms", second, NOW + 1)
    assert stored["marks"] == {"1.sent": NOW, "1.failed": NOW + 1}
    assert stored["provider_id"] == "t-2"
    assert stored["history"] == {
        digest_of(first, 1): [NOW, "queued", ""],
        digest_of(second, 1): [NOW + 1, "no", "", "undeliverable"],
    }


def test_each_thing_is_set_once(messages: Messages) -> None:
    """A second report of the same status, with another time and id, leaves mark and id as they are."""
    messages.insert(new(), "hello")
    messages.report(ID, 0, "acme-sms", StatusUpdate("a", Status.SENT, provider_message_id="t-1", at=NOW), NOW)
    late = StatusUpdate("b", Status.SENT, provider_message_id="t-2", at=NOW + 9)
    stored = messages.report(ID, 0, "acme-sms", late, NOW)
    assert (stored["marks"], stored["provider_id"]) == ({"0.sent": NOW}, "t-1")
    assert len(stored["history"]) == 2


def test_a_history_is_not_endless(messages: Messages) -> None:
    """So many distinct reports are kept; a further one still sets its mark, a repeated one changes nothing."""
    messages.insert(new(), "hello")
    for number in range(MAX_HISTORY):
        messages.report(ID, 0, "acme-sms", StatusUpdate(f"word {number}", Status.SENT), NOW)
    full = row(messages)
    assert len(full["history"]) == MAX_HISTORY == 16
    assert messages.report(ID, 0, "acme-sms", StatusUpdate("word 3", Status.SENT), NOW) == full
    assert changed(full, messages.report(ID, 0, "acme-sms", delivered(), NOW)) == {
        "marks": {"0.sent": NOW, "0.delivered": NOW}
    }


@pytest.mark.parametrize("full", [False, True])
def test_reports_of_another_account(messages: Messages, full: bool) -> None:  # noqa: FBT001 - a case
    """An account through which a message never went has nothing to say about it, however long its history is."""
    history = {f"{number}": [NOW, "word", ""] for number in range(MAX_HISTORY)} if full else {}
    stored = messages.insert(new(history=history), "")
    with pytest.raises(ConditionFailed) as found:
        messages.report(ID, 0, "other", delivered(), NOW)
    assert found.value.item == stored
    assert row(messages) == stored


def test_reports_of_nothing(messages: Messages) -> None:
    """A report makes no message, and none of a request, which never went anywhere."""
    with pytest.raises(ConditionFailed) as found:
        messages.report(ID, 0, "acme-sms", delivered(), NOW)
    assert (found.value.item, messages.get(ID)) == (None, None)
    messages.insert_member({"pk": PK, "sk": ".", "count": 3})
    with pytest.raises(ConditionFailed):
        messages.report(ID, 0, "acme-sms", delivered(), NOW)


def test_by_what_a_repeated_report_is_known() -> None:
    """The provider's event id, else all that it says; and to which step it says it."""
    told = StatusUpdate("sent", Status.SENT, at=NOW, code="1")
    others = [
        StatusUpdate("sent", Status.SENT, at=NOW + 1, code="1"),
        StatusUpdate("sent", Status.SENT, at=NOW, code="2"),
        StatusUpdate("Sent", Status.SENT, at=NOW, code="1"),
        StatusUpdate("sent", Status.SENT, at=NOW, code="1", event_id="e-1"),
        StatusUpdate("sent", Status.SENT, at=NOW, code="1", event_id="e-2"),
    ]
    names = {digest_of(told, 0), digest_of(told, 1), *(digest_of(other, 0) for other in others)}
    assert len(names) == 7
    assert all(len(name) == 6 for name in names)
    assert digest_of(others[3], 0) == digest_of(StatusUpdate("other", event_id="e-1"), 0)
