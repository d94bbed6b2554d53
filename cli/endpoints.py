"""`herald endpoints`: where tenants are told of what happens, and what they did not take."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.admin import DAY
from cli.arguments import AsJson, gateway
from cli.gateway import Gateway, Refused
from cli.output import Row, done, show, time
from herald.aws.deliveries import Deliveries, Delivery, DeliveryState
from herald.aws.endpoint_gates import EndpointGates
from herald.aws.endpoints import Endpoints
from herald.body import parse_json
from herald.callback_record import CallbackQueue
from herald.content import Model
from herald.endpoint import Endpoint
from herald.posting import Poster, event_id
from herald.registering import MAX_OVERLAP, EndpointChange, NewEndpoint, Registering
from herald.replaying import Choice, Replaying
from herald.tenancy import base_of

app = typer.Typer(
    no_args_is_help=True,
    help="Where tenants are told of what happens. TENANT~test names what its test keys have set up.",
)

FEW = 20
"""Deliveries that are shown unless more are asked for."""

_WIDTH = 10
_WATCHDOG = 900_000

Wanted = Annotated[
    list[str] | None, typer.Option("--event", metavar="TYPE", help="message.read, message.* …; all by default.")
]
Words = Annotated[str | None, typer.Option("--description", help="For people.")]


def endpoints_of(gateway: Gateway) -> Endpoints:
    """The endpoints of all tenants."""
    return Endpoints(gateway.table, gateway.clock)


def registering(gateway: Gateway) -> Registering:
    """What their owners may do to them."""
    gates, check = EndpointGates(gateway.table), gateway.guarded.check
    return Registering(endpoints_of(gateway), gates, check, gateway.signing_key, gateway.clock)


@contextmanager
def replaying(gateway: Gateway) -> Iterator[Replaying]:
    """What calls endpoints from here, and has the workers try again."""
    with ThreadPoolExecutor(_WIDTH) as pool:
        yield Replaying(
            deliveries=Deliveries(gateway.table),
            poster=Poster(gateway.guarded, gateway.signing_key, gateway.clock),
            queue=CallbackQueue(gateway.queues, gateway.callback_queue),
            watchdog=_WATCHDOG,
            pool=pool,
            now=gateway.clock,
        )


@app.command("list")
def list_(ctx: typer.Context, tenant: str, *, as_json: AsJson = False) -> None:
    """List a tenant's endpoints, without their secrets."""
    opened = gateway(ctx)
    opened.registry.read_tenant(base_of(tenant))
    show([_row(endpoint) for endpoint in endpoints_of(opened).all(tenant)], as_json=as_json)


@app.command()
def add(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    url: str,
    events: Wanted = None,
    description: Words = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Register an endpoint and show its secret."""
    opened = gateway(ctx)
    opened.registry.read_tenant(base_of(tenant))
    new = _form(NewEndpoint, url=url, events=events or [], description=description or "")
    endpoint = registering(opened).add(tenant, new)
    show({**_row(endpoint), "secret": registering(opened).secrets(endpoint)[0][0]}, as_json=as_json)


@app.command("show")
def show_(
    ctx: typer.Context,
    tenant: str,
    endpoint: str,
    *,
    secrets: Annotated[bool, typer.Option("--secrets", help="The valid secrets too, the newest first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one endpoint."""
    opened = gateway(ctx)
    found = endpoints_of(opened).read(tenant, endpoint).value
    told = [secret for secret, _ in registering(opened).secrets(found)] if secrets else []
    show({**_row(found), **({"secrets": told} if secrets else {})}, as_json=as_json)


@app.command("set")
def set_(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    endpoint: str,
    *,
    url: str | None = None,
    events: Wanted = None,
    all_events: Annotated[bool, typer.Option("--all-events", help="Tell it of everything.")] = False,
    description: Words = None,
    disable: Annotated[
        bool | None, typer.Option("--disable/--enable", help="Tell it nothing for now; enabling ends its pause too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change parts of an endpoint; what is not named stays as it is. It takes ten seconds to reach every worker."""
    if events and all_events:
        raise Refused("give --event or --all-events, not both")
    wanted = [] if all_events else events
    change = _form(EndpointChange, url=url, events=wanted, description=description, disabled=disable)
    show(_row(registering(gateway(ctx)).change(tenant, endpoint, change)), as_json=as_json)


@app.command()
def rotate(
    ctx: typer.Context,
    tenant: str,
    endpoint: str,
    hours: Annotated[
        int, typer.Option(min=0, max=MAX_OVERLAP // 3600, help="How long the old secret stays valid.")
    ] = 24,
    *,
    as_json: AsJson = False,
) -> None:
    """Give an endpoint a new secret and show the valid ones, the newest first."""
    owner = registering(gateway(ctx))
    secrets = owner.secrets(owner.rotate(tenant, endpoint, hours * 3600))
    show([{"secret": secret, "ends": time(until)} for secret, until in secrets], as_json=as_json)


@app.command()
def remove(ctx: typer.Context, tenant: str, endpoint: str, *, as_json: AsJson = False) -> None:
    """Remove an endpoint; what waits for it is dropped."""
    registering(gateway(ctx)).remove(tenant, endpoint)
    done(f"endpoint {endpoint} is removed", as_json=as_json, endpoint=endpoint)


@app.command()
def deliveries(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    endpoint: str,
    event: Annotated[str | None, typer.Argument(help="Show this one, with the event.")] = None,
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="As many at most.")] = FEW,
    as_json: AsJson = False,
) -> None:
    """List the events that an endpoint did not take at the first try, or show one."""
    opened = gateway(ctx)
    endpoints_of(opened).read(tenant, endpoint)
    rows = Deliveries(opened.table)
    if event:
        found = rows.read(endpoint, event_id(event))
        show({**_delivery_row(found), "content": json.loads(found.event)}, as_json=as_json)
        return
    show([_delivery_row(one) for one in _first(rows, endpoint, state, limit)], as_json=as_json)


@app.command("test")
def call(ctx: typer.Context, tenant: str, endpoint: str, *, as_json: AsJson = False) -> None:
    """POST an event endpoint.test to an endpoint, from this machine. Exit code 1 when it was not taken."""
    opened = gateway(ctx)
    with replaying(opened) as again:
        tried = again.try_now(endpoints_of(opened).read(tenant, endpoint).value)
    show({"delivered": tried.delivered, "last": tried.last, "milliseconds": tried.took}, as_json=as_json)
    if not tried.delivered:
        raise typer.Exit(1)


@app.command()
def replay(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    tenant: str,
    endpoint: str,
    event: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="Those; all that are not delivered by default.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", help="First tried then or later, in UTC.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", help="First tried then or before.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try again what an endpoint has not taken, now and as often as if it were new."""
    opened = gateway(ctx)
    found = endpoints_of(opened).read(tenant, endpoint).value
    with replaying(opened) as again:
        if event:
            again.replay(found, event_id(event))
            count = 1
        else:
            choice = Choice(state, _milliseconds(first), _milliseconds(last))
            count = again.replay_all(found, choice, opened.clock() + DAY).count
    done(f"{count} are tried again", as_json=as_json, replayed=count)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _first(rows: Deliveries, endpoint: str, state: DeliveryState | None, limit: int) -> list[Delivery]:
    """The first so many, however many pages that takes."""
    found: list[Delivery] = []
    after: str | None = ""
    while after is not None and len(found) < limit:
        page = rows.page(endpoint, state, limit - len(found), after)
        found += page.deliveries
        after = page.next
    return found


def _form[M: Model](model: type[M], **parts: object) -> M:
    """What the options say, checked as the body of a request is. Raises InvalidMessage."""
    return parse_json(json.dumps(parts).encode(), model)


def _row(endpoint: Endpoint) -> Row:
    return {
        "endpoint": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events) or ["all"],
        "description": endpoint.description,
        "status": f"disabled ({endpoint.disabled})" if endpoint.disabled else "enabled",
        "created": time(endpoint.created),
    }


def _delivery_row(delivery: Delivery) -> Row:
    return {
        "event": delivery.id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last": delivery.last,
        "first": time(delivery.first),
        "next": time(delivery.next),
    }
