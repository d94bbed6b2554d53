"""
Reports and our own record of the call, in every order: one final state.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from herald.aws.messages import MAX_HISTORY, Messages
from herald.aws.rendezvous import Rendezvous
from herald.aws.table import ConditionFailed
from herald.errors import Reason
from herald.identifier import member_id
from herald.models import StatusUpdate
from herald.outcome import Outcome
from herald.reporting import Reports
from herald.status import State, Status, marks_of
from herald.view import message_view, status_of
from tests.moto_table import make_table

NOW = 1_750_000_000_000
ID = "m" * 26
THEIRS = "t-1"

WORDS = {"accepted": Status.SENT, "delivered": Status.DELIVERED, "read": Status.READ, "failed": Status.FAILED}


@dataclass
class Story:
    """One message on its way, and whoever may write to it."""

    messages: Messages
    rendezvous: Rendezvous
    reports: Reports

    def accept(self, identifier: str = ID, account: str = "acme") -> None:
        """A message as `send` writes it, due for its watchdog."""
        self.messages.insert(
            {
                "pk": f"M#{identifier}",
                "sk": ".",
                "tenant": "acme",
                "channel": "rcs",
                "to": "+436761234567",
                "state": State.ACCEPTED,
                "account": account,
                "accounts": {account},
                "created": NOW,
                "not_before": NOW,
                "expires": NOW + 10**9,
                "step": 0,
                "tries": 0,
                "marks": {},
                "history": {},
                "fingerprint": "f",
                "lp": "D#00",
                "ls": f"{NOW + 900_000}#watchdog",
                "ttl": 1,
            },
            "{}",
        )

    def claim(self, identifier: str = ID) -> dict[str, Any]:
        return self.messages.claim(identifier, 0, "attempt", NOW, NOW + 35_000)

    def record(self, claimed: dict[str, Any]) -> None:
        """The provider took it, as `attempting` records it where reports do not carry our reference."""
        waiting = self.rendezvous.meet("acme", THEIRS, ID, 0, NOW)
        item = self.messages.record(claimed, Outcome(State.SENT, THEIRS), NOW)
        self.reports.apply_waiting("acme", THEIRS, ID, 0, waiting)
        self.reports.list_if_bad(item)

    def report(self, word: str, *, echo: bool, at: int = NOW) -> None:
        reason = Reason.UNDELIVERABLE if word == "failed" else None
        ours, theirs = (f"{ID}-0", None) if echo else (None, THEIRS)
        update = StatusUpdate(word, WORDS[word], ours, theirs, at=at, reason=reason)
        assert self.reports.apply("acme", update)

    @property
    def item(self) -> dict[str, Any]:
        return self.messages.get(ID) or {}


@pytest.fixture
def story() -> Iterator[Story]:
    with mock_aws():
        table = make_table()
        messages, rendezvous = Messages(table), Rendezvous(table)
        yield Story(messages, rendezvous, Reports(messages, rendezvous, lambda: NOW))


def _final(story: Story) -> dict[str, Any]:
    """What must not depend on the order, the provider's id included."""
    names = ("state", "marks", "history", "provider_id", "lp")
    return {name: story.item.get(name) for name in names} | {"status": status_of(story.item)}


@pytest.mark.feature("F8")
@pytest.mark.parametrize("echo", [True, False], ids=["by our reference", "by their id"])
@pytest.mark.parametrize("words", [("accepted", "delivered", "read"), ("accepted", "failed", "delivered")])
def test_every_order(echo: bool, words: tuple[str, ...]) -> None:  # noqa: FBT001 - a column
    """
    Our record of the call between, before or after the reports, each report twice: one final state.

    A failure that turns out to be a delivery stands in no list of bad ends.
    """
    finals = []
    for order in itertools.permutations(("record", *words)):
        with mock_aws():
            table = make_table()
            messages, rendezvous = Messages(table), Rendezvous(table)
            story = Story(messages, rendezvous, Reports(messages, rendezvous, lambda: NOW))
            story.accept()
            claimed = story.claim()
            for step in order:
                if step == "record":
                    story.record(claimed)
                else:
                    story.report(step, echo=echo)
            for word in words:
                story.report(word, echo=echo)
            finals.append(_final(story))
    assert len(finals) == 24
    assert all(final == finals[0] for final in finals)
    assert finals[0]["status"] == WORDS[words[-1]]
    assert finals[0]["state"] == State.SENT
    assert finals[0]["lp"] is None
    assert len(finals[0]["history"]) == 3


def test_a_report_before_the_claim(story: Story) -> None:
    """A message that was reported on is never claimed again: somebody has sent it."""
    story.accept()
    story.report("accepted", echo=True)
    with pytest.raises(ConditionFailed):
        story.claim()
    assert status_of(story.item) is Status.SENT


def test_a_crash_between_meeting_and_recording(story: Story) -> None:
    """Met, then dead: reports that waited are merged by whoever comes next, those that follow go straight through."""
    story.accept()
    story.claim()
    story.report("accepted", echo=False)
    waiting = story.rendezvous.meet("acme", THEIRS, ID, 0, NOW)
    story.report("delivered", echo=False)
    assert story.item["marks"].keys() == {"0.delivered"}
    story.reports.apply_waiting("acme", THEIRS, ID, 0, waiting)
    assert story.item["marks"].keys() == {"0.sent", "0.delivered"}


def test_a_crash_between_merging_and_settling(story: Story) -> None:
    """Merged twice is merged once."""
    story.accept()
    claimed = story.claim()
    story.report("failed", echo=False)
    story.record(claimed)
    before = story.item
    update = StatusUpdate("failed", Status.FAILED, provider_message_id=THEIRS, at=NOW, reason=Reason.UNDELIVERABLE)
    story.reports.apply_waiting("acme", THEIRS, ID, 0, [update])
    assert story.item == before


@pytest.mark.parametrize("order", [("record", "failed"), ("failed", "record")])
def test_a_failure_is_listed(story: Story, order: tuple[str, str]) -> None:
    """A message whose delivery failed is listed among the bad ends and says why, whichever came first."""
    story.accept()
    claimed = story.claim()
    steps: dict[str, Callable[[], None]] = {
        "record": lambda: story.record(claimed),
        "failed": lambda: story.report("failed", echo=True),
    }
    for step in order:
        steps[step]()
    assert story.item["lp"].startswith("X#acme#")
    assert message_view(story.item)["error"] == {"reason": "undeliverable", "code": "failed"}


def test_a_failure_of_what_is_still_due(story: Story) -> None:
    """While something is due for the message it stays due; being listed never costs a watchdog."""
    story.accept()
    story.claim()
    story.report("failed", echo=True)
    assert story.item["ls"].endswith("#watchdog")


def test_a_message_without_end(story: Story) -> None:
    """Distinct reports beyond the sixteenth are no longer in the history, but still set their marks."""
    story.accept()
    for number in range(MAX_HISTORY + 5):
        story.report("accepted", echo=True, at=NOW + number)
    story.report("read", echo=True)
    assert len(story.item["history"]) == MAX_HISTORY
    assert marks_of(story.item["marks"], 0) == {Status.SENT, Status.READ}
    assert story.item["marks"]["0.sent"] == NOW


def test_a_word_that_says_nothing(story: Story) -> None:
    """A word we do not know stands in the history, and says this much: the provider has the message."""
    story.accept()
    assert story.reports.apply("acme", StatusUpdate("snafu", reference=f"{ID}-0"))
    assert status_of(story.item) is Status.SENT
    assert [entry[1] for entry in story.item["history"].values()] == ["snafu"]


@pytest.mark.parametrize(
    "update",
    [
        StatusUpdate("delivered", Status.DELIVERED, reference="b" * 26 + "-0"),
        StatusUpdate("delivered", Status.DELIVERED, reference="b" * 26 + "-b0"),
        StatusUpdate("delivered", Status.DELIVERED, reference="b" * 26 + "-b0", recipient="+436761234567"),
        StatusUpdate("delivered", Status.DELIVERED, reference="junk"),
        StatusUpdate("delivered", Status.DELIVERED),
        StatusUpdate("delivered", Status.DELIVERED, provider_message_id=""),
    ],
)
def test_nobodys(story: Story, update: StatusUpdate) -> None:
    """A report that names no message of ours is not merged, and it is said so."""
    story.accept()
    before = story.item
    assert not story.reports.apply("acme", update)
    assert story.item == before


def test_another_accounts(story: Story) -> None:
    """A report of an account that never carried the message changes nothing."""
    story.accept()
    before = story.item
    assert not story.reports.apply("other", StatusUpdate("read", Status.READ, reference=f"{ID}-0"))
    assert story.item == before


def test_a_member(story: Story) -> None:
    """A batch's reference and the handset's number together name one member."""
    request = "r" * 26
    member = member_id(request, "+436761234567")
    story.accept(member)
    update = StatusUpdate("delivered", Status.DELIVERED, reference=f"{request}-b0", recipient="+436761234567")
    assert story.reports.apply("acme", update)
    assert status_of(story.messages.get(member) or {}) is Status.DELIVERED


def test_a_step_of_another(story: Story) -> None:
    """A late report of an earlier step marks that step alone."""
    story.accept()
    assert story.reports.apply("acme", StatusUpdate("delivered", Status.DELIVERED, reference=f"{ID}-3"))
    assert story.item["marks"].keys() == {"3.delivered"}
