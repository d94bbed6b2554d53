"""
Setting up a deployed Herald as its operator would: a tenant, a key, and accounts that lead to the simulators.

It does by functions what `herald tenants`, `keys`, `accounts` and `routes` do by commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cli import admin
from cli.gateway import Gateway, now
from herald.aws.bucket import Bucket
from herald.aws.queues import Queues
from herald.aws.registry import Registry
from herald.aws.table import Table
from herald.models import Account, Channel, Sender
from local.aws import Stack
from local.providers import Websms

TENANT = "acme"
APPLICATION = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
"""The simulator's default application: one sender for WhatsApp and RCS."""

SMS_NUMBER = "+43828270990000"

_MESSAGING_CREDENTIALS = {"client_id": "sim-client", "client_secret": "sim-secret"}  # the simulator's own
_SMS_CREDENTIALS = {"username": "sim-user", "password": "sim-password"}


@dataclass(frozen=True, slots=True)
class Furnished:
    """What a customer needs: a key; and what an operator knows: each account's webhook addresses by kind."""

    key: str
    webhooks: Mapping[str, Mapping[str, str]]


def gateway_of(stack: Stack) -> Gateway:
    """The deployment as the `herald` command sees it, found on this machine."""
    table = Table(stack.client("dynamodb"), stack.outputs["TableName"])
    return Gateway(
        registry=Registry(table, now),
        secrets=stack.client("secretsmanager"),
        api_url=stack.api_url,
        secret_prefix=stack.outputs["SecretPrefix"],
        signing_secret=stack.outputs["SigningSecretArn"],
        bucket=Bucket(lambda: stack.client("s3"), stack.outputs["BucketName"]),
        queues=Queues(stack.client("sqs")),
        spill_queue=stack.outputs["SpillQueueUrl"],
    )


def messaging_account(
    websms: Websms, tenant: str = TENANT, name: str = "websms", application: str = APPLICATION
) -> Account:
    """A websms account for WhatsApp and RCS."""
    return Account(
        name,
        "websms",
        (tenant,),
        settings={"base_url": websms.url, "token_url": websms.token_url},
        senders=(Sender(application, Channel.WHATSAPP), Sender(application, Channel.RCS)),
    )


def sms_account(websms: Websms, tenant: str = TENANT, name: str = "websms-sms", **settings: str) -> Account:
    """A websms account for SMS; `settings` are the adapter's, such as method=simple."""
    return Account(
        name,
        "websms_sms",
        (tenant,),
        settings={"base_url": websms.url, **settings},
        senders=(Sender(SMS_NUMBER, Channel.SMS),),
    )


def add_account(gateway: Gateway, account: Account, credentials: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Add an account with the simulator's credentials, or others; returns its webhook addresses by kind."""
    usual = _MESSAGING_CREDENTIALS if account.provider == "websms" else _SMS_CREDENTIALS
    admin.add_account(gateway, account, credentials or usual)
    return admin.webhooks(gateway, account.name)[1]


def furnish(stack: Stack, websms: Websms) -> Furnished:
    """A tenant with a key, accounts for WhatsApp, RCS and SMS and their routes; the simulator reports to them."""
    gateway = gateway_of(stack)
    admin.create_tenant(gateway, TENANT, "Acme")
    key = admin.create_key(gateway, TENANT, name="tour")
    accounts = (
        messaging_account(websms),
        sms_account(websms),
        sms_account(websms, name="websms-simple", method="simple"),
    )
    webhooks = {account.name: add_account(gateway, account) for account in accounts}
    for channel, account in ((Channel.WHATSAPP, "websms"), (Channel.RCS, "websms"), (Channel.SMS, "websms-sms")):
        admin.set_route(gateway, TENANT, channel, [account])
    websms.control.set_urls(
        status=webhooks["websms"]["status"],
        inbound=webhooks["websms"]["inbound"],
        sms_inbound=webhooks["websms-sms"]["inbound"],
    )
    return Furnished(key.text, webhooks)
