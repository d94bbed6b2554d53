"""
What an operator asks a provider about an account: its lists, single entries of them, who has opted in.

It is asked from here, with the account's own credentials. What is said covers all tenants of the account, so no
tenant's key may ask this.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Self

from cli.admin import adapter_of
from cli.gateway import Gateway, Refused
from herald.calling import Caller
from herald.errors import NotFound
from herald.models import Account, Event, OptIn
from herald.polling import MAX_PAGE
from herald.provider import Direction, Listed, Listing, Provider, Request, Response


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Questions about one account. All raise a ProviderError, or Refused where the provider cannot be asked."""

    account: Account
    adapter: type[Provider]
    caller: Caller

    @classmethod
    def about(cls, gateway: Gateway, name: str) -> Self:
        """Raises NotFound without the account."""
        account = gateway.registry.read_account(name).value
        return cls(account, adapter_of(account.provider), gateway.caller())

    def pages(self, listing: Listing, most: int | None) -> Iterator[Listed]:
        """
        Page after page in the provider's own order, `most` entries of the list or all (None).

        Raises Refused where there may be more than the provider shows.
        """
        self._need_list(listing.direction)
        skip = 0
        while most is None or skip < most:
            left = self.adapter.depth - skip
            limit = min(self.adapter.page, left, left if most is None else most - skip)
            if limit <= 0:
                raise Refused(
                    f"{self.account.provider} shows no more than {self.adapter.depth} entries of a list",
                    hint="ask for a part of it: --from, --to",
                )
            page = self._page(replace(listing, skip=skip, limit=limit))
            yield page
            if page.count < limit:
                return
            skip += page.count

    def entry(self, direction: Direction, their_id: str) -> Event:
        """One entry of a list, by the provider's id. Raises NotFound."""
        self._need_list(direction)
        if not their_id:
            raise Refused("give the provider's id of the message")
        found = self._call(
            lambda adapter, token: adapter.build_lookup(direction, their_id, token),
            lambda adapter, response: adapter.parse_lookup(direction, response),
        )
        if found is None:
            raise NotFound(f"{self.account.provider} has no {direction} message of this id in {self.account.name}")
        return found

    def opt_ins(self) -> Sequence[OptIn]:
        """Everybody who is willing to be written to, as the provider has it."""
        self._need_opt_ins()
        return self._call(
            lambda adapter, token: adapter.build_opt_ins(token),
            lambda adapter, response: adapter.parse_opt_ins(response),
        )

    def opt_in(self, people: Sequence[OptIn]) -> Iterator[Sequence[tuple[OptIn, OptIn | None]]]:
        """
        Add people to that list, as many a call as it takes: each with what the provider answers, None for nothing.

        That its answer is what was added, and not the whole list, is not documented: others are left out.
        """
        self._need_opt_ins()
        for some in batched(people, self.adapter.opts_in, strict=False):
            said = {one.address: one for one in self._opt_in(some)}
            yield [(one, said.get(one.address)) for one in some]

    def _opt_in(self, people: Sequence[OptIn]) -> Sequence[OptIn]:
        return self._call(
            lambda adapter, token: adapter.build_opt_in(people, token),
            lambda adapter, response: adapter.parse_opt_ins(response),
        )

    def _page(self, listing: Listing) -> Listed:
        return self._call(
            lambda adapter, token: adapter.build_list(listing, token),
            lambda adapter, response: adapter.parse_list(listing.direction, response),
        )

    def _call[T](self, build: Callable[[Provider, str | None], Request], parse: Callable[[Provider, Response], T]) -> T:
        return self.caller.call(self.account, build, parse, max_bytes=MAX_PAGE)

    def _need_list(self, direction: Direction) -> None:
        if direction not in self.adapter.polls:
            raise Refused(f"{self.account.provider} has no list of {direction} messages that can be read")

    def _need_opt_ins(self) -> None:
        if not self.adapter.opts_in:
            raise Refused(f"{self.account.provider} keeps no list of who has opted in")
