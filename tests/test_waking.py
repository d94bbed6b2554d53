"""
More than one run of the clock can handle.
"""

import pytest

from herald.aws import keys
from herald.waking import SHARD_LIMIT
from tests.world import World

EXTRA = 7


@pytest.mark.timeout(300)
def test_more_than_a_shard_holds() -> None:
    """A shard gives its earliest entries, so many a run; the rest comes in the next, and none is lost or doubled."""
    with World.open() as world:
        now = world.clock.now
        for number in range(SHARD_LIMIT + EXTRA):
            item = {
                "pk": f"M#{number:04}",
                "sk": ".",
                "state": "accepted",
                "lane": "transactional",
                "lp": keys.due_partition(7),
                "ls": keys.due(now - SHARD_LIMIT - EXTRA + number, "watchdog"),
            }
            world.operator.table.put(item)
        assert world.invoke("clock", {}, 10**6)["handled"] == SHARD_LIMIT
        earliest = {record["body"] for record in world.records("TransactionalQueue")}
        assert not any(f'"{SHARD_LIMIT + number:04}"' in body for body in earliest for number in range(EXTRA))
        assert world.invoke("clock", {}, 10**6)["handled"] == EXTRA
        assert world.invoke("clock", {}, 10**6)["handled"] == 0
        rest = {record["body"] for record in world.records("TransactionalQueue")}
        assert len(earliest) == SHARD_LIMIT
        assert len(earliest | rest) == SHARD_LIMIT + EXTRA
