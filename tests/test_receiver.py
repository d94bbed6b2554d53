"""
The customer's server that tours and stack tests register: what it believes, and what it answers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from local.receiver import Answer, Receiver

SECRET, OTHER = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=", "whsec_b3RoZXItb3RoZXItb3RoZXI="
BODY = b'{"id":"m:0:sent","type":"message.sent","data":{"id":"m"}}'

pytestmark = [pytest.mark.simulator, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that trusts one secret."""
    with Receiver() as server:
        server.secrets.append(SECRET)
        yield server


def post(receiver: Receiver, secret: str, name: str = "m:0:sent", age: timedelta = timedelta()) -> int:
    """What the server answers to a callback signed with this secret so long ago."""
    at = datetime.now(UTC) - age
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, BODY.decode()),
    }
    return httpx.post(receiver.url, content=BODY, headers=headers, trust_env=False).status_code


def test_it_believes_what_is_signed(receiver: Receiver) -> None:
    """What a trusted secret signed lately is taken; anything else is refused, and kept apart."""
    assert post(receiver, SECRET) == 204
    assert post(receiver, OTHER) == 401
    assert post(receiver, SECRET, age=timedelta(minutes=6)) == 401
    assert httpx.post(receiver.url, content=BODY, trust_env=False).status_code == 401
    assert (len(receiver.taken), len(receiver.refused)) == (1, 3)
    assert receiver.about("m")[0]["type"] == "message.sent"


def test_it_answers_as_told(receiver: Receiver) -> None:
    """It fails as often as it is told to; an event that comes again is one event, one that it refused is none."""
    receiver.next_answers += [Answer(503, {"retry-after": "1"}), Answer(503)]
    assert [post(receiver, SECRET) for _ in range(2)] == [503, 503]
    assert receiver.events() == []
    assert [post(receiver, SECRET) for _ in range(2)] == [204, 204]
    assert [callback.status for callback in receiver.taken] == [503, 503, 204, 204]
    assert len(receiver.events()) == 1
