"""
The doors of the query function: every read, and every path that nobody else answers.
"""

from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from herald import VERSION
from herald.authenticating import Scope
from herald.aws.attributes import Item
from herald.aws.keys import id_of, is_request
from herald.errors import ConfigurationError
from herald.limiting import named
from herald.models import Account
from herald.provider import adapter_class
from herald.questions import CapabilityQuestion, InboundQuestion, MessagesQuestion, read_query
from herald.reading import Told
from herald.tenancy import base_of
from herald.view import history_view, inbound_view, links, message_view, request_view, stamp, test_view
from herald.web import Answer, Call, Routes, answer

if TYPE_CHECKING:
    from herald.assembly import Assembly


class Door:
    """The HTTP routes of the query function."""

    def __init__(self, parts: "Assembly") -> None:
        self._parts = parts
        self.routes: Routes = {
            "GET /v1/messages": self.messages,
            "GET /v1/messages/{id}": self.message,
            "GET /v1/inbound": self.inbound,
            "GET /v1/inbound/{id}": self.inbound_message,
            "GET /v1/capabilities": self.capabilities,
            "GET /v1/accounts": self.accounts,
            "GET /v1/usage": self.usage,
            "GET /v1/health": self.health,
        }

    def _tenant(self, call: Call, scope: Scope = Scope.MESSAGES_READ) -> str:
        return self._parts.keys.authenticate(call, scope).tenant

    def message(self, call: Call) -> Answer:
        """One message, member or request, with what it says and all that happened to it."""
        tenant = self._tenant(call)
        return answer(HTTPStatus.OK, _told_view(self._parts.reading.message(tenant, call.parameters["id"])))

    def messages(self, call: Call) -> Answer:
        """A page of messages."""
        tenant = self._tenant(call)
        page = self._parts.reading.messages(tenant, read_query(call, MessagesQuestion))
        return answer(HTTPStatus.OK, _page_view("messages", [_head_view(item) for item in page.items], page.cursor))

    def inbound(self, call: Call) -> Answer:
        """A page of what people wrote."""
        tenant = self._tenant(call)
        page = self._parts.reading.inbound(tenant, read_query(call, InboundQuestion))
        return answer(HTTPStatus.OK, _page_view("inbound", [inbound_view(item) for item in page.items], page.cursor))

    def inbound_message(self, call: Call) -> Answer:
        """One message that a person sent."""
        tenant = self._tenant(call)
        return answer(HTTPStatus.OK, inbound_view(self._parts.reading.inbound_message(tenant, call.parameters["id"])))

    def capabilities(self, call: Call) -> Answer:
        """What a recipient can receive: it reaches the provider, so it takes the right to send."""
        tenant = self._tenant(call, Scope.MESSAGES_SEND)
        question = read_query(call, CapabilityQuestion)
        self._parts.exchange.fresh()
        answered = self._parts.asking.ask(tenant, question)
        view = {
            "reachable": bool(answered.capability.words),
            "capabilities": list(answered.capability.words),
            "account": answered.account,
            "checked_at": stamp(answered.capability.at),
            "cached": answered.cached,
        }
        return answer(HTTPStatus.OK, view)

    def accounts(self, call: Call) -> Answer:
        """What this tenant may send with."""
        tenant = base_of(self._tenant(call, Scope.ACCOUNTS_READ))
        mine = [account for account in self._parts.registry.accounts() if tenant in account.tenants]
        return answer(HTTPStatus.OK, {"accounts": [_account_view(account, tenant) for account in mine]})

    def usage(self, call: Call) -> Answer:
        """What the tenant's limits are, and how much of them is used."""
        tenant = self._tenant(call)
        limits = [
            {"per": named(window), "limit": limit, "used": used, "resets_at": stamp(window.end)}
            for window, limit, used in self._parts.limiter.usage(tenant, self._parts.time.now())
        ]
        return answer(HTTPStatus.OK, {"limits": limits} | test_view(tenant))

    def health(self, _call: Call) -> Answer:
        """That this function runs, and in which version. Touches nothing else."""
        return answer(HTTPStatus.OK, {"status": "ok", "version": VERSION})


def _told_view(told: Told) -> dict[str, object]:
    identifier = id_of(told.item)
    view = _head_view(told.item) | dict(told.body or {})
    if is_request(told.item):
        members = {"members": f"/v1/messages?request={identifier}"}
        return view | {"links": links(identifier) | members}
    return view | {"history": history_view(told.item), "links": links(identifier)}


def _head_view(item: Item) -> dict[str, object]:
    return request_view(item) if is_request(item) else message_view(item)


def _page_view(name: str, views: Sequence[object], cursor: str | None) -> dict[str, object]:
    return {name: views, "next_cursor": cursor} if cursor else {name: views}


def _account_view(account: Account, tenant: str) -> dict[str, object]:
    """No settings and no secrets; of the senders those that are this tenant's or everybody's."""
    view: dict[str, object] = {"name": account.name, "provider": account.provider, "channels": [], "webhooks": []}
    with suppress(ConfigurationError):  # a provider that this version does not have: shown, but it can do nothing
        adapter = adapter_class(account.provider)
        view |= {"channels": sorted(adapter.channels), "webhooks": list(adapter.webhooks)}
    senders = [sender for sender in account.senders if sender.tenant in (None, tenant)]
    view["senders"] = [{"channel": sender.channel, "id": sender.id} for sender in senders]
    return view | ({"disabled": True} if account.disabled else {})
