"""
A world that many schedules can use one after the other, each as if it were new, and each the same when it is repeated.

What costs a second in `World.of_acme` is done once. Between two schedules the table, the lanes and the bucket are put
back as they were, and time goes on to the next midnight, when whatever a worker remembers has become too old to be
used. Ids are drawn from a sequence of its own, and a worker's calls are made one after the other, so that the number of
a call says where a worker dies; races between threads are shown elsewhere.
"""

import copy
import json
import logging
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import s3_backends

from herald import identifier
from herald.assembly import Assembly
from herald.aws import clients, keys
from herald.aws.attributes import Item, decode_item
from herald.aws.table import ITEM
from tests.moto_table import REGION
from tests.world import STACK, World, _is_published, _messages, _work_queues

DAY = 86_400_000

FUNCTIONS = ("send", "deliver", "webhook", "publish", "clock")

FEW_SHARDS = 2
"""Partitions of the due index here: a run of the clock asks each of them."""

HEAD = DynamoType({"S": ITEM})

SECRETS = {
    "acme-websms": {"client_id": "id", "client_secret": "{}"},
    "acme-sms": {"access_token": "{}"},
}


class Inline(ThreadPoolExecutor):
    """A pool that works at once, in the order of asking."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as a pool does, the death of a worker included
            done.set_exception(error)
        return done


@contextmanager
def _silence() -> Iterator[None]:
    """A hundred thousand invocations have more to say than memory holds."""
    logging.disable()
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield
    finally:
        logging.disable(logging.NOTSET)


class Ids(random.Random):
    """What ids are drawn from: as `secrets` gives it, but the same again from the same seed."""

    def token_bytes(self, number: int) -> bytes:
        return self.randbytes(number)


@dataclass
class Stage(World):
    """A World for schedules. `published` are the events that the bus took, since the last reset."""

    published: list[dict[str, Any]] = field(default_factory=list)
    ids: Ids = field(default_factory=lambda: Ids(0))
    _snapshot: Any = None
    _secret: str = ""
    _seen: int = 0
    _environments: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def ready(cls) -> Iterator["Stage"]:
        """The tenant acme with its two accounts, at the midnight after its making."""
        with pytest.MonkeyPatch.context() as patch, cls.of_acme() as stage, _silence():
            patch.setattr(keys, "SHARDS", FEW_SHARDS)
            patch.setattr(identifier, "secrets", stage.ids)
            stage.remember()
            bus, take = clients.events().meta.events, cast("Any", stage.take_events)
            bus.register("before-call", take)
            try:
                yield stage
            finally:
                bus.unregister("before-call", take)

    def remember(self) -> None:
        """This is how it is after a reset."""
        self._snapshot = copy.deepcopy(self._stored.items)
        self._environments = {name: self.environment(name) for name in FUNCTIONS}

    def environment(self, function: str) -> dict[str, str]:
        """Asked of AWS once: a new worker finds it in its place, whatever AWS refuses just then."""
        return self._environments.get(function) or super().environment(function)

    def _equip(self, parts: Assembly) -> None:
        super()._equip(parts)
        parts.pool = Inline()

    def _sleep(self, seconds: float) -> None:
        """A second at least: whoever waits for another's token looks twenty times a second for twenty seconds."""
        super()._sleep(max(seconds, 1))

    def reset(self) -> None:
        """As it was when it was made, a day later."""
        self.clock.now = (self.clock.now // DAY + 1) * DAY
        self._stored.items = copy.deepcopy(self._snapshot)
        self._stored.stream_shard.items.clear()
        self._seen = 0
        for queue in _work_queues():
            _messages(queue).clear()
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[STACK].keys.clear()
        self._due.clear()
        self.requests.clear()
        self.published.clear()
        self.ids.seed(0)

    def kill(self, function: str) -> None:
        """The worker of this function is no more; the next one knows nothing."""
        self._loaded.pop(function, None)

    def put_worker(self, function: str, worker: ModuleType) -> None:
        """Let this one go on, that stood aside while another worked."""
        self._loaded[function] = worker

    @property
    def _stored(self) -> Any:
        """moto's own table."""
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[STACK]

    def set_secret(self, secret: str) -> None:
        """The secret of both accounts from now on."""
        if secret == self._secret:
            return
        self._secret = secret
        for account, credentials in SECRETS.items():
            told = json.dumps({name: value.format(secret) for name, value in credentials.items()})
            clients.secretsmanager().put_secret_value(
                SecretId=f"{self.operator.settings.secret_prefix}{account}", SecretString=told
            )

    # Looking in, without a call.

    def rows(self) -> list[Item]:
        """Every message, member and request as it is stored."""
        partitions = [rows for pk, rows in self._stored.items.items() if pk.value.startswith("M#")]
        return [self._read(rows[HEAD]) for rows in partitions if HEAD in rows]

    def row(self, message_id: str) -> Item | None:
        """One of them."""
        found = self._stored.items.get(DynamoType({"S": keys.message(message_id)}), {}).get(HEAD)
        return self._read(found) if found else None

    def row_to(self, phone: str) -> Item | None:
        """The message, or the member's row, for this phone."""
        heads = (rows[HEAD] for rows in self._stored.items.values() if HEAD in rows)
        return next(
            (self._read(head) for head in heads if "to" in head.attrs and head.attrs["to"].value == phone), None
        )

    @staticmethod
    def _read(stored: Any) -> Item:
        return decode_item(stored.to_json()["Attributes"])

    def next_due(self) -> int | None:
        """When the clock has something to do next, in milliseconds."""
        every = [row for rows in self._stored.items.values() for row in rows.values()]
        standing = [row.attrs for row in every if "lp" in row.attrs and row.attrs["lp"].value.startswith("D#")]
        return min((int(attributes["ls"].value.partition("#")[0]) for attributes in standing), default=None)

    def records(self, queue: str) -> list[dict[str, Any]]:
        """What may be taken from a queue, in moto's own hands."""
        self._note_delays()
        waiting = _messages(queue)
        ready = [message for message in waiting if self._due[message.id] <= self.clock.now]
        waiting[:] = [message for message in waiting if message not in ready]
        told = {"attributes": {"ApproximateReceiveCount": "1"}}
        return [{"messageId": message.id, "body": message.body, **told} for message in ready]

    def quarantined(self) -> list[str]:
        """What lies in the bucket."""
        return sorted(s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[STACK].keys)

    def written(self) -> list[dict[str, Any]]:
        """The stream since the last time, read from moto itself."""
        every = self._stored.stream_shard.items
        fresh, self._seen = every[self._seen :], len(every)
        return [record for record in (one.to_json() for one in fresh) if _is_published(record)]

    def take_events(self, model: Any, params: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        """The bus: it keeps what it is given."""
        assert model.name == "PutEvents"
        entries = json.loads(params["body"])["Entries"]
        self.published += [json.loads(entry["Detail"]) for entry in entries]
        taken = [{"EventId": f"{number}"} for number in range(len(entries))]
        answer = AWSResponse("https://aws.example", 200, HTTPHeaders(), None)
        return answer, {"FailedEntryCount": 0, "Entries": taken, "ResponseMetadata": {}}
