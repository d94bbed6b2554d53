"""
AWS as it is on a bad day: calls that are refused, counted, or never answered because the worker died.

Works on the clients themselves (botocore's events), so nothing of Herald is replaced.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders

from herald.aws import clients

THROTTLED: Final = "ThrottlingException"


class Died(BaseException):
    """The worker is gone: no code of ours can catch this."""


@contextmanager
def refusing(client: BaseClient, *operations: str, code: str = THROTTLED, after: int = 0) -> Iterator[list[str]]:
    """
    These operations (all when none are named) are refused with `code`; the first `after` still go through.

    Yields the names of those refused.
    """
    refused: list[str] = []
    passed: list[str] = []

    def refuse(model: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        if operations and model.name not in operations:
            return None
        if len(passed) < after:
            passed.append(model.name)
            return None
        refused.append(model.name)
        answer = AWSResponse("https://aws.example", 400, HTTPHeaders(), None)
        return answer, {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {}}

    with _listening(client, "before-call", refuse):
        yield refused


@contextmanager
def dying(client: BaseClient, operation: str, *, after_it: bool = False) -> Iterator[None]:
    """The worker dies at the first call of this operation, before it is made or when it has been."""

    def die(model: Any, **_: Any) -> None:
        if model.name == operation:
            raise Died

    with _listening(client, "after-call" if after_it else "before-call", die):
        yield


@contextmanager
def listening() -> Iterator[list[str]]:
    """Yields the names of all AWS operations that are called meanwhile."""
    called: list[str] = []

    def note(model: Any, **_: Any) -> None:
        called.append(model.name)

    every = (clients.dynamodb(), clients.sqs(), clients.s3(), clients.secretsmanager(), clients.events())
    for client in every:
        client.meta.events.register("before-call", note)
    try:
        yield called
    finally:
        for client in every:
            client.meta.events.unregister("before-call", note)


@contextmanager
def _listening(client: BaseClient, event: str, handler: Any) -> Iterator[None]:
    client.meta.events.register_first(event, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(event, handler)
