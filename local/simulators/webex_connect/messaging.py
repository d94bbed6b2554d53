"""
Messaging API v1: one envelope, or an array of them, to many destinations.

HTTP is 200 whatever happens. What is wrong with the whole request is answered as one object; else `response` is an
array of items, one a destination, with the transids U, U_1, U_2 … through all envelopes (documented for one destination
each).
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from local.simulators.kit import Malformed, json_answer
from local.simulators.webex_connect.access import admit, identify
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.destinations import ADDRESSES_MAX, Destination, guess_destinations
from local.simulators.webex_connect.envelope import Envelope, read_envelope
from local.simulators.webex_connect.identifiers import numbered, transaction_id
from local.simulators.webex_connect.sending import Call, Decision, Order, Sending, decide, note
from local.simulators.webex_connect.settings import Settings

type Item = dict[str, str]


def refusal_answer(settings: Settings, refused: Refused) -> Response:
    """The whole request is refused; even then there is a transid."""
    document = {"code": refused.code, "description": refused.description, "transid": transaction_id()}
    return json_answer({"response": document}, settings.refused_http.get(refused.code, 200))


def _item(decision: Decision, transid: str, correlation: str, *, bulk: bool) -> Item:
    """`correlationid` is in every item of a bulk answer, perhaps empty, and in a lone one if there is any."""
    item = {"code": decision.code, "transid": transid, "description": decision.description}
    return item | ({"correlationid": correlation} if bulk or correlation else {})


def _units(envelope: Envelope, items_per: str) -> list[Destination]:
    if items_per != "address":
        return envelope.destinations
    return [
        replace(each, addresses=(address,)) for each in envelope.destinations for address in each.addresses or ("",)
    ]


class _Request:
    """One request on its way to its items."""

    def __init__(self, call: Call, documents: list[Any]) -> None:
        self.call = call
        self.documents = documents
        self.settings = call.state.settings
        self.transids: Iterator[str] = (numbered(base, n) for base in [transaction_id()] for n in itertools.count())
        counts = [len(guess_destinations(document, "destination")) for document in documents]
        self.bulk = len(documents) > 1 or sum(counts) > 1

    def take(self, envelope: Envelope) -> list[Item]:
        """Take what can be taken of an envelope."""
        order = Order(
            envelope.channel,
            envelope.checked,
            envelope.callback,
            envelope.links,
            envelope.policy,
            envelope.template,
            envelope.expired,
        )
        sending = Sending(self.call, order)
        if self.settings.items_per == "envelope":
            return [self._take_together(sending, envelope.destinations)]
        return [self._take_one(sending, each) for each in _units(envelope, self.settings.items_per)]

    def _take_one(self, sending: Sending, destination: Destination) -> Item:
        transid, decision = next(self.transids), decide(self.call, destination)
        note(self.call, destination, decision, transid)
        if decision.accepted:
            sending.start(destination, transid)
        return _item(decision, transid, destination.correlation, bulk=self.bulk)

    def _take_together(self, sending: Sending, destinations: list[Destination]) -> Item:
        """One item for all: accepted if any is, and then receipts tell of the others."""
        transid = next(self.transids)
        decisions = [decide(self.call, each) for each in destinations]
        chosen = next((decision for decision in decisions if decision.accepted), decisions[0])
        for destination, decision in zip(destinations, decisions, strict=True):
            note(self.call, destination, decision, transid)
            if chosen.accepted:
                sending.start(destination, transid, "" if decision.accepted else decision.code)
        return _item(chosen, transid, destinations[0].correlation, bulk=self.bulk)

    def refuse(self, document: Any, refused: Refused) -> list[Item]:
        """The items of an envelope of an array that cannot be taken at all."""
        decision = Decision(refused.code, refused.description)
        fallback = document.get("correlationid") if isinstance(document, dict) else ""
        fallback = fallback if isinstance(fallback, str) else ""
        found = guess_destinations(document, "destination") or [((), "")]
        if self.settings.items_per == "envelope":
            found = [(tuple(address for addresses, _ in found for address in addresses), found[0][1])]
        return [self._refused(decision, addresses, own or fallback) for addresses, own in found]

    def _refused(self, decision: Decision, addresses: tuple[str, ...], correlation: str) -> Item:
        transid = next(self.transids)
        note(self.call, Destination("", addresses, correlation), decision, transid)
        return _item(decision, transid, correlation, bulk=True)

    def items(self) -> list[Item]:
        """All items; an envelope that is alone refuses the request, one of an array only itself."""
        if not isinstance(self.call.document, list):
            return self.take(read_envelope(self.call.document, self.settings, self.call.remarks))
        items: list[Item] = []
        for document in self.documents:
            try:
                items += self.take(read_envelope(document, self.settings, self.call.remarks))
            except Refused as refused:
                items += self.refuse(document, refused)
        return items


def _documents(call: Call) -> list[Any]:
    """The envelopes; 7000 where the body is no JSON object or array, 7009 with more than 1000 addresses."""
    if isinstance(call.document, Malformed) or not isinstance(call.document, dict | list) or not call.document:
        raise Refused("7000")
    documents = call.document if isinstance(call.document, list) else [call.document]
    found = [pair for document in documents for pair in guess_destinations(document, "destination")]
    if sum(len(addresses) or 1 for addresses, _ in found) > ADDRESSES_MAX:
        raise Refused("7009")
    return documents


async def send_v1(call: Call) -> Response:
    """Credentials, JSON, then each envelope."""
    settings = call.state.settings
    service = identify(settings, call.request)
    if settings.strict and "json" not in call.request.headers.get("content-type", ""):
        raise Refused("7000")
    documents = _documents(call)
    admit(settings, call.request, service)
    items = _Request(call, documents).items()
    call.code, call.provider_id = items[0]["code"], items[0]["transid"]
    alone = len(items) == 1 and not call.accepted and settings.sole_refusal_as_object
    return json_answer({"response": items[0] if alone else items})
