"""
The status shown: one for every order of events, and never falling.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.status import BAD, MARKS, OVER, RANKS, WAITING, State, Status, fold, mark_name, marks_of, sequence

MARK_SETS = [set(chosen) for size in range(5) for chosen in itertools.combinations(MARKS, size)]
NOT_YET = (State.ACCEPTED, State.RETRY, State.SENDING, State.UNCLEAR)


def apply(order: tuple[Status, ...], state: State) -> list[Status]:
    """The statuses shown while reports come in, each mark set once as the table does."""
    marks: dict[str, int] = {}
    shown = [fold(state, marks)]
    for time, mark in enumerate(order):
        marks.setdefault(mark_name(0, mark), time)
        shown.append(fold(state, marks))
    return shown


@pytest.mark.parametrize("marks", MARK_SETS, ids=lambda marks: "+".join(sorted(marks)) or "none")
@pytest.mark.parametrize("state", State)
def test_every_order_with_repeats_ends_the_same_and_never_falls(marks: set[Status], state: State) -> None:
    """All permutations of the reports, each twice: one final status, reached without a step back."""
    ends = set()
    for order in itertools.islice(itertools.permutations([*marks, *marks]), 5000):
        shown = apply(order, state)
        assert shown == sorted(shown, key=RANKS.__getitem__)
        ends.add(shown[-1])
    assert len(ends) == 1


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), Status.ACCEPTED),
        ((Status.SENT,), Status.SENT),
        ((Status.FAILED, Status.SENT), Status.FAILED),
        ((Status.DELIVERED, Status.FAILED), Status.DELIVERED),
        ((Status.FAILED, Status.DELIVERED), Status.DELIVERED),
        ((Status.READ,), Status.READ),
        ((Status.READ, Status.DELIVERED, Status.SENT, Status.FAILED), Status.READ),
    ],
)
@pytest.mark.parametrize("state", NOT_YET)
def test_a_report_before_our_own_record_counts(marks: tuple[Status, ...], expected: Status, state: State) -> None:
    """The provider's word may come first; good news wins over bad in either order."""
    assert apply(marks, state)[-1] is expected


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED, State.EXPIRED, State.UNKNOWN, State.SENT])
def test_our_own_end_gives_way_to_the_provider(state: State) -> None:
    """If a message that we gave up is delivered all the same, it is delivered."""
    assert fold(state, {}) == state.value
    assert fold(state, {mark_name(0, Status.DELIVERED): 1}) is Status.DELIVERED


def test_any_step_counts_but_marks_stay_apart() -> None:
    """A message delivered by an earlier step is delivered; a late report of step 0 does not speak for step 1."""
    marks = {mark_name(0, Status.DELIVERED): 1, mark_name(1, Status.FAILED): 2}
    assert fold(State.SENT, marks) is Status.DELIVERED
    assert marks_of(marks, 0) == {Status.DELIVERED}
    assert marks_of(marks, 1) == {Status.FAILED}
    assert marks_of(marks, 2) == frozenset()


@given(st.lists(st.sampled_from(MARKS), max_size=8), st.integers(0, 5))
def test_the_sequence_rises_with_the_status(marks: list[Status], step: int) -> None:
    """A consumer that keeps the highest number keeps the truth."""
    shown = apply(tuple(marks), State.SENT)
    numbers = [sequence(status, step) for status in shown]
    assert numbers == sorted(numbers)
    assert max(numbers) < sequence(Status.ACCEPTED, step + 1)


def test_every_state_and_status_has_its_place() -> None:
    """No state is without a status, no status without a rank."""
    assert set(RANKS) == set(Status)
    assert all(fold(state, {}) in Status for state in State)
    assert set(Status) >= BAD
    assert set(State) >= WAITING


def test_a_message_waits_or_is_under_way_or_over() -> None:
    """Every state is one of the three, and what is waiting or under way is never taken for over."""
    under_way = {State.SENDING, State.UNCLEAR}
    assert {State.ACCEPTED, State.RETRY} == WAITING
    assert {State.SENT, State.REJECTED, State.UNKNOWN, State.CANCELLED, State.EXPIRED} == OVER
    assert WAITING | OVER | under_way == set(State)
    assert len(WAITING) + len(OVER) + len(under_way) == len(State)


def test_ends_that_somebody_looks_at() -> None:
    """Those at which a message did not arrive, or nobody knows; that it was cancelled was somebody's wish."""
    assert {Status.REJECTED, Status.EXPIRED, Status.FAILED, Status.UNKNOWN} == BAD


def test_words_and_numbers_outlive_a_release() -> None:
    """States and marks are in the table, statuses and their sequence at the customers: none is ever renamed."""
    assert {state.value for state in State} == {
        "accepted", "retry", "sending", "sent", "rejected", "unclear", "unknown", "cancelled", "expired",
    }  # fmt: skip
    assert {status.value: sequence(status) for status in Status} == {
        "accepted": 1,
        "unknown": 2,
        "sent": 3,
        "rejected": 4,
        "expired": 4,
        "cancelled": 4,
        "failed": 5,
        "delivered": 6,
        "read": 7,
    }
    assert sequence(Status.SENT, 2) == 23
    assert [mark_name(1, mark) for mark in MARKS] == ["1.sent", "1.failed", "1.delivered", "1.read"]
