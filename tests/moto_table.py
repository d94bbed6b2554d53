"""
A table as the template makes it, without what only streams, indexes and backups need.
"""

from typing import Final

import boto3

from herald.aws.table import Table

REGION: Final = "eu-central-1"


def make_table() -> Table:
    """A new, empty table; to be called inside `mock_aws`."""
    client = boto3.client("dynamodb", region_name=REGION)
    client.create_table(
        TableName="herald",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    return Table(client, "herald")


class Clock:
    """Time that a test moves: milliseconds since 1970."""

    def __init__(self, now: int = 1_750_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now
