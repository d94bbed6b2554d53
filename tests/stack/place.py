"""
What stack tests share: the place they work in, and the few deeds that several of them need.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cli import admin
from cli.gateway import Gateway
from local.aws import Stack
from local.client import Client, Json
from local.furnishing import TENANT, add_account, messaging_account
from local.providers import Websms


@dataclass(frozen=True, slots=True)
class Place:
    """The deployed bundle, the simulator, the operator's and the customer's way in, webhook addresses by account."""

    stack: Stack
    websms: Websms
    gateway: Gateway
    client: Client
    webhooks: Mapping[str, Mapping[str, str]]


def text(words: str = "Hello") -> Json:
    """A text as content."""
    return {"type": "text", "text": words}


def words_of(message: Mapping[str, Any]) -> list[str]:
    """What the provider said of a message, in the order it is shown."""
    return [each["provider_status"] for each in message["history"] if "provider_status" in each]


def new_messaging_account(place: Place, **settings: str) -> str:
    """Another websms account with an application of its own, so with a token and media of its own; its name."""
    name, application = f"websms-{uuid.uuid4().hex[:8]}", str(uuid.uuid4())
    account = messaging_account(place.websms, TENANT, name, application)
    webhooks = add_account(place.gateway, account)
    if settings:
        admin.change_account(place.gateway, name, admin.AccountChange(settings=settings))
    place.websms.control.set_urls(
        applications={application: {"status": webhooks["status"], "inbound": webhooks["inbound"]}}
    )
    return name


def invoke(stack: Stack, function: str) -> Json:
    """Call a function by itself; what it returns, or its error (`errorType`)."""
    answer = stack.client("lambda").invoke(FunctionName=f"{stack.name}-{function}", Payload=b"{}")
    found: Json = json.loads(answer["Payload"].read())
    return found


def wake(stack: Stack) -> None:
    """Let the clock look for what is due, without waiting for its minute."""
    answer = invoke(stack, "clock")
    assert "handled" in answer, answer


@contextmanager
def without(stack: Stack, role: str, action: str) -> Iterator[None]:
    """The role of a function (`send`) lacks an action while the block lasts."""
    iam = stack.client("iam")
    pages = iam.get_paginator("list_roles").paginate()
    names = [each["RoleName"] for page in pages for each in page["Roles"]]
    name = next(each for each in names if each.startswith(f"{stack.name}-{role.capitalize()}Role"))
    document = iam.get_role_policy(RoleName=name, PolicyName=role)["PolicyDocument"]
    lacking = {**document, "Statement": _without(document["Statement"], action)}
    assert lacking != document, f"{role} may not do {action} anyway"
    iam.put_role_policy(RoleName=name, PolicyName=role, PolicyDocument=json.dumps(lacking))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=role, PolicyDocument=json.dumps(document))


def _without(statements: list[Json], action: str) -> list[Json]:
    kept = []
    for statement in statements:
        allowed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        left = [each for each in allowed if each not in (action, f"{action}Batch")]
        kept += [{**statement, "Action": left}] if left else []
    return kept
