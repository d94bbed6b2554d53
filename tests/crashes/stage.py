"""
A world in which many workers come to grief, one after the other, and which then is to come to rest.

    stage.fresh()     before each: workers new, breakers closed, what lies on the queues put aside
    stage.rest()      after all: what was put aside comes again, lanes, queues, stream and clock work until all is quiet
    stage.audit()     what is not as it must be then
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from herald.aws import keys
from herald.aws.attributes import Item, decode_item
from herald.aws.polls import DUE as POLL
from herald.identifier import parse_reference
from herald.models import Policy
from herald.status import State, marks_of
from herald.view import status_of
from tests.callbacks import answering
from tests.crash import OVER, VISIBILITY, restart
from tests.crashes.triggers import given_out
from tests.customers import Customer
from tests.moto_table import REGION
from tests.world import STACK, Json, Provider, World, _messages, resources

TRIES = 5
"""How often a queue gives out a record before it lies among the dead letters (`maxReceiveCount`)."""

WHILE = 150_000
"""Milliseconds after which a list is due again, though somebody has died reading it."""

_REFERENCE = re.compile(r"[a-z2-7]{26}(?:\.[a-z2-7]{10})?-b?\d+")
_NUMBER = re.compile(r"\+?\d{10,15}")


@functools.cache
def consumers() -> dict[str, str]:
    """The function that works on each queue, as the template has it."""
    found: dict[str, str] = {}
    for name, function in resources("AWS::Serverless::Function").items():
        for source in (function.get("Events") or {}).values():
            if source["Type"] == "SQS":
                found[source["Properties"]["Queue"]["Fn::GetAtt"][0]] = name.removesuffix("Function").lower()
    return found


@dataclass
class Handset:
    """
    Stands before a provider, and looks into the table at each call: `avoidable` are messages of which it is written
    that they were sent, or that they may have been and are wanted once.
    """

    provider: Provider
    calls: int = 0
    avoidable: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.calls += 1
            self.avoidable += [message for message in _spoken_of(request) if _is_known(_read(keys.message(message)))]
        return self.provider(request)


def _spoken_of(request: httpx.Request) -> list[str]:
    """The ids of the messages in a request to a provider."""
    body = request.content.decode(errors="replace")
    numbers = {f"+{number.lstrip('+')}" for number in _NUMBER.findall(_REFERENCE.sub("", body))}
    references = [parse_reference(text) for text in dict.fromkeys(_REFERENCE.findall(body))]
    ids = [
        found.message_id(number)
        for found in references
        if found
        for number in (sorted(numbers) if found.batch else [None])
    ]
    return [identifier for identifier in ids if identifier]


def _is_known(item: Item | None) -> bool:
    """Whether it stands in the table that this message was sent, or that nobody knows."""
    if item is None:
        return False
    in_doubt = item.get("doubts", 0) > 0 and item["policy"] == Policy.AT_MOST_ONCE
    return bool(marks_of(item["marks"], item["step"]) or "provider_id" in item or in_doubt)


@dataclass
class Customers:
    """
    All customers, by their hosts: whoever is not told to answer otherwise takes what is posted.

    `taken` counts each event, by its `webhook-id`, that a host has taken. What is fetched from an address, the provider
    answers.
    """

    provider: Provider
    answers: dict[str, Customer] = field(default_factory=dict)
    taken: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return self.provider(request)
        host = request.url.host
        answer = self.answers.get(host, answering(200))(request)
        if answer.is_success:
            self.taken[host][request.headers["webhook-id"]] += 1
        return answer


def _partitions() -> Mapping[str, Mapping[str, Any]]:
    """moto's own table: to look into it is no call that anybody sees."""
    found = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(STACK).items
    return {str(next(iter(partition.values())).hash_key.value): partition for partition in found.values() if partition}


def _read(pk: str, sk: str = ".") -> Item | None:
    items = (decode_item(item.to_json()["Attributes"]) for item in _partitions().get(pk, {}).values())
    return next((item for item in items if item["sk"] == sk), None)


@dataclass
class Stage:
    """A world, and what has become of it. `events` are all that went over the bus, `dead` the dead letters."""

    world: World
    handset: Handset
    customers: Customers
    events: list[Json] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    aside: list[tuple[str, Json]] = field(default_factory=list)
    _tries: dict[str, int] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def of(cls, world: World, provider: Provider) -> Iterator["Stage"]:
        """With a provider for everything."""
        world.provider = handset = Handset(provider)
        world.customer = customers = Customers(provider)
        yield cls(world, handset, customers)

    def fresh(self, *accounts: str) -> None:
        """New workers, and nothing in their way that others have left: records, breakers, rates of these accounts."""
        restart(self.world)
        for queue, function in self._queues():
            self.aside += [(function, record) for record in self.take(queue)]
        for account in accounts:
            for sort in ("breaker", "rate"):
                if _read(keys.account(account), sort):
                    self.world.operator.table.delete(keys.account(account), sort)

    def take(self, queue: str) -> list[Json]:
        """What lies in a queue and is not held back."""
        return self.world.records(queue) if _messages(queue) else []

    def rest(self, *, lists: bool = False) -> None:
        """
        Let everything work until nothing is left to be done; with `lists`, until those that are polled were read again.

        A record that fails comes again, and after TRIES lies among the dead letters.
        """
        restart(self.world)
        self.world.clock.now += VISIBILITY
        for _ in range(300):
            if self._work():
                continue
            waits, due = self._held(), self._due()
            if waits and not (due and due[0] <= waits[0]):
                self.world.clock.now = max(self.world.clock.now, waits[0])
            elif due:
                self.world.clock.now = max(self.world.clock.now + (0 if waits else 900_000), due[0])
                self.world.invoke("clock", {}, 55_000)
            else:
                break
        else:
            self.dead.append("it never comes to rest")
        if lists:
            self.world.clock.now += WHILE
            self.world.invoke("clock", {}, 55_000)
        self._publish()
        self.events += self.world.events()

    def _queues(self) -> list[tuple[str, str]]:
        return list(consumers().items())

    def _work(self) -> bool:
        """Whatever lies on the queues and in the stream, once; whether there was any."""
        batches: dict[str, list[Json]] = {}
        for function, record in self.aside:
            batches.setdefault(function, []).append(record)
        self.aside = []
        for queue, function in self._queues():
            batches.setdefault(function, []).extend(self.take(queue))
        for function, records in batches.items():
            for start in range(0, len(records), 10):
                self._invoke(function, records[start : start + 10])
        return any(batches.values()) or self._publish()

    def _invoke(self, function: str, records: list[Json]) -> None:
        if not records:
            return
        event = {"Records": [given_out(record, self._tries.get(record["messageId"], 0) + 1) for record in records]}
        failed = {each["itemIdentifier"] for each in self.world.invoke(function, event)["batchItemFailures"]}
        for record in records:
            if record["messageId"] in failed:
                tries = self._tries[record["messageId"]] = self._tries.get(record["messageId"], 0) + 1
                if tries < TRIES:
                    self.aside.append((function, record))
                else:
                    self.dead.append(f"{function}: {record['body']}")

    def _publish(self) -> bool:
        written = self.world.written()
        for start in range(0, len(written), 100):
            failed = self.world.invoke("publish", {"Records": written[start : start + 100]})["batchItemFailures"]
            self.dead += [f"publish: {each['itemIdentifier']}" for each in failed]
        return bool(written)

    def _held(self) -> list[int]:
        """When the records that are held back may be taken, the earliest first."""
        self.world._note_delays()  # noqa: SLF001 - the world's own book of delays
        return sorted(self.world._due[one.id] for queue, _ in self._queues() for one in _messages(queue))  # noqa: SLF001

    def _due(self) -> list[int]:
        """When the clock has something to do, the earliest first."""
        return sorted(int(item["ls"].partition("#")[0]) for item in self.items() if _due_for(item) not in (None, POLL))

    def items(self) -> list[Item]:
        """Everything in the table."""
        return [decode_item(item.to_json()["Attributes"]) for part in _partitions().values() for item in part.values()]

    def item(self, identifier: str) -> Item | None:
        """A message or request as it is."""
        return _read(keys.message(identifier))

    def audit(self) -> Iterator[str]:
        """What is wrong once all is quiet: work that is left, ends that were not reached, or not told."""
        told = {event["id"] for event in self.events}
        yield from (f"dead letter: {letter}" for letter in self.dead)
        yield from (f"avoidable duplicate: {message}" for message in self.handset.avoidable)
        for item in self.items():
            kind = item["pk"][:2]
            if _due_for(item) not in (None, POLL):
                yield f"{item['pk']} stays due: {item['ls']}"
            if item["sk"] == "." and kind in _AUDITS:
                yield from (f"{item['pk']} {wrong}" for wrong in _AUDITS[kind](item, told))


def _due_for(item: Item) -> str | None:
    """For what an item is due; None for nothing."""
    return str(item["ls"]).partition("#")[2] if str(item.get("lp", "")).startswith("D#") else None


def _audit_message(item: Item, told: set[str]) -> Iterator[str]:
    identifier = keys.id_of(item)
    if keys.is_request(item):
        if item.get("open") and item["state"] != State.CANCELLED:  # none of a cancelled one may have begun
            yield f"is a request with open chunks: {item['open']}"
        if f"{identifier}:{item['state']}" not in told:
            yield f"was not told of as {item['state']}"
        return
    if item["state"] not in OVER:
        yield f"has not ended: {item['state']}"
    if "lease" in item and item["state"] != State.SENDING:
        yield "has ended with a lease"
    if f"{identifier}:{item['step']}:{status_of(item)}" not in told:
        yield f"was not told of as {status_of(item)}"


def _audit_inbound(item: Item, told: set[str]) -> Iterator[str]:
    if f"{keys.id_of(item)}:received" not in told:
        yield "was not told of"


_AUDITS: dict[str, Callable[[Item, set[str]], Iterator[str]]] = {"M#": _audit_message, "N#": _audit_inbound}
