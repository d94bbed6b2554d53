"""
An account as an operator describes it, checked before it becomes data.
"""

import json
from typing import Annotated, Any

from pydantic import Field, JsonValue

from cli.gateway import Refused
from herald.body import parse_json
from herald.content import Label, Model, WebAddress
from herald.models import NAME, Account, Channel, Limits, Sender

type Name = Annotated[str, Field(pattern=NAME)]


class SenderForm(Model):
    """A name to send from; `tenant` gets what is written to it."""

    id: Label
    channel: Channel
    tenant: Name | None = None


class LimitsForm(Model):
    """`rate` in messages a second, `batch` in recipients a call."""

    rate: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] | None = None
    batch: Annotated[int, Field(ge=1, le=1000)] | None = None


class AccountForm(Model):
    """A provider account, without its credentials."""

    name: Name
    provider: Annotated[str, Field(min_length=1, max_length=40)]
    tenants: Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)]
    settings: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")], JsonValue], Field(max_length=100)
    ]
    senders: Annotated[tuple[SenderForm, ...], Field(max_length=500)]
    limits: LimitsForm
    webhook_base: WebAddress
    epochs: tuple[int, ...]
    disabled: bool


def checked(description: Any) -> Account:
    """The account that this describes. Raises InvalidMessage naming the first part that is wrong."""
    form = parse_json(json.dumps(description).encode(), AccountForm)
    return Account(
        name=form.name,
        provider=form.provider,
        tenants=form.tenants,
        settings=form.settings,
        senders=tuple(Sender(one.id, one.channel, one.tenant) for one in form.senders),
        limits=Limits(form.limits.rate, form.limits.batch),
        epochs=form.epochs,
        webhook_base=form.webhook_base.rstrip("/"),
        disabled=form.disabled,
    )


def parse_sender(text: str) -> Sender:
    """A sender as it is typed: `whatsapp:ID`, or `whatsapp:ID=tenant`. Raises Refused."""
    channel, colon, rest = text.partition(":")
    name, _, tenant = rest.rpartition("=") if "=" in rest else (rest, "", "")
    if not colon or not name or channel not in Channel:
        raise Refused("a sender is written channel:id or channel:id=tenant", hint=f"channels: {', '.join(Channel)}")
    return Sender(name, Channel(channel), tenant or None)


def parse_setting(text: str) -> tuple[str, JsonValue]:
    """A setting as it is typed: `name=text`, or `name={…}` for an object. Raises Refused."""
    name, equals, value = text.partition("=")
    if not equals:
        raise Refused("a setting is written name=value")
    if not value.startswith(("{", "[")):
        return name, value
    try:
        parsed: JsonValue = json.loads(value)
    except ValueError as error:
        raise Refused(f"setting {name} is not valid JSON") from error
    return name, parsed
