"""
What stack tests share: the place they work in, and the few deeds that several of them need.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from cli import admin
from cli.gateway import Gateway
from herald.aws import keys
from herald.aws.polls import DUE
from herald.aws.table import Table
from herald.models import Account
from local.aws import Stack
from local.client import Client, Json, until
from local.furnishing import TENANT, add_account, messaging_account
from local.providers import Simulators, Websms


@dataclass(frozen=True, slots=True)
class Place:
    """The deployed bundle, the simulators, the operator's and the customer's way in, webhook addresses by account."""

    stack: Stack
    simulators: Simulators
    gateway: Gateway
    client: Client
    webhooks: Mapping[str, Mapping[str, str]]

    @property
    def websms(self) -> Websms:
        """The simulator of websms."""
        return self.simulators.websms


def table_of(place: Place) -> Table:
    """The deployment's table, written to past all functions."""
    return Table(place.stack.client("dynamodb"), place.stack.outputs["TableName"])


def text(words: str = "Hello") -> Json:
    """A text as content."""
    return {"type": "text", "text": words}


def words_of(message: Mapping[str, Any]) -> list[str]:
    """What the provider said of a message, in the order it is shown."""
    return [each["provider_status"] for each in message["history"] if "provider_status" in each]


def new_messaging_account(place: Place, **settings: str) -> str:
    """Another websms account with an application of its own, so with a token and media of its own; its name."""
    name, application = new_name("websms"), str(uuid.uuid4())
    account = messaging_account(place.websms, TENANT, name, application)
    webhooks = add_account(place.gateway, account)
    if settings:
        admin.change_account(place.gateway, name, admin.AccountChange(settings=settings))
    place.websms.control.set_urls(
        applications={application: {"status": webhooks["status"], "inbound": webhooks["inbound"]}}
    )
    return name


@contextmanager
def added(place: Place, account: Account, credentials: Mapping[str, str] | None = None) -> Iterator[str]:
    """The name of an account that is there while the block lasts: its lists, where it has any, are not read forever."""
    add_account(place.gateway, account, credentials)
    try:
        yield account.name
    finally:
        admin.remove_account(place.gateway, account.name)


def new_name(provider: str) -> str:
    """A name for an account that no other has."""
    return f"{provider}-{uuid.uuid4().hex[:8]}"


def invoke(stack: Stack, function: str) -> Json:
    """Call a function by itself; what it returns, or its error (`errorType`)."""
    answer = stack.client("lambda").invoke(FunctionName=f"{stack.name}-{function}", Payload=b"{}")
    found: Json = json.loads(answer["Payload"].read())
    return found


def wake(stack: Stack) -> None:
    """Let the clock look for what is due, without waiting for its minute."""
    answer = invoke(stack, "clock")
    assert "handled" in answer, answer


def woken(place: Place, identifiers: Iterable[str], *statuses: str) -> list[Json]:
    """The messages once each has one of these statuses, with the clock looking again and again."""

    def look() -> list[Json] | None:
        wake(place.stack)
        return _reached(place, identifiers, statuses)

    return until(look, 40)


def polled[T](place: Place, account: str, look: Callable[[], T | None]) -> T:
    """What `look` finds once it finds something, with the account's lists read before every look."""

    def read_and_look() -> T | None:
        poll(place, account)
        return look()

    return until(read_and_look, 40)


def reached(place: Place, account: str, identifiers: Iterable[str], *statuses: str) -> list[Json]:
    """The messages once each has one of these statuses, of which the account's lists have to tell."""
    return polled(place, account, lambda: _reached(place, identifiers, statuses))


def _reached(place: Place, identifiers: Iterable[str], statuses: Iterable[str]) -> list[Json] | None:
    messages = [place.client.message(each) for each in identifiers]
    return messages if all(message["status"] in statuses for message in messages) else None


LISTS = ("inbound", "outbound.minutes")
"""The lists that are read every time, by the names of their cursors."""


def poll(place: Place, account: str) -> None:
    """Let the account's lists be due now, and the clock look. Another clock may be at one already, and go on."""
    let_be_due(place, account)
    wake(place.stack)


def let_be_due(place: Place, account: str) -> None:
    """The account's lists are to be read now."""
    due = keys.due(place.gateway.clock(), DUE)
    for name in LISTS:
        place.stack.client("dynamodb").update_item(
            TableName=place.stack.outputs["TableName"],
            Key={"pk": {"S": keys.account(account)}, "sk": {"S": f"poll#{name}"}},
            UpdateExpression="SET ls = :due",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":due": {"S": due}},
        )


@contextmanager
def patient(stack: Stack) -> Iterator[None]:
    """
    Deliver has the time that it has on AWS while the block lasts, and nobody wakes what it is at.

    A thousand messages are some two thousand writes, for which the local AWS takes longer than its brisk pace allows.
    """
    with (
        _told(stack, "send", WATCHDOG_SECONDS="900"),
        _told(stack, "deliver", 60, LEASE_SECONDS="65", WATCHDOG_SECONDS="900"),
        _hidden(stack, 365),
    ):
        yield


@contextmanager
def _told(stack: Stack, function: str, timeout: int | None = None, **variables: str) -> Iterator[None]:
    """A function has these variables, and so many seconds, while the block lasts."""
    functions, name = stack.client("lambda"), f"{stack.name}-{function}"
    given = functions.get_function_configuration(FunctionName=name)
    held = given["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Timeout=timeout or given["Timeout"], Environment={"Variables": {**held, **variables}}
    )
    try:
        yield
    finally:
        functions.update_function_configuration(
            FunctionName=name, Timeout=given["Timeout"], Environment={"Variables": held}
        )


@contextmanager
def _hidden(stack: Stack, seconds: int) -> Iterator[None]:
    """Records of the bulk lane that are being worked on are hidden from other workers for so long."""
    queues, lane = stack.client("sqs"), stack.outputs["BulkQueueUrl"]
    given = queues.get_queue_attributes(QueueUrl=lane, AttributeNames=["VisibilityTimeout"])["Attributes"]
    queues.set_queue_attributes(QueueUrl=lane, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        queues.set_queue_attributes(QueueUrl=lane, Attributes=given)


@contextmanager
def without(stack: Stack, role: str, action: str) -> Iterator[None]:
    """The role of a function (`send`) lacks an action while the block lasts."""
    iam, name = stack.client("iam"), _role(stack, role)["RoleName"]
    document = iam.get_role_policy(RoleName=name, PolicyName=role)["PolicyDocument"]
    lacking = {**document, "Statement": _without(document["Statement"], action)}
    assert lacking != document, f"{role} may not do {action} anyway"
    iam.put_role_policy(RoleName=name, PolicyName=role, PolicyDocument=json.dumps(lacking))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=role, PolicyDocument=json.dumps(document))


def _role(stack: Stack, role: str) -> Json:
    pages = stack.client("iam").get_paginator("list_roles").paginate()
    every: list[Json] = [each for page in pages for each in page["Roles"]]
    return next(each for each in every if each["RoleName"].startswith(f"{stack.name}-{role.capitalize()}Role"))


@contextmanager
def acting_as(stack: Stack, role: str) -> Iterator[Callable[[str], Any]]:
    """Makes boto3 clients, by service, that act with the role of a function; while the block lasts it trusts us."""
    iam, held = stack.client("iam"), _role(stack, role)
    trust = held["AssumeRolePolicyDocument"]
    us = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{_account(held)}:root"}}
    opened = {**trust, "Statement": [*trust["Statement"], us]}
    iam.update_assume_role_policy(RoleName=held["RoleName"], PolicyDocument=json.dumps(opened))
    try:
        given = stack.client("sts").assume_role(RoleArn=held["Arn"], RoleSessionName="test")["Credentials"]
        session = boto3.session.Session(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=stack.region
        )
        config = Config(proxies={}, s3={"addressing_style": "path"})
        yield lambda service: session.client(service, endpoint_url=stack.endpoint, config=config)  # type: ignore[call-overload]
    finally:
        iam.update_assume_role_policy(RoleName=held["RoleName"], PolicyDocument=json.dumps(trust))


def _account(role: Json) -> str:
    return str(role["Arn"].split(":")[4])


def _without(statements: list[Json], action: str) -> list[Json]:
    kept = []
    for statement in statements:
        allowed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        left = [each for each in allowed if each not in (action, f"{action}Batch")]
        kept += [{**statement, "Action": left}] if left else []
    return kept
