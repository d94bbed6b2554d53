"""
Calling back: events on their way from the callback queue to the endpoints of customers.

A record is done with once the endpoint has the event, or a row says when it is tried again. So nothing is lost
wherever a worker dies; some events come twice, under the same `webhook-id`. What meets a closed gate becomes a row at
once, and while nobody knows how an endpoint fares it gets one event at a time: a slow one takes little of anybody's
time but its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from herald.aws.deliveries import Deliveries, Delivery, DeliveryState
from herald.aws.endpoint_gates import EndpointGate, EndpointGates
from herald.aws.endpoints import Endpoints
from herald.aws.queues import MAX_DELAY, Record
from herald.aws.telemetry import Telemetry
from herald.callback_record import CallbackQueue, Given, read
from herald.clock import Time
from herald.endpoint import Disabled, Endpoint
from herald.errors import Unavailable
from herald.posting import Poster, Tried
from herald.schedule import GIVE_UP, JITTER, TRIES, pause

LONGEST_TRY = 17_000
"""Milliseconds that a POST and what is written of it may take: none is begun later before the function's end."""


@dataclass(frozen=True, slots=True)
class Job:
    """A record of the queue by its id, and the delivery it is about: with the event itself, or from its row."""

    record: str
    delivery: Delivery
    is_new: bool


@dataclass(slots=True)
class Lot:
    """The jobs of one endpoint in a batch; once one has `succeeded` the others go side by side."""

    endpoint: Endpoint
    gate: EndpointGate
    jobs: list[Job] = field(default_factory=list)
    succeeded: bool = False

    def take(self) -> list[Job]:
        """What goes next: one, or all."""
        count = len(self.jobs) if self.succeeded else 1
        taken, self.jobs = self.jobs[:count], self.jobs[count:]
        return taken


@dataclass(slots=True)
class Batch:
    """What has become of a batch: records that must come again, and those of tries that come soon."""

    failed: set[str] = field(default_factory=set)
    soon: list[Record] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of a job: of its POST, None when somebody else was faster; the row that was written.

    `gone`: the endpoint was disabled by it.
    """

    tried: Tried | None = None
    kept: Delivery | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingBack:
    """The use case of the callback function for its records. `watchdog` in milliseconds."""

    endpoints: Endpoints
    gates: EndpointGates
    deliveries: Deliveries
    poster: Poster
    queue: CallbackQueue
    watchdog: int
    telemetry: Telemetry
    pool: Executor
    time: Time

    def take(self, records: Sequence[Mapping[str, Any]], deadline: int) -> set[str]:
        """Work through records of the queue until `deadline` (ms); the ids of those that must come again."""
        batch = Batch()
        jobs = self._jobs(self._read(records, batch), batch)
        lots = self._passing(self._lots(jobs, batch), batch)
        while lots and self.time.now() <= deadline - LONGEST_TRY:
            self._wave(lots, batch)
            lots = [lot for lot in lots if lot.jobs]
        for lot in lots:
            self._park(lot, batch)
        self.queue.tell(batch.soon)
        return batch.failed

    def _read(self, records: Sequence[Mapping[str, Any]], batch: Batch) -> list[Given]:
        """What cannot be read comes again until it lies among the dead letters."""
        found = []
        for record in records:
            with self._border(batch, record["messageId"]):
                found.append(read(record, self.time.now()))
        return found

    def _jobs(self, given: Sequence[Given], batch: Batch) -> list[Job]:
        """What is still to be done: not what a row says to be done, or in other hands."""
        asked = [one for one in given if one.first is None or one.repeated]
        rows: dict[tuple[str, str], Delivery] = {}
        with self._border(batch, *(one.record for one in asked)):
            rows = self.deliveries.find((one.endpoint, one.event_id) for one in asked)
        jobs = []
        for one in given:
            row = rows.get((one.endpoint, one.event_id))
            if one.record in batch.failed:
                continue
            if one.first and not row:
                jobs.append(Job(one.record, one.first, is_new=True))
            elif row and not one.first and (row.turn, row.state) == (one.turn, DeliveryState.WAITING):
                jobs.append(Job(one.record, row, is_new=False))
        return jobs

    def _lots(self, jobs: Sequence[Job], batch: Batch) -> list[Lot]:
        """By endpoint; what has none, or a disabled one, is dealt with."""
        lots: dict[str, Lot] = {}
        for job in jobs:
            with self._border(batch, job.record):
                endpoint = self.endpoints.find(job.delivery.tenant, job.delivery.endpoint)
                if endpoint is None:
                    self._forget(job)
                elif endpoint.disabled:
                    self._end(job)
                else:
                    lots.setdefault(endpoint.id, Lot(endpoint, EndpointGate())).jobs.append(job)
        return list(lots.values())

    def _passing(self, lots: Sequence[Lot], batch: Batch) -> list[Lot]:
        """Those whose gates let something through; the jobs of the others are parked."""
        gates: dict[str, EndpointGate] = {}
        with self._border(batch, *(job.record for lot in lots for job in lot.jobs)):
            gates = self.gates.of(lot.endpoint for lot in lots)
        passing = []
        for lot in lots if gates else ():
            lot.gate = gates[lot.endpoint.id]
            with self._border(batch, *(job.record for job in lot.jobs)):
                if self._may_pass(lot, batch):
                    passing.append(lot)
        return passing

    def _may_pass(self, lot: Lot, batch: Batch) -> bool:
        """Whether the gate is open, or this lot may probe; otherwise its jobs are parked."""
        now = self.time.now()
        if not lot.gate.tripped or (lot.gate.closed_until <= now and self.gates.probe(lot.endpoint, now)):
            return True
        self._park(lot, batch)
        return False

    def _wave(self, lots: Sequence[Lot], batch: Batch) -> None:
        """One try of each lot, or all that are left of one that is well, side by side."""
        tries = [(lot, job, self.pool.submit(self._try, lot.endpoint, job)) for lot in lots for job in lot.take()]
        wait([future for _, _, future in tries])
        results: dict[str, list[Result]] = {}
        for lot, job, future in tries:
            with self._border(batch, job.record):
                result = future.result()
                results.setdefault(lot.endpoint.id, []).append(result)
                self._count(result)
                self._soon(result.kept, batch)
        for lot in lots:
            self._judge(lot, results.get(lot.endpoint.id, []), batch)

    def _try(self, endpoint: Endpoint, job: Job) -> Result:
        """Post, and keep what is to be kept. Only what waits in the table is claimed first, by its turn."""
        delivery: Delivery | None = job.delivery
        if not job.is_new:
            delivery = self.deliveries.save(replace(job.delivery, due=self.time.now() + self.watchdog))
        if delivery is None:
            return Result()
        tried = self.poster.post(endpoint, delivery.id, delivery.event)
        gone = tried.gone and self.endpoints.disable(endpoint, Disabled.GONE, self.time.now())
        if tried.delivered and job.is_new:
            return Result(tried)
        return Result(tried, self._keep(job, self._after(delivery, tried)), gone)

    def _count(self, result: Result) -> None:
        if result.tried:
            self.telemetry.count("CallbackDelivered" if result.tried.delivered else "CallbackFailed")
        if result.kept and result.kept.state is DeliveryState.FAILED:
            self.telemetry.count("CallbackGivenUp")

    def _after(self, delivery: Delivery, tried: Tried) -> Delivery:
        """The delivery after a try."""
        tried_now = replace(delivery, attempts=delivery.attempts + 1, waits=0, last=tried.last)
        if tried.delivered:
            return tried_now.over(DeliveryState.DELIVERED, tried.last)
        if tried.gone or tried_now.attempts >= TRIES:
            return tried_now.over(DeliveryState.FAILED, tried.last)
        return self._later(tried_now, tried.wait or 0)

    def _later(self, delivery: Delivery, at_least: float) -> Delivery:
        """To be tried again when the schedule says so, but not within `at_least` milliseconds."""
        now = self.time.now()
        delay = max(pause(delivery.attempts + delivery.waits, self.time.random()), round(at_least))
        watched = self.watchdog if delay <= MAX_DELAY * 1000 else 0
        return replace(delivery, next=now + delay, due=now + delay + watched)

    def _keep(self, job: Job, delivery: Delivery) -> Delivery | None:
        """Write the row; None when there is one already, or it has moved meanwhile."""
        if not job.is_new:
            return self.deliveries.save(delivery)
        return delivery if self.deliveries.insert(delivery) else None

    def _soon(self, kept: Delivery | None, batch: Batch) -> None:
        """What is tried again soon goes onto the queue at once; the clock has the rest."""
        now = self.time.now()
        if kept and kept.next is not None and kept.next - now <= MAX_DELAY * 1000:
            batch.soon.append(kept.record(now))

    def _give_up(self, lot: Lot, batch: Batch) -> None:
        """What is left of a lot whose endpoint is disabled."""
        for job in lot.jobs:
            with self._border(batch, job.record):
                self._end(job)
        lot.jobs = []

    def _end(self, job: Job) -> None:
        """Its endpoint is disabled: kept for whoever enables it and wants it after all."""
        self.telemetry.count("CallbackGivenUp")
        self._keep(job, job.delivery.over(DeliveryState.FAILED, "disabled"))

    def _forget(self, job: Job) -> None:
        """Its endpoint is gone."""
        self.telemetry.count("CallbackOrphaned")
        if not job.is_new:
            self.deliveries.save(job.delivery.over(DeliveryState.FAILED, "removed"))

    def _park(self, lot: Lot, batch: Batch) -> None:
        """What is left of a lot waits until its gate may open again, each time for longer, without a POST."""
        for job in lot.jobs:
            with self._border(batch, job.record):
                closed = max(lot.gate.closed_until - self.time.now(), 0) * (1 + JITTER * self.time.random())
                waiting = replace(job.delivery, waits=job.delivery.waits + 1)
                self._soon(self._keep(job, self._later(waiting, closed)), batch)
                self.telemetry.count("CallbackParked")
        lot.jobs = []

    def _judge(self, lot: Lot, results: Sequence[Result], batch: Batch) -> None:
        """Tell the gate how the endpoint fared, and what is left of the lot when it has closed."""
        tries = [result.tried for result in results if result.tried]
        disabled = any(result.gone for result in results)
        with suppress(Unavailable):  # the next one tells it
            if any(tried.delivered for tried in tries):
                self.gates.succeeded(lot.endpoint, lot.gate)
                lot.gate, lot.succeeded = EndpointGate(), True
            for tried in tries:
                if not tried.delivered and lot.gate.closed_until <= self.time.now():
                    lot.gate = self.gates.failed(lot.endpoint, lot.gate, self.time.now(), tried.wait)
            if lot.gate.since and self.time.now() - lot.gate.since >= GIVE_UP:
                disabled |= self.endpoints.disable(lot.endpoint, Disabled.FAILING, self.time.now())
        if disabled:
            self.telemetry.count("EndpointDisabled")
            self.telemetry.note("an endpoint was disabled", id=lot.endpoint.id)
        if disabled or any(tried.gone for tried in tries):
            self._give_up(lot, batch)
        elif lot.gate.closed_until > self.time.now():
            self._park(lot, batch)

    @contextmanager
    def _border(self, batch: Batch, *records: str) -> Iterator[None]:
        """Around the work on records: when it fails they come again, and the others go on."""
        try:
            yield
        except Unavailable:
            self.telemetry.count("RecordsRefused", len(records))
            batch.failed.update(records)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not hold up other callbacks
            self.telemetry.failed(error)
            batch.failed.update(records)
