"""
Bytes travel to a provider once: one worker uploads, the others wait for its id.
"""

from collections.abc import Iterator
from itertools import permutations

import boto3
import pytest
from moto import mock_aws

from herald.aws.table import Table
from herald.aws.uploads import FRESH, KEEP, Uploads

pytestmark = pytest.mark.feature("W3")

NOW = 1_780_000_000_000
SHA = "ab" * 32


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_table(
            TableName="herald",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield Table(client, "herald")


@pytest.fixture
def uploads(table: Table) -> Uploads:
    return Uploads(table)


def test_nothing_is_known_at_first(uploads: Uploads) -> None:
    """
    Without an item there is no id, nothing to forget, and no lease to give back.
    """
    assert uploads.get("websms", SHA, NOW) is None
    uploads.drop_lease("websms", SHA, NOW)
    assert uploads.get("websms", SHA, NOW) is None


def test_one_lease(uploads: Uploads) -> None:
    """
    Of many workers one gets the lease, and none once the id is there.
    """
    assert [uploads.take_lease("websms", SHA, NOW, NOW + 60_000) for _ in range(5)] == [True] + [False] * 4
    assert uploads.get("websms", SHA, NOW) is None
    uploads.save("websms", SHA, "media-1", NOW + 1)
    assert uploads.get("websms", SHA, NOW + 2) == "media-1"
    assert not uploads.take_lease("websms", SHA, NOW + 3, NOW + 60_000)


def test_accounts_and_contents_are_apart(uploads: Uploads) -> None:
    """
    An id belongs to one account and one content.
    """
    uploads.save("websms", SHA, "media-1", NOW)
    assert uploads.get("other", SHA, NOW) is None
    assert uploads.get("websms", "cd" * 32, NOW) is None


def test_a_lease_ends(uploads: Uploads) -> None:
    """
    A worker that dies is followed by the next one when its lease is over; one that fails, at once.
    """
    assert uploads.take_lease("websms", SHA, NOW, NOW + 60_000)
    assert not uploads.take_lease("websms", SHA, NOW + 60_000, NOW + 120_000)
    assert uploads.take_lease("websms", SHA, NOW + 60_001, NOW + 120_001)
    uploads.drop_lease("websms", SHA, NOW + 60_000)  # the first one wakes up; the lease is no longer its own
    assert not uploads.take_lease("websms", SHA, NOW + 60_002, NOW + 120_002)
    uploads.drop_lease("websms", SHA, NOW + 120_001)
    assert uploads.take_lease("websms", SHA, NOW + 60_003, NOW + 120_003)


def test_an_id_grows_old(uploads: Uploads) -> None:
    """
    An id is not trusted for ever: then the bytes are uploaded again.
    """
    uploads.save("websms", SHA, "media-1", NOW)
    assert uploads.get("websms", SHA, NOW + KEEP - 1) == "media-1"
    assert uploads.get("websms", SHA, NOW + KEEP) is None
    assert uploads.take_lease("websms", SHA, NOW + KEEP, NOW + KEEP + 60_000)
    uploads.save("websms", SHA, "media-2", NOW + KEEP)
    assert uploads.get("websms", SHA, NOW + KEEP + 1) == "media-2"


def test_the_item_expires(uploads: Uploads, table: Table) -> None:
    """
    The table drops what nobody uses any more.
    """
    uploads.save("websms", SHA, "media-1", NOW)
    item = table.get(f"U#websms#{SHA}")
    assert item is not None
    assert item["ttl"] == (NOW + KEEP) // 1000


def test_a_refused_id_is_forgotten(uploads: Uploads) -> None:
    """
    An id that the provider no longer knows is forgotten once, and everybody may try again.
    """
    uploads.save("websms", SHA, "media-1", NOW)
    assert uploads.forget("websms", SHA, "media-1", NOW + FRESH)
    assert uploads.get("websms", SHA, NOW + FRESH) is None
    assert uploads.forget("websms", SHA, "media-1", NOW + FRESH)
    assert uploads.take_lease("websms", SHA, NOW + FRESH, NOW + FRESH + 60_000)
    uploads.save("websms", SHA, "media-2", NOW + FRESH)
    assert uploads.forget("websms", SHA, "media-1", NOW + FRESH)
    assert uploads.get("websms", SHA, NOW + FRESH) == "media-2"


def test_a_fresh_id_that_is_refused(uploads: Uploads) -> None:
    """
    A provider that refuses an id it has just given refuses the media: uploading again would go on for ever.
    """
    uploads.save("websms", SHA, "media-1", NOW)
    assert not uploads.forget("websms", SHA, "media-1", NOW + FRESH - 1)
    assert uploads.get("websms", SHA, NOW + FRESH) == "media-1"


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_every_order_of_workers(uploads: Uploads, order: tuple[int, ...]) -> None:
    """
    Three workers that look, lease and save in any order upload once, and all end with the same id.
    """
    uploaded: list[int] = []
    for step in ("look", "lease", "save"):
        for worker in order:
            if step == "lease" and uploads.take_lease("websms", SHA, NOW, NOW + 60_000):
                uploaded.append(worker)
            if step == "save" and worker in uploaded:
                uploads.save("websms", SHA, f"media-{worker}", NOW)
    assert uploaded == [order[0]]
    assert {uploads.get("websms", SHA, NOW) for _ in order} == {f"media-{order[0]}"}
