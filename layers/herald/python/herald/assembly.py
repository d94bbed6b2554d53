"""
How the parts fit together: one object a worker, each part made when it is first asked for.

A function asks for its one use case, and only the modules behind that are imported: what a function may load
is checked by `tests/test_imports.py`. Tests pass in their own time and their own HTTP transport.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any

from herald import webhook_address
from herald.aws import clients
from herald.aws.queues import Queues
from herald.aws.registry import Registry
from herald.aws.secrets import Secrets
from herald.aws.settings import Settings
from herald.aws.table import Table
from herald.aws.telemetry import Telemetry
from herald.clock import Deadline, Time

if TYPE_CHECKING:
    from herald.asking import Asking
    from herald.attempting import Attempts
    from herald.authenticating import Keys
    from herald.aws.bucket import Bucket
    from herald.aws.deliveries import Deliveries
    from herald.aws.endpoint_gates import EndpointGates
    from herald.aws.endpoints import Endpoints
    from herald.aws.erasures import Erasures
    from herald.aws.inbound import Inbounds
    from herald.aws.messages import Messages
    from herald.aws.rendezvous import Rendezvous
    from herald.aws.requests import Requests
    from herald.batching import Batching
    from herald.callback_record import CallbackQueue
    from herald.calling import Caller
    from herald.calling_back import CallingBack
    from herald.delivering import Delivering
    from herald.erasing import Erasing
    from herald.exchange import Exchange
    from herald.gate import Parking
    from herald.guarded import Guarded
    from herald.keeping import Keeper
    from herald.limiting import Limiter
    from herald.models import Account
    from herald.polling import Polling
    from herald.posting import Poster
    from herald.publishing import Publishing
    from herald.reading import Reading
    from herald.receiving import Receiving
    from herald.registering import Registering
    from herald.relaying import Relay
    from herald.replaying import Replaying
    from herald.reporting import Reports
    from herald.sending import Sending
    from herald.shelving import Shelf
    from herald.waking import Waking

WIDTH = 10
"""Provider calls that one worker makes side by side."""


class Assembly:
    """All parts of one worker. What is given as an attribute before it is asked for is used instead of ours."""

    def __init__(self, settings: Settings, function: str) -> None:
        self.settings = settings
        self.telemetry = Telemetry(function, settings.log_level)

    @cached_property
    def time(self) -> Time:
        return Time()

    @cached_property
    def deadline(self) -> Deadline:
        return Deadline(self.time.now)

    def begin(self, context: Any) -> None:
        """Another invocation has begun; Lambda's context says how long it may take."""
        self.deadline.at = self.time.now() + context.get_remaining_time_in_millis()

    @cached_property
    def table(self) -> Table:
        return Table(clients.dynamodb(), self.settings.table)

    @cached_property
    def queues(self) -> Queues:
        return Queues(clients.sqs())

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.table, self.time.now)

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(clients.secretsmanager, self.settings.secret_prefix, lambda: self.time.now() / 1000)

    @cached_property
    def bucket(self) -> "Bucket":
        from herald.aws.bucket import Bucket

        return Bucket(clients.s3, self.settings.bucket)

    @cached_property
    def keys(self) -> "Keys":
        from herald.authenticating import Keys

        return Keys(self.registry, self.time.now)

    @cached_property
    def messages(self) -> "Messages":
        from herald.aws.messages import Messages

        return Messages(self.table)

    @cached_property
    def requests(self) -> "Requests":
        from herald.aws.requests import Requests

        return Requests(self.table)

    @cached_property
    def rendezvous(self) -> "Rendezvous":
        from herald.aws.rendezvous import Rendezvous

        return Rendezvous(self.table)

    @cached_property
    def inbounds(self) -> "Inbounds":
        from herald.aws.inbound import Inbounds

        return Inbounds(self.table)

    @cached_property
    def reports(self) -> "Reports":
        from herald.reporting import Reports

        return Reports(self.messages, self.rendezvous, self.time.now)

    @cached_property
    def exchange(self) -> "Exchange":
        from herald.exchange import Exchange

        return Exchange(connections=WIDTH * 2, timeout=self.settings.provider_timeout)

    @cached_property
    def caller(self) -> "Caller":
        from herald.aws.tokens import Tokens
        from herald.calling import Caller

        return Caller(self.exchange, self.secrets, Tokens(self.table), self.time)

    @cached_property
    def sending(self) -> "Sending":
        from herald.planning import Planner
        from herald.sending import Sending

        return Sending(
            planner=Planner(self.registry, self.shelf.check),
            messages=self.messages,
            requests=self.requests,
            queues=self.queues,
            limiter=self.limiter,
            settings=self.settings,
            deadline=self.deadline,
            now=self.time.now,
        )

    @cached_property
    def limiter(self) -> "Limiter":
        from herald.aws.quotas import Quotas
        from herald.limiting import Limiter

        return Limiter(self.registry, Quotas(self.table))

    def signing_key(self) -> bytes:
        """What signs webhook addresses and media links."""
        return self.secrets.read(self.settings.signing_secret).encode()

    def callback_url(self, account: "Account") -> str | None:
        """Where a provider that takes an address with each message is to report."""
        return webhook_address.addresses(account, ("status",), self.signing_key()).get("status")

    @cached_property
    def shelf(self) -> "Shelf":
        from herald.shelving import Shelf

        return Shelf(self.bucket, self.signing_key, self.time.now, unsafe_hosts=self.settings.unsafe_local_hosts)

    @cached_property
    def guarded(self) -> "Guarded":
        from herald.guarded import Guarded

        return Guarded(monotonic, unsafe_hosts=self.settings.unsafe_local_hosts)

    @cached_property
    def relay(self) -> "Relay":
        from herald.aws.uploads import Uploads
        from herald.relaying import Relay

        return Relay(
            shelf=self.shelf,
            uploads=Uploads(self.table),
            caller=self.caller,
            guarded=self.guarded,
            time=self.time,
        )

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(WIDTH)

    @cached_property
    def delivering(self) -> "Delivering":
        from herald.aws.pacing import Breakers, Rates
        from herald.delivering import Delivering

        return Delivering(
            registry=self.registry,
            messages=self.messages,
            requests=self.requests,
            rates=Rates(self.table),
            breakers=Breakers(self.table),
            attempts=self._attempts,
            caller=self.caller,
            parking=self._parking,
            settings=self.settings,
            telemetry=self.telemetry,
            pool=self.pool,
            time=self.time,
        )

    @cached_property
    def _attempts(self) -> "Attempts":
        from herald.attempting import Attempts

        return Attempts(
            messages=self.messages,
            rendezvous=self.rendezvous,
            reports=self.reports,
            relay=self.relay,
            caller=self.caller,
            settings=self.settings,
            time=self.time,
            callback_url=self.callback_url,
        )

    @cached_property
    def _parking(self) -> "Parking":
        from herald.gate import Parking

        return Parking(self.queues, self.settings)

    @cached_property
    def batching(self) -> "Batching":
        from herald.batching import Batching

        return Batching(
            delivering=self.delivering,
            messages=self.messages,
            requests=self.requests,
            attempts=self._attempts,
            parking=self._parking,
            settings=self.settings,
            telemetry=self.telemetry,
            pool=self.pool,
            time=self.time,
        )

    @cached_property
    def receiving(self) -> "Receiving":
        from herald.receiving import Receiving

        return Receiving(
            registry=self.registry,
            keeper=self.keeper,
            queues=self.queues,
            secrets=self.secrets,
            settings=self.settings,
            telemetry=self.telemetry,
            deadline=self.deadline,
        )

    @cached_property
    def keeper(self) -> "Keeper":
        from herald.keeping import Keeper

        return Keeper(
            registry=self.registry,
            reports=self.reports,
            inbounds=self.inbounds,
            bucket=self.bucket,
            settings=self.settings,
            telemetry=self.telemetry,
            now=self.time.now,
        )

    @cached_property
    def publishing(self) -> "Publishing":
        from herald.aws.bus import Bus
        from herald.publishing import Publishing

        return Publishing(
            bus=Bus(clients.events, self.settings.event_bus),
            queues=self.queues,
            endpoints=self.endpoints,
            settings=self.settings,
            telemetry=self.telemetry,
            now=self.time.now,
        )

    @cached_property
    def endpoints(self) -> "Endpoints":
        from herald.aws.endpoints import Endpoints

        return Endpoints(self.table, self.time.now)

    @cached_property
    def endpoint_gates(self) -> "EndpointGates":
        from herald.aws.endpoint_gates import EndpointGates

        return EndpointGates(self.table)

    @cached_property
    def deliveries(self) -> "Deliveries":
        from herald.aws.deliveries import Deliveries

        return Deliveries(self.table)

    @cached_property
    def poster(self) -> "Poster":
        from herald.posting import Poster

        return Poster(self.guarded, self.signing_key, self.time.now)

    @cached_property
    def callback_queue(self) -> "CallbackQueue":
        from herald.callback_record import CallbackQueue

        return CallbackQueue(self.queues, self.settings.callback_queue)

    @cached_property
    def calling_back(self) -> "CallingBack":
        from herald.calling_back import CallingBack

        return CallingBack(
            endpoints=self.endpoints,
            gates=self.endpoint_gates,
            deliveries=self.deliveries,
            poster=self.poster,
            queue=self.callback_queue,
            watchdog=self.settings.watchdog,
            telemetry=self.telemetry,
            pool=self.pool,
            time=self.time,
        )

    @cached_property
    def registering(self) -> "Registering":
        from herald.registering import Registering

        gates, check = self.endpoint_gates, self.guarded.check
        return Registering(self.endpoints, gates, check, self.signing_key, self.time.now)

    @cached_property
    def replaying(self) -> "Replaying":
        from herald.replaying import Replaying

        return Replaying(
            deliveries=self.deliveries,
            poster=self.poster,
            queue=self.callback_queue,
            watchdog=self.settings.watchdog,
            pool=self.pool,
            now=self.time.now,
        )

    @cached_property
    def waking(self) -> "Waking":
        from herald.aws.due import DueIndex
        from herald.waking import Waking

        return Waking(
            due=DueIndex(self.table),
            registry=self.registry,
            messages=self.messages,
            rendezvous=self.rendezvous,
            reports=self.reports,
            queues=self.queues,
            settings=self.settings,
            telemetry=self.telemetry,
            polling=lambda: self.polling,
            erasing=lambda: self.erasing,
            now=self.time.now,
        )

    @cached_property
    def erasures(self) -> "Erasures":
        from herald.aws.erasures import Erasures

        return Erasures(self.table)

    @cached_property
    def erasing(self) -> "Erasing":
        from herald.aws.capabilities import Capabilities
        from herald.aws.due import DueIndex
        from herald.aws.remains import Remains
        from herald.erasing import Erasing

        return Erasing(
            erasures=self.erasures,
            remains=Remains(self.table),
            inbounds=self.inbounds,
            capabilities=Capabilities(self.table),
            registry=self.registry,
            bucket=self.bucket,
            shelf=self.shelf,
            due=DueIndex(self.table),
            telemetry=self.telemetry,
            now=self.time.now,
        )

    @cached_property
    def polling(self) -> "Polling":
        from herald.aws.polls import Polls
        from herald.polling import Polling

        return Polling(
            polls=Polls(self.table),
            registry=self.registry,
            caller=self.caller,
            keeper=self.keeper,
            reports=self.reports,
            rendezvous=self.rendezvous,
            telemetry=self.telemetry,
            pool=self.pool,
            now=self.time.now,
        )

    @cached_property
    def reading(self) -> "Reading":
        from herald.aws.listing import Listing
        from herald.reading import Reading

        return Reading(
            stored_messages=self.messages,
            stored_requests=self.requests,
            stored_inbound=self.inbounds,
            listing=Listing(self.table),
            settings=self.settings,
            now=self.time.now,
        )

    @cached_property
    def asking(self) -> "Asking":
        from herald.asking import Asking
        from herald.aws.capabilities import Capabilities

        return Asking(
            registry=self.registry,
            capabilities=Capabilities(self.table),
            caller=self.caller,
            now=self.time.now,
        )
