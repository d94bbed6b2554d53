"""
Those who send: threads that make up requests and faults, and know what was accepted.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from herald.aws.queues import Queues
from herald.models import Lane
from herald.stored import ChunkRecord, MessageRecord
from local.aws import Stack
from local.client import Client, Json, Refused
from local.providers import WebsmsControl
from local.simulators.websms.faults import Fault, FaultKind

UNCLEAR = (FaultKind.HANG, FaultKind.RESET, FaultKind.GARBAGE, FaultKind.HALF, FaultKind.EMPTY)
"""What a provider does that leaves open whether it took a message."""

LARGEST_REQUEST = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go: the deployed bundle, a customer's key, and the provider from behind."""

    stack: Stack
    key: str
    provider: WebsmsControl


@dataclass(frozen=True, slots=True)
class Chances:
    """How often each thing happens, of one message or request."""

    unclear: float = 0.01
    throttled: float = 0.01
    twice: float = 0.05
    disorder: float = 0.05
    repeated: float = 0.05
    many: float = 0.1
    whatsapp: float = 0.2


CHANCES = Chances()


@dataclass(slots=True)
class Accepted:
    """What was accepted: ids of messages and of requests, each with how many recipients it has."""

    recipients: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, identifier: str, count: int) -> None:
        """Once for each id, however often it was answered."""
        with self._lock:
            self.recipients[identifier] = count

    def note(self, fault: str) -> None:
        """One more of these."""
        with self._lock:
            self.faults[fault] = self.faults.get(fault, 0) + 1

    @property
    def messages(self) -> int:
        """Recipients in all."""
        return sum(self.recipients.values())


class Sender(threading.Thread):
    """
    One customer's program, sending one request after the other until it is told to stop: `pause` seconds apart, and
    only while it is `flowing`.
    """

    def __init__(self, number: int, *, place: Place, accepted: Accepted, over: threading.Event, seed: int) -> None:
        super().__init__(name=f"sender-{number}")
        self._number = number
        self._dice = random.Random(f"{seed}.{number}")  # noqa: S311 - load, not secrets
        self._place = place
        self._accepted = accepted
        self._over = over
        self.pause = 0.0
        self.flowing = threading.Event()
        self.flowing.set()
        self._sent = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        """Send until it is over; whatever goes wrong here is told at the end."""
        try:
            with Client(self._place.stack.api_url, self._place.key) as client:
                while not self._over.wait(self.pause):
                    self.flowing.wait()
                    self._send_one(client)
        except Exception as error:  # noqa: BLE001 - the main thread reports it
            self.failure = error
            self._over.set()

    def _happens(self, chance: float) -> bool:
        return self._dice.random() < chance

    def _phone(self) -> str:
        self._sent += 1
        return f"+43660{self._number:02}{self._sent:07}"

    def _send_one(self, client: Client) -> None:
        count = self._dice.randint(2, LARGEST_REQUEST) if self._happens(CHANCES.many) else 1
        phones = [self._phone() for _ in range(count)]
        channel = "whatsapp" if count == 1 and self._happens(CHANCES.whatsapp) else "sms"
        self._set_faults(phones)
        to: Json = {"to": phones[0]} if count == 1 else {"recipients": [{"to": phone} for phone in phones]}
        body = {"channel": channel, **to, "content": {"type": "text", "text": f"soak {phones[0]}"}}
        if count > 1:
            body["lane"] = Lane.BULK
        key = f"{self._number}-{self._sent}"
        answer = self._until_answered(client, body, key)
        self._accepted.add(answer["id"], count)
        if self._happens(CHANCES.repeated):
            again = self._until_answered(client, body, key)
            if again["id"] != answer["id"]:
                raise AssertionError(f"one key, two messages: {answer['id']} and {again['id']}")
            self._accepted.note("repeated")
        if self._happens(CHANCES.twice):
            self._put_again(answer["id"], count)

    def _until_answered(self, client: Client, body: Json, key: str) -> Json:
        """Repeat with the same key until it is accepted, as a customer's program should."""
        while True:
            try:
                return client.send(body, key)
            except Refused as refused:
                if (
                    refused.status < httpx.codes.INTERNAL_SERVER_ERROR
                    and refused.status != httpx.codes.TOO_MANY_REQUESTS
                ):
                    raise
            except httpx.TransportError:
                pass
            self._accepted.refused += 1
            time.sleep(0.1)

    def _set_faults(self, phones: Sequence[str]) -> None:
        """What the provider will do to one of these, decided before it is sent."""
        phone = self._dice.choice(phones)
        if self._happens(CHANCES.unclear):
            kind = self._dice.choice(UNCLEAR)
            self._fault(Fault(kind=kind, recipient=phone, times=1))
        if self._happens(CHANCES.throttled):
            self._fault(Fault(kind=FaultKind.ANSWER, status=429, retry_after="1", recipient=phone, times=1))
        if self._happens(CHANCES.disorder):
            self._fault(
                Fault(kind=self._dice.choice([FaultKind.REORDER, FaultKind.DUPLICATE]), recipient=phone, times=1)
            )

    def _fault(self, fault: Fault) -> None:
        self._place.provider.fault(fault)
        self._accepted.note(fault.kind if fault.status != httpx.codes.TOO_MANY_REQUESTS else "throttled")

    def _put_again(self, identifier: str, count: int) -> None:
        """The same lane record once more, a little later: a queue delivers at least once, and in any order."""
        stack = self._place.stack
        lane = "TransactionalQueueUrl" if count == 1 else "BulkQueueUrl"
        record = MessageRecord(identifier) if count == 1 else ChunkRecord(identifier, "K#000")
        Queues(stack.client("sqs")).put(stack.outputs[lane], [record.after(self._dice.randint(0, 5))])
        self._accepted.note("record twice")
