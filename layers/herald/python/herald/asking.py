"""
Asking a provider what a recipient can receive, and remembering the answer for a while.

It is a question, not a message: it may be repeated, so a failure is told as it is and nothing is unclear.
"""

from collections.abc import Callable
from dataclasses import dataclass

from herald.aws.capabilities import Capabilities, Capability
from herald.aws.registry import Registry
from herald.calling import Caller
from herald.errors import ConfigurationError, UnsupportedFeature
from herald.models import Account
from herald.planning import choose_account
from herald.provider import ChannelFacts, Provider, Request, Response, adapter_class
from herald.questions import CapabilityQuestion
from herald.sandbox import words_of
from herald.tenancy import is_test

REMEMBERED = 86_400
"""Seconds that an answer is remembered, unless the account's setting `capability_cache_seconds` says otherwise."""

LONGEST = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Answered:
    """What the account's provider says, now or when it was last asked (`cached`)."""

    account: str
    capability: Capability
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The use case behind `GET /v1/capabilities`. `now` in milliseconds."""

    registry: Registry
    capabilities: Capabilities
    caller: Caller
    now: Callable[[], int]

    def ask(self, tenant: str, question: CapabilityQuestion) -> Answered:
        """
        Raises InvalidMessage, UnsupportedFeature, ConfigurationError, or the ProviderError that the call met.

        A sandbox answers by itself: every recipient can receive what the channel carries, but for those of no luck.
        """
        account = choose_account(self.registry, tenant, question.channel, question.account)
        facts = self._check(account, question)
        if is_test(tenant):
            words = words_of(question.recipient.value, facts)
            return Answered(account.name, Capability(words, self.now()), cached=False)
        found = account.sender(question.channel, None, tenant)
        asked = question.channel, found.id if found else "", str(question.recipient)
        seconds = _remembered(account)
        if not question.fresh:
            known = self.capabilities.read(account.name, asked, self.now() - seconds * 1000)
            if known:
                return Answered(account.name, known, cached=True)
        answer = Capability(self._call(account, question, asked[1]), self.now())
        if seconds:
            self.capabilities.keep(account.name, asked, answer, seconds)
        return Answered(account.name, answer, cached=False)

    def _check(self, account: Account, question: CapabilityQuestion) -> ChannelFacts:
        facts = adapter_class(account.provider)(account, {}).facts(question.channel)
        if not facts.capability:
            raise UnsupportedFeature(
                f"account {account.name} cannot be asked about {question.channel}",
                field="channel",
                hint="send, and see what becomes of it",
            )
        if question.recipient.type not in facts.addresses:
            raise UnsupportedFeature(
                f"account {account.name} cannot be asked about a {question.recipient.type} address",
                field="recipient",
                hint=f"give a {' or '.join(sorted(facts.addresses))} address",
            )
        return facts

    def _call(self, account: Account, question: CapabilityQuestion, sender: str) -> tuple[str, ...]:
        def build(adapter: Provider, token: str | None) -> Request:
            return adapter.build_capability(question.channel, question.recipient.value, sender, token)

        def parse(adapter: Provider, response: Response) -> frozenset[str]:
            return adapter.parse_capability(response)

        return tuple(sorted(self.caller.call(account, build, parse)))


def _remembered(account: Account) -> int:
    """Seconds that this account's answers are remembered."""
    seconds = account.settings.get("capability_cache_seconds", REMEMBERED)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= LONGEST:
        raise ConfigurationError(
            f"setting capability_cache_seconds of account {account.name} must be 0 to {LONGEST} seconds"
        )
    return seconds
