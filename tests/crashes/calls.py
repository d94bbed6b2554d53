"""
The calls that a worker makes, numbered, and what may become of one of them.

    with watched(world) as calls: ...                               # what is called, and from which site
    with watched(world, Point(3, Fault.DIES_BEFORE)) as calls: ...  # the third call never leaves

Works on the clients of AWS (botocore's events), on `world.provider` and `world.customer`, so nothing of Herald is
replaced. `Died` is no Exception, so no code of ours can catch it; once it has died, a worker's other threads die at
their next call.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType
from typing import Any, NamedTuple

import httpcore
import httpx
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders

from herald.aws import clients
from tests.crashes.sites import SOURCE, Site, site_of
from tests.faults import Died
from tests.world import Provider, World

PROVIDER = "provider"
"""The name of a call over HTTP, be it to a provider or to a user's address."""

EFFECTS = frozenset(
    {
        PROVIDER,
        "CopyObject",
        "DeleteItem",
        "DeleteObject",
        "GetSecretValue",
        "PutEvents",
        "PutItem",
        "PutObject",
        "SendMessageBatch",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Calls that change something, or that somebody counts."""

_BORDERS: Mapping[str, frozenset[str]] = {
    PROVIDER: frozenset({"Exchange", "Guarded"}),
    "dynamodb": frozenset({"Table"}),
    "events": frozenset({"Bus"}),
    "s3": frozenset({"Bucket"}),
    "secretsmanager": frozenset({"Secrets"}),
    "sqs": frozenset({"Queues"}),
}
_THROTTLED: Mapping[str, str] = {"s3": "SlowDown"}
_DEPTH = 6


class Fault(StrEnum):
    """What becomes of a call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    REFUSED = "refused"
    LOST = "answer lost"


class Point(NamedTuple):
    """The n-th call of a run, and what becomes of it."""

    number: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault} call {self.number}"


class Call(NamedTuple):
    """One call: its operation, the site it came from if it is an effect, and the lines of ours that led to it."""

    name: str
    site: Site | None
    path: tuple[str, ...]

    @property
    def is_effect(self) -> bool:
        return self.name in EFFECTS

    def __str__(self) -> str:
        return f"{self.name} of {self.site.name if self.site else self.path[0]}"


@dataclass
class Calls:
    """The calls of one run; `point` is the one that goes wrong, `struck` is that call once it was made, `wrong` what
    should never have come of it."""

    point: Point | None
    made: list[Call] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    struck: Call | None = None
    wrong: str = ""
    dead: bool = False
    _mine: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """What this thread calls meanwhile is somebody else's doing."""
        self._mine.elsewhere = True
        try:
            yield
        finally:
            self._mine.elsewhere = False

    def before(self, name: str, service: str) -> None:
        """A call is about to be made. Raises Died."""
        if getattr(self._mine, "elsewhere", False):
            return
        frame = sys._getframe(1)  # noqa: SLF001 - whose call it is
        self._mine.number = 0
        if not (path := _path(frame)):
            return  # the world's own
        call = Call(name, site_of(frame, _BORDERS[service]) if name in EFFECTS else None, path)
        with self._lock:
            self.made.append(call)
            self.names.append(name)
            self._mine.number = len(self.made)
            if self.point and self.point.number == len(self.made):
                self.struck = call
            self._die(Fault.DIES_BEFORE)

    def after(self) -> None:
        """It was made; its answer is still unheard. Raises Died."""
        if getattr(self._mine, "elsewhere", False):
            return
        with self._lock:
            self._die(Fault.DIES_AFTER)
            self._mine.number = 0

    def meets(self, fault: Fault) -> bool:
        """Whether this is to become of the call that this thread is making."""
        if getattr(self._mine, "elsewhere", False):
            return False
        return self.point == Point(getattr(self._mine, "number", 0), fault)

    def _die(self, how: Fault) -> None:
        if self.dead or self.meets(how):
            self.dead = True
            raise Died


def _path(frame: FrameType | None) -> tuple[str, ...]:
    """Where in our source this comes from: the innermost lines, none when it does not."""
    lines: list[str] = []
    while frame is not None and len(lines) < _DEPTH:
        if frame.f_code.co_filename.startswith(str(SOURCE)):
            lines.append(f"{frame.f_code.co_filename.removeprefix(f'{SOURCE}/')}:{frame.f_lineno}")
        frame = frame.f_back
    return tuple(lines)


@contextmanager
def watched(world: World, point: Point | None = None) -> Iterator[Calls]:
    """Number the calls made meanwhile; at `point` one goes wrong."""
    calls = Calls(point)
    provider, customer = world.provider, world.customer

    def through(whole: Provider, refused: Exception, lost: Exception) -> Provider:
        def provide(request: httpx.Request) -> httpx.Response:
            calls.before(PROVIDER, PROVIDER)
            if calls.meets(Fault.REFUSED):
                raise refused
            with calls.unwatched():
                answer = whole(request)
            unheard = calls.meets(Fault.LOST)
            calls.after()
            if unheard:
                raise lost
            return answer

        return provide

    world.provider = through(provider, httpx.ConnectError("refused"), httpx.ReadTimeout("no answer"))
    # What goes to customers is answered below httpx.
    world.customer = through(customer, httpcore.ConnectError("refused"), httpcore.ReadTimeout("no answer"))
    every = (clients.dynamodb(), clients.sqs(), clients.s3(), clients.secretsmanager(), clients.events())
    watches = [_Watch(client, calls) for client in every]
    try:
        yield calls
    finally:
        world.provider, world.customer = provider, customer
        for watch in watches:
            watch.end()


class _Watch:
    """Listens to one client of AWS."""

    def __init__(self, client: BaseClient, calls: Calls) -> None:
        self._events = client.meta.events
        self._service = client.meta.service_model.service_name
        self._calls = calls
        self._events.register_first("before-call", self._before)
        self._events.register_last("after-call", self._after)
        self._events.register_first("needs-retry", self._retry)
        self._repeated = False

    def end(self) -> None:
        self._events.unregister("before-call", self._before)
        self._events.unregister("after-call", self._after)
        self._events.unregister("needs-retry", self._retry)

    def _before(self, model: Any, **_: Any) -> Any:
        self._calls.before(model.name, self._service)
        if not self._calls.meets(Fault.REFUSED):
            return None
        code = _THROTTLED.get(self._service, "ThrottlingException")
        answer = AWSResponse("https://aws.example", 400, HTTPHeaders(), None)
        return answer, {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {}}

    def _after(self, **_: Any) -> None:
        self._calls.after()

    def _retry(self, **_: Any) -> Any:
        """The call was made, its answer is lost: botocore makes it again, as it does."""
        if self._repeated or not self._calls.meets(Fault.LOST):
            return None
        self._repeated = True
        return 0.0
