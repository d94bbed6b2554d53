"""
Reading: one message with all that is known of it, and lists, a page at a time.

What belongs to another tenant does not exist. A member of a request has no row until it is claimed; until then it
is read from its chunk, and its state is its request's. A page costs a bounded number of reads, so it may hold less
than was asked for, or nothing, and still say where to go on.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.inbound import Inbounds
from herald.aws.listing import PIECE, Entry, Index, Listing, Position, Span, by_bad_end, by_time, with_person
from herald.aws.messages import Messages
from herald.aws.requests import Requests, chunk_key
from herald.aws.settings import Settings
from herald.cursor import Cursor, refusal
from herald.errors import NotFound
from herald.identifier import is_id, member_id, request_of
from herald.planning import LONGEST_AHEAD
from herald.questions import InboundQuestion, MessagesQuestion, Ranged
from herald.retention import is_erased, is_hidden, shown
from herald.status import BAD, State, Status
from herald.stored import member_item, read_body
from herald.view import status_of

QUERIES = 10
"""Queries that one page costs at most, each with one batch of reads."""

LATELY = 86_400_000
"""Milliseconds that a list goes back when nobody says how far."""

type Json = dict[str, object]
type Fits = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """A message, member or request: its row, and what it says; None where the content is gone already."""

    item: Item
    body: Json | None


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and the cursor of the next part; None at the end."""

    items: Sequence[Item]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class List:
    """A list that is being read: between which times, from where on, and what of it is wanted."""

    span: Span
    cursor: Cursor
    names: Callable[[Entry], bool]
    fits: Fits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The use cases of the query function, but for asking providers. `now` in milliseconds."""

    stored_messages: Messages
    stored_requests: Requests
    stored_inbound: Inbounds
    listing: Listing
    settings: Settings
    now: Callable[[], int]

    # One.

    def message(self, tenant: str, identifier: str) -> Told:
        """A message, a member or a request. Raises NotFound."""
        request_id = request_of(identifier) if is_id(identifier) else None
        if request_id:
            return self._member(tenant, request_id, identifier)
        item = self.stored_messages.get(identifier) if is_id(identifier) else None
        if item is None or item["tenant"] != tenant:
            raise _absent()
        if keys.is_request(item):
            chunk = self.stored_requests.chunk(identifier, chunk_key(0)) or {}
            return Told(item, _body(chunk["body"]) if "body" in chunk else None)
        body = None if is_hidden(item) else self.stored_messages.bodies([item]).get(item["pk"])
        return Told(item, _body(body) if body else None)

    def _member(self, tenant: str, request_id: str, identifier: str) -> Told:
        item = self.stored_messages.get(identifier)
        if item is None:
            return self._unclaimed(tenant, request_id, identifier)
        if item["tenant"] != tenant:
            raise _absent()
        if "erased" in item or is_hidden(item):
            return Told(item, None)
        return Told(item, _rendered(self.stored_requests.chunk(request_id, item["chunk"]) or {}, item["to"]))

    def _unclaimed(self, tenant: str, request_id: str, identifier: str) -> Told:
        """A member that has no row: what it will be, by its request and its chunk."""
        header = self.stored_requests.get(request_id)
        if header is None or header["tenant"] != tenant:
            raise _absent()
        for chunk in self._chunks(request_id):
            for to, _ in chunk["recipients"]:
                if member_id(request_id, to) == identifier:
                    item = _as_member(header, chunk, to)
                    return Told(item, None if is_hidden(item) else _rendered(chunk, to))
        raise _absent()

    def _chunks(self, request_id: str, first: int = 0) -> Iterator[Item]:
        """The request's chunks, one read each, from this one on."""
        number = first
        while chunk := self.stored_requests.chunk(request_id, chunk_key(number)):
            yield chunk
            number += 1

    def inbound_message(self, tenant: str, identifier: str) -> Item:
        """A message that a person sent. Raises NotFound."""
        item = self.stored_inbound.get(identifier) if is_id(identifier) else None
        if item is None or item["tenant"] != tenant or is_erased(item):
            raise _absent()
        return shown(item, self.now())

    # Many.

    def messages(self, tenant: str, question: MessagesQuestion) -> Page:
        """Messages, newest first; a request's members in its own order. Raises InvalidQuery, NotFound."""
        if question.request:
            return self._members(tenant, question, question.request)
        cursor = self._start(tenant, question, since_ever=question.recipient is not None)
        if question.recipient:
            span = with_person(tenant, str(question.recipient), cursor.first, cursor.last)
        elif question.status in BAD:
            span = by_bad_end(tenant, cursor.first, cursor.last)
        else:
            span = by_time(tenant, cursor.first, cursor.last)

        def fits(item: Item) -> bool:
            return question.channel in (None, item["channel"]) and question.status in (None, _status(item))

        def named(entry: Entry) -> bool:
            return entry.pk[0] == "M" and (span.index is not Index.LATER or entry.mark == question.status)

        filtered = question.channel is not None or question.status is not None
        return self._page(tenant, question, List(span, cursor, named, fits if filtered else None))

    def inbound(self, tenant: str, question: InboundQuestion) -> Page:
        """What people wrote, newest first. Raises InvalidQuery."""
        cursor = self._start(tenant, question, since_ever=question.sender is not None)
        if question.sender:
            span = with_person(tenant, str(question.sender), cursor.first, cursor.last)
        else:
            span = by_time(tenant, cursor.first, cursor.last)
        fits = (lambda item: bool(item["channel"] == question.channel)) if question.channel else None
        page = self._page(tenant, question, List(span, cursor, lambda entry: entry.pk[0] == "N", fits))
        return Page([shown(item, self.now()) for item in page.items if not is_erased(item)], page.cursor)

    def _start(self, tenant: str, question: Ranged, *, since_ever: bool) -> Cursor:
        """Where the list goes on; at its start, from when to when it goes, however long its reader takes."""
        if question.cursor:
            return Cursor.read(question.cursor, tenant, same(question))
        now = self.now()
        oldest = now - self.settings.retention * 1000 - LONGEST_AHEAD
        last = min(int(question.last.timestamp() * 1000), now) if question.last else now
        first = oldest if since_ever else last - LATELY
        if question.first:
            first = int(question.first.timestamp() * 1000)
        return Cursor(max(first, oldest, 0), max(last, 0), Position())

    def _page(self, tenant: str, question: Ranged, wanted: List) -> Page:
        """The next items of a list, within QUERIES queries."""
        cursor, span = wanted.cursor, wanted.span
        if cursor.first > cursor.last:
            return Page([], None)
        if not span.holds(cursor.position):
            raise refusal()
        found: list[Item] = []
        position: Position | None = cursor.position
        for _ in range(QUERIES):
            if position is None:
                break
            entries, position = self.listing.entries(span, position)
            named = [entry for entry in entries if wanted.names(entry)]
            for entry, item in self._present(tenant, named, wanted.fits, question.limit):
                found.append(item)
                if len(found) == question.limit:
                    after = entry.position if entry is not named[-1] else position
                    return self._up_to(tenant, question, cursor, found, after)
        return self._up_to(tenant, question, cursor, found, position)

    def _present(
        self, tenant: str, entries: Sequence[Entry], fits: Fits | None, limit: int
    ) -> Iterator[tuple[Entry, Item]]:
        """Entries with their items, without those that are gone, not the tenant's or not wanted."""
        for batch in batched(entries, PIECE if fits else limit, strict=False):
            items = self.listing.items(batch)
            for entry in batch:
                item = items.get(entry.pk)
                if item and item["tenant"] == tenant and (fits is None or fits(item)):
                    yield entry, item

    def _up_to(
        self, tenant: str, question: Ranged, cursor: Cursor, items: Sequence[Item], position: Position | None
    ) -> Page:
        if position is None:
            return Page(items, None)
        return Page(items, Cursor(cursor.first, cursor.last, position).write(tenant, same(question)))

    def _members(self, tenant: str, question: MessagesQuestion, request_id: str) -> Page:
        """Members of a request as they stand in it, be they claimed or not."""
        header = self.stored_requests.get(request_id)
        if header is None or header["tenant"] != tenant:
            raise _absent()
        cursor = Cursor(0, 0, Position())
        if question.cursor:
            cursor = Cursor.read(question.cursor, tenant, same(question))
        number, sort = cursor.position.partition, cursor.position.sort or "0"
        if not sort.isdigit():
            raise refusal()
        start = int(sort)
        wanted: list[Item] = []
        position: Position | None = None
        for chunk in self._chunks(request_id, number):
            taken = chunk["recipients"][start : start + question.limit - len(wanted)]
            wanted += [_as_member(header, chunk, to) for to, _ in taken]
            if start + len(taken) < len(chunk["recipients"]):
                position = Position(number, str(start + len(taken)))
                break
            number, start = number + 1, 0
        rows = self.stored_messages.get_many(keys.id_of(item) for item in wanted)
        items = [rows.get(keys.id_of(item), item) for item in wanted]
        return self._up_to(tenant, question, cursor, items, position)


def _absent() -> NotFound:
    return NotFound("there is no such message")


def same(question: Ranged) -> str:
    """What makes two questions ask for the same list."""
    return f"{type(question).__name__} {question.model_dump_json(exclude={'cursor', 'limit'})}"


def _status(item: Item) -> Status:
    return Status(item["state"]) if keys.is_request(item) else status_of(item)


def _as_member(header: Item, chunk: Item, to: str) -> Item:
    return member_item(header, chunk["sk"], to, State(header["state"]), header["created"])


def _body(text: str) -> Json:
    body: Json = json.loads(text)
    return body


def _rendered(chunk: Item, to: str) -> Json | None:
    """What this recipient is sent: the content with their variables filled in, which are shown too; None once gone."""
    if "body" not in chunk:
        return None
    variables: dict[str, str] = next((given for address, given in chunk["recipients"] if address == to), {})
    body = _body(chunk["body"])
    if not variables:
        return body
    rendered = read_body(chunk["body"]).filled(variables).content.model_dump(mode="json", exclude_none=True)
    return {**body, "content": rendered, "variables": variables}
