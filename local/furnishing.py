"""
Setting up a deployed Herald as its operator would: a tenant, a key, and accounts that lead to the simulators.

It does by functions what `herald tenants`, `keys`, `accounts` and `routes` do by commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue

from cli import admin
from cli.gateway import Gateway
from herald.models import Account, Channel, Sender
from local.aws import Stack
from local.providers import HuaweiAicc, Simulators, SmsGlobal, WebexConnect, Websms

TENANT = "acme"
APPLICATION = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
"""The default application of websms' simulator: one sender for WhatsApp and RCS."""

SMS_NUMBER = "+43828270990000"
GLOBAL_NUMBER = "61430000001"
APP = "a_637818908588360000"
"""The app of Webex Connect's simulator, a sender of every channel that needs one."""

_APP_CHANNELS = (Channel.WHATSAPP, Channel.MESSENGER, Channel.APPLE, Channel.IN_APP, Channel.PUSH, Channel.RCS)

_CREDENTIALS: Mapping[str, Mapping[str, str]] = {  # the simulators' own
    "websms": {"client_id": "sim-client", "client_secret": "sim-secret"},
    "websms_sms": {"username": "sim-user", "password": "sim-password"},
    "smsglobal": {"api_key": "sim-key", "api_secret": "sim-secret"},
    "webex_connect": {"service_key": "sim-key"},
    "huawei_aicc": {"app_key": "sim-app-key", "app_secret": "sim-app-secret", "account_key": "sim-account-key"},
}


@dataclass(frozen=True, slots=True)
class Furnished:
    """What a customer needs: a key; and what an operator knows: each account's webhook addresses by kind."""

    key: str
    webhooks: Mapping[str, Mapping[str, str]]


def gateway_of(stack: Stack) -> Gateway:
    """The deployment as the `herald` command finds it, but for the API's address: that of the outputs is AWS's."""
    session: Any = stack  # whose clients are all that is asked for
    return replace(Gateway.connect(stack.name, session), api_url=stack.api_url)


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


def smsglobal_account(
    smsglobal: SmsGlobal, tenant: str = TENANT, name: str = "smsglobal", **settings: JsonValue
) -> Account:
    """An SMSGlobal account, for WhatsApp; its lists are read as often as the clock looks."""
    return Account(
        name,
        "smsglobal",
        (tenant,),
        settings={"base_url": smsglobal.base_url, "poll_seconds": 15, **settings},
        senders=(Sender(GLOBAL_NUMBER, Channel.WHATSAPP),),
    )


def webex_account(
    webex_connect: WebexConnect, tenant: str = TENANT, name: str = "webex", **settings: JsonValue
) -> Account:
    """A Webex Connect account for every channel it has."""
    senders = (Sender("56263", Channel.SMS), Sender("+43720112233", Channel.VOICE))
    return Account(
        name,
        "webex_connect",
        (tenant,),
        settings={"base_url": webex_connect.url, **settings},
        senders=(*senders, *(Sender(APP, channel) for channel in _APP_CHANNELS)),
    )


def huawei_account(
    huawei_aicc: HuaweiAicc, tenant: str = TENANT, name: str = "huawei", **settings: JsonValue
) -> Account:
    """A Huawei AICC account for WhatsApp, to which reports are forwarded."""
    return Account(
        name,
        "huawei_aicc",
        (tenant,),
        settings={
            "base_url": huawei_aicc.url,
            "token_url": huawei_aicc.token_url,
            "reports": "webhook",
            **settings,
        },
    )


def add_account(gateway: Gateway, account: Account, credentials: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Add an account with the simulator's credentials, or others; returns its webhook addresses by kind."""
    admin.add_account(gateway, account, credentials or _CREDENTIALS[account.provider])
    return admin.webhooks(gateway, account.name)[1]


ROUTES: Mapping[Channel, str] = {
    Channel.WHATSAPP: "websms",
    Channel.RCS: "websms",
    Channel.SMS: "websms-sms",
    **dict.fromkeys((Channel.VOICE, Channel.MESSENGER, Channel.APPLE, Channel.IN_APP, Channel.PUSH), "webex"),
}
"""The account that carries a channel where a request names none."""


def furnish(stack: Stack, simulators: Simulators) -> Furnished:
    """A tenant with a key, accounts of all providers, routes for all channels; the simulators report to them."""
    gateway = gateway_of(stack)
    admin.create_tenant(gateway, TENANT, "Acme")
    key = admin.create_key(gateway, TENANT, name="tour")
    accounts = (
        messaging_account(simulators.websms),
        sms_account(simulators.websms),
        sms_account(simulators.websms, name="websms-simple", method="simple"),
        smsglobal_account(simulators.smsglobal),
        webex_account(simulators.webex_connect),
        huawei_account(simulators.huawei_aicc),
    )
    webhooks = {account.name: add_account(gateway, account) for account in accounts}
    for channel, account in ROUTES.items():
        admin.set_route(gateway, TENANT, channel, [account])
    simulators.websms.control.set_urls(
        status=webhooks["websms"]["status"],
        inbound=webhooks["websms"]["inbound"],
        sms_inbound=webhooks["websms-sms"]["inbound"],
    )
    simulators.webex_connect.control.set_urls(inbound=webhooks["webex"]["inbound"])
    simulators.huawei_aicc.control.set_urls(report=webhooks["huawei"]["status"], inbound=webhooks["huawei"]["inbound"])
    return Furnished(key.text, webhooks)
