"""
Inbound messages: kept once where an id says so, else kept always and flagged; announced once.
"""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from herald.aws import clients
from herald.aws.inbound import SAME_WINDOW, Inbounds
from herald.aws.table import ConditionFailed, Table
from herald.errors import Unavailable
from tests.faults import Died, dying, refusing
from tests.moto_table import REGION, make_table

NOW = 1_750_000_000_000


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        make_table()
        yield Table(clients.dynamodb(), "herald")


@pytest.fixture
def inbounds(table: Table) -> Inbounds:
    return Inbounds(table)


def _item(name: str) -> dict[str, object]:
    return {"pk": f"N#{name}", "sk": ".", "text": "ok"}


def _flag(inbounds: Inbounds, name: str) -> str | None:
    flag: str | None = (inbounds.get(name) or {}).get("duplicate_of")
    return flag


def test_once(inbounds: Inbounds) -> None:
    """The same id is kept once, the first time."""
    assert inbounds.insert(_item("a"))
    assert not inbounds.insert(_item("a") | {"text": "other"})
    assert (inbounds.get("a") or {})["text"] == "ok"


@pytest.mark.feature("F11")
@pytest.mark.parametrize(
    ("apart", "flagged"), [(0, True), (1000, True), (30_000, True), (SAME_WINDOW, True), (SAME_WINDOW + 1, False)]
)
def test_the_same_text_twice(inbounds: Inbounds, apart: int, flagged: bool) -> None:  # noqa: FBT001 - a column
    """Both are kept; the second is flagged as long as it may be a repeat of the provider's."""
    assert inbounds.insert_flagged(_item("a"), "group", NOW)
    assert inbounds.insert_flagged(_item("b"), "group", NOW + apart)
    assert _flag(inbounds, "a") is None
    assert _flag(inbounds, "b") == ("a" if flagged else None)


def test_another_text(inbounds: Inbounds) -> None:
    """What is different is never flagged."""
    inbounds.insert_flagged(_item("a"), "group", NOW)
    inbounds.insert_flagged(_item("b"), "another", NOW)
    assert _flag(inbounds, "b") is None


def test_a_provider_that_repeats_for_hours(inbounds: Inbounds) -> None:
    """Each repeat prolongs the group: all of them name the same first one."""
    for number in range(20):
        inbounds.insert_flagged(_item(f"m{number}"), "group", NOW + number * (SAME_WINDOW - 7_000))
    assert [_flag(inbounds, f"m{number}") for number in range(20)] == [None] + ["m0"] * 19


def test_worked_through_twice(inbounds: Inbounds) -> None:
    """One call's message, worked through again at any time later, is neither kept twice nor flagged."""
    for later in (0, 1000, SAME_WINDOW * 9):
        inbounds.insert_flagged(_item("a"), "group", NOW + later)
    inbounds.insert_flagged(_item("b"), "other", NOW)
    inbounds.insert_flagged(_item("c"), "other", NOW + 1)
    assert not inbounds.insert_flagged(_item("c"), "other", NOW + 2)
    assert [_flag(inbounds, name) for name in "abc"] == [None, None, "b"]


@pytest.mark.parametrize("after_it", [False, True])
@pytest.mark.parametrize("operation", ["GetItem", "TransactWriteItems"])
def test_a_worker_that_dies(inbounds: Inbounds, operation: str, *, after_it: bool) -> None:
    """Nothing is ever flagged as the repeat of a message that was not kept."""
    with dying(clients.dynamodb(), operation, after_it=after_it), pytest.raises(Died):
        inbounds.insert_flagged(_item("lost"), "group", NOW)
    assert inbounds.insert_flagged(_item("again"), "group", NOW + 60_000)
    kept = inbounds.get("lost") is not None
    assert kept == (operation == "TransactWriteItems" and after_it)
    assert _flag(inbounds, "again") == ("lost" if kept else None)


def test_two_at_the_same_moment(inbounds: Inbounds, table: Table) -> None:
    """Both see that nobody has said it; the one that comes second finds out, and is flagged."""

    class Late(Inbounds):
        def _first_to_say(self, group: str, now: int) -> str | None:
            first = super()._first_to_say(group, now)
            if first is None:
                inbounds.insert_flagged(_item("a"), group, now)
            return first

    assert Late(table).insert_flagged(_item("b"), "group", NOW)
    assert _flag(inbounds, "b") == "a"


def test_refused(inbounds: Inbounds) -> None:
    """When the table refuses nothing is kept and it is said so."""
    with refusing(clients.dynamodb(), "TransactWriteItems"), pytest.raises(Unavailable):
        inbounds.insert_flagged(_item("a"), "group", NOW)
    assert inbounds.get("a") is None


def test_any_history(inbounds: Inbounds) -> None:
    """In any history nothing is dropped, and whatever follows its like within the window is flagged (G8b)."""
    runs = 0

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, SAME_WINDOW * 2)), max_size=8))
    def check(history: list[tuple[str, int]]) -> None:
        nonlocal runs
        runs += 1
        now, last = NOW, dict[str, int]()
        for number, (text, later) in enumerate(history):
            now += later
            name = f"{runs}-{number}"
            assert inbounds.insert_flagged(_item(name), f"{runs}-{text}", now)
            recent = text in last and now - last[text] <= SAME_WINDOW
            assert (_flag(inbounds, name) is not None) == recent
            last[text] = now

    check()


def test_media(inbounds: Inbounds) -> None:
    """Each medium's fate is written in its place."""
    inbounds.insert(_item("a") | {"media": [{"state": "pending"}, {"state": "pending"}]})
    inbounds.set_media("a", 1, {"state": "ready", "media_id": "x"})
    assert (inbounds.get("a") or {})["media"] == [{"state": "pending"}, {"state": "ready", "media_id": "x"}]
    with pytest.raises(ConditionFailed):
        inbounds.set_media("erased", 0, {"state": "ready"})


def test_announcing(inbounds: Inbounds) -> None:
    """It is announced once; a message that was erased is not made anew by it."""
    inbounds.insert(_item("a"))
    inbounds.announce("a", NOW)
    inbounds.announce("a", NOW + 5)
    assert (inbounds.get("a") or {})["announced"] == NOW
    inbounds.announce("erased", NOW)
    assert inbounds.get("erased") is None


def test_many(inbounds: Inbounds) -> None:
    """Those that exist, by id."""
    inbounds.insert(_item("a"))
    assert inbounds.get_many(["a", "b"]) == {"a": _item("a")}
