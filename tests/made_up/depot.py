"""
The other side of Parcel: takes every parcel, or does with each what a test has in mind for it.

    world.provider = depot = Depot()
    depot.fates = {phone(3): [{"verdict": "busy", "wait": 30}]}    # by recipient, one each time
    depot.next += [throttled(2), depot.lose]                       # what the next calls come to, as a whole
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from herald.models import Account, Channel, Sender
from tests import made_up
from tests.carrier import Step
from tests.world import World

type Fate = Mapping[str, object]

TAKEN: Fate = {"verdict": "taken"}

SENDER = "depot-1"


class Depot:
    """
    `taken` counts for every recipient how often a parcel was taken, `calls` are all bodies, `stamps` all signatures;
    `keys` the secrets that came along. What is lost was taken too.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.calls: list[dict[str, Any]] = []
        self.stamps: list[str] = []
        self.keys: list[str] = []
        self.fates: dict[str, list[Fate]] = {}
        self.next: list[Step] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.calls.append(json.loads(request.content))
            self.stamps.append(request.headers["x-stamp"])
            self.keys.append(request.headers["x-key"])
            step = self.next.pop(0) if self.next else self.take
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else step(request)

    def take(self, request: httpx.Request) -> httpx.Response:
        """Each parcel meets its fate."""
        with self._lock:
            results = [self._fate(parcel["to"]) for parcel in json.loads(request.content)["parcels"]]
        return httpx.Response(200, json={"parcels": results})

    def lose(self, request: httpx.Request) -> httpx.Response:
        """The same, but nobody hears of it."""
        self.take(request)
        raise httpx.ReadTimeout("no answer", request=request)

    def _fate(self, to: str) -> Fate:
        fates = self.fates.get(to)
        fate = fates.pop(0) if fates else TAKEN
        if fate["verdict"] not in ("taken", "lost"):
            return fate
        self.taken[to] += 1
        return {"id": f"p-{to}-{self.taken[to]}", **fate}

    def recipients(self) -> list[list[str]]:
        """Who was written to, call by call."""
        return [[parcel["to"] for parcel in call["parcels"]] for call in self.calls]


def answered(verdict: str, **more: object) -> httpx.Response:
    """One verdict for a call as a whole."""
    return httpx.Response(200, json={"call": {"verdict": verdict, **more}})


def add_parcel(world: World, name: str = "parcel", /, **settings: object) -> None:
    """An account of acme's at Parcel; its settings say what it can do."""
    senders = (Sender(SENDER, Channel.SMS),)
    world.add_account(Account(name, "parcel", ("acme",), settings, senders), {"key": "k"})


@contextmanager
def parcel_world(**settings: object) -> Iterator[tuple[World, Depot]]:
    """A stack whose tenant acme sends its SMS by Parcel."""
    with made_up.known(), World.of_acme() as world:
        add_parcel(world, **settings)
        route = world.operator.registry.read_route("acme", Channel.SMS)
        world.operator.registry.set_route("acme", Channel.SMS, ("parcel",), route.version)
        world.provider = depot = Depot()
        yield world, depot
