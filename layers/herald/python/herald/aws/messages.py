"""
Messages in the table: every write that moves one, each conditional and counted.

    write units, indexes included: accept 4, claim 1, outcome 2, each receipt 1 (`docs/data-model.md`)

A message keeps under 1,000 bytes all its life, so a write stays one unit: what it says lies beside it when it
is large, and its history is one short entry a distinct report. Nothing here decides anything about a
provider; that is `delivering` and `receiving`.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from herald.aws import keys
from herald.aws.attributes import Item, size
from herald.aws.table import ITEM, Change, ConditionFailed, Table
from herald.errors import Reason, Unavailable
from herald.identifier import digest
from herald.models import StatusUpdate
from herald.outcome import Outcome
from herald.retention import content_ttl, left_out
from herald.status import MARKS, State, Status, mark_name

LARGEST = 1000
"""Bytes up to which one write of an item is one unit (1,024), with some air."""

LIFE = 300
"""Bytes that a message grows by in a life of outcome, provider id, three marks and five reports."""

MAX_HISTORY = 16
"""Distinct reports kept in a message's history; further ones still set their marks."""

EARLY = 2000
"""Milliseconds that a record may arrive before its message may be sent."""


_ADD_DOUBT = " ADD #doubts :one"
_LESS_DOUBT = " ADD #doubts :less"


class Messages:
    """Single messages and members of requests, by id. Times are milliseconds since 1970."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def insert(self, item: Mapping[str, object], body: str) -> Item:
        """
        Accept a message in one write; `body` goes beside it first when both would not fit.

        Returns the item as stored. Raises ConditionFailed with the message that has this id already.
        """
        whole = {**item, "body": body}
        if size(whole) <= LARGEST - LIFE:
            self._table.insert(whole)
            return whole
        pk, beside = str(item["pk"]), f"C#{item['fingerprint']}"
        if existing := self._table.get(pk):  # a request that is refused writes nothing
            raise ConditionFailed(existing)
        self._table.put({"pk": pk, "sk": beside, "body": body, "ttl": content_ttl(item)})
        whole = {**item, "beside": beside}
        self._table.insert(whole)
        return whole

    def insert_member(self, item: Mapping[str, object]) -> None:
        """Write a member's own row, at its claim or its cancelling. Raises ConditionFailed with the row that exists."""
        self._table.insert(item)

    def get(self, message_id: str) -> Item | None:
        """The message, or None."""
        return self._table.get(keys.message(message_id))

    def get_many(self, message_ids: Iterable[str]) -> dict[str, Item]:
        """Those messages that exist, by id; a hundred a call."""
        found = self._table.get_many((keys.message(message_id), ITEM) for message_id in message_ids)
        return {pk.removeprefix("M#"): item for (pk, _), item in found.items()}

    def bodies(self, items: Sequence[Item]) -> dict[str, str]:
        """What these messages say, by partition key; members' content lies in their chunk and is not here."""
        found = self._table.get_many((item["pk"], item["beside"]) for item in items if "beside" in item)
        beside = {pk: item["body"] for (pk, _), item in found.items() if "body" in item}
        return {item["pk"]: item["body"] for item in items if "body" in item} | beside

    def claim(self, message_id: str, step: int, attempt: str, now: int, lease: int) -> Item:
        """
        Take the message for one attempt until `lease`.

        Raises ConditionFailed when it is not waiting, not yet due, expired, or already reported on. A record may
        come a little EARLY before the first try; a later one has to wait as long as it was told to.
        """
        marks = {f"#mark_{status}": mark_name(step, status) for status in MARKS}
        unmarked = " AND ".join(f"attribute_not_exists(#marks.{name})" for name in marks)
        change = Change(
            "SET #state = :sending, #attempt = :attempt, #lease = :lease, #tries = #tries + :one",
            {
                "sending": State.SENDING,
                "accepted": State.ACCEPTED,
                "retry": State.RETRY,
                "attempt": attempt,
                "lease": lease,
                "one": 1,
                "now": now,
                "soon": now + EARLY,
                "step": step,
            },
            "#state IN (:accepted, :retry) AND #step = :step AND #not_before <= :soon"
            " AND (attribute_not_exists(#retry_at) OR #retry_at <= :now)"
            f" AND (attribute_not_exists(#expires) OR #expires > :now) AND {unmarked}",
            marks,
        )
        return self._table.update(keys.message(message_id), ITEM, change)

    def record(self, item: Item, outcome: Outcome, now: int) -> Item:
        """
        Write how the attempt that `item` was claimed for has ended; return the message as it is now.

        Raises ConditionFailed when the claim has passed to somebody else, who then has the last word.
        """
        if outcome.state is State.RETRY:
            return self._record_retry(item, outcome)
        lp, ls = self._index(item, outcome, now)
        sets: dict[str, object] = {
            "state": outcome.state,
            "provider_id": outcome.provider_id,
            "segments": outcome.segments,
            "lp": lp,
            "ls": ls,
        }
        hidden, hiding = left_out(item, outcome.state)
        removes = ["lease", "retry_at", *([] if lp else ["lp", "ls"]), *hiding]
        if outcome.state is State.SENT:
            sets["sent_at"] = now
            removes += ["reason", "code"]
        else:
            sets |= _why(outcome)
        sets = {name: value for name, value in (sets | hidden).items() if value is not None}
        doubt = {"one": 1} if outcome.doubtful else {}
        change = Change(
            f"SET {_assign(sets)} REMOVE {_names(removes)}{_ADD_DOUBT if doubt else ''}",
            sets | doubt | {"attempt": item["attempt"], "sending": State.SENDING, "unclear": State.UNCLEAR},
            "#attempt = :attempt AND #state IN (:sending, :unclear)",
        )
        return self._ended(item, change, hiding)

    def _ended(self, item: Item, change: Change, hiding: Sequence[str]) -> Item:
        """
        A write after which what a message says may not be kept: a body beside it is emptied next.

        Should that fail or never be tried, its own time to live ends it, and nobody is shown it meanwhile.
        """
        written = self._table.update(item["pk"], item["sk"], change)
        if hiding and "beside" in item:
            empty = Change("REMOVE #body", {}, "attribute_exists(pk)")
            with suppress(ConditionFailed, Unavailable):
                self._table.update(item["pk"], item["beside"], empty)
        return written

    def _record_retry(self, item: Item, outcome: Outcome) -> Item:
        """
        Nothing was sent: wait for the next try; the watchdog goes on.

        A worker that was given up already (its message is unclear, the watchdog gone) says so too, and the
        message is due again at once, unless a report knows better. The doubt that its silence has raised goes with it.
        """
        sets = {"state": State.RETRY, "retry_at": outcome.retry_at, **_why(outcome)}
        sets = {name: value for name, value in sets.items() if value is not None}
        mine = {"attempt": item["attempt"]}
        doubt = {"one": 1} if outcome.doubtful else {}
        change = Change(
            f"SET {_assign(sets)} REMOVE #lease{_ADD_DOUBT if doubt else ''}",
            sets | mine | doubt | {"sending": State.SENDING},
            "#attempt = :attempt AND #state = :sending",
        )
        try:
            return self._table.update(item["pk"], item["sk"], change)
        except ConditionFailed as found:
            if (found.item or {}).get("state") != State.UNCLEAR:
                raise
        sets |= {"lp": keys.shard(item["pk"]), "ls": keys.due(outcome.retry_at or 0, "watchdog")}
        change = Change(
            f"SET {_assign(sets)}{'' if doubt else _LESS_DOUBT}",
            sets | mine | ({} if doubt else {"less": -1}) | {"unclear": State.UNCLEAR, "zero": 0},
            "#attempt = :attempt AND #state = :unclear AND size(#marks) = :zero",
        )
        return self._table.update(item["pk"], item["sk"], change)

    def _index(self, item: Item, outcome: Outcome, now: int) -> tuple[str | None, str | None]:
        """Where the message stands in the `later` index after this outcome."""
        if outcome.state is State.UNCLEAR and outcome.due is not None:
            return keys.shard(item["pk"]), keys.due(outcome.due, "grace")
        if outcome.state is State.SENT and outcome.due is not None:
            return keys.shard(item["pk"]), keys.due(outcome.due, keys.RECEIPT)
        if outcome.state in (State.REJECTED, State.EXPIRED, State.UNKNOWN):
            return keys.bad_partition(item["tenant"], now), keys.due(now, outcome.state)
        return None, None

    def lease_over(self, item: Item, now: int, due: int) -> Item:
        """A worker died between claim and outcome: nobody knows what happened. Raises ConditionFailed if it lives."""
        change = Change(
            "SET #state = :unclear, #lp = :lp, #ls = :ls REMOVE #lease ADD #doubts :one",
            {
                "one": 1,
                "unclear": State.UNCLEAR,
                "sending": State.SENDING,
                "attempt": item["attempt"],
                "now": now,
                "lp": keys.shard(item["pk"]),
                "ls": keys.due(due, "grace"),
            },
            "#state = :sending AND #attempt = :attempt AND #lease <= :now",
        )
        return self._table.update(item["pk"], item["sk"], change)

    def end(self, item: Item, outcome: Outcome, now: int) -> Item:
        """
        End a message that is not being sent: cancelled, expired, refused before the call, unknown after its grace.

        Raises ConditionFailed when it is no longer in the state that `item` shows, or has been reported on since.
        """
        lp, ls = self._index(item, outcome, now)
        hidden, hiding = left_out(item, outcome.state)
        sets: dict[str, object] = {"state": outcome.state, **_why(outcome), "lp": lp, "ls": ls, **hidden}
        sets = {name: value for name, value in sets.items() if value is not None}
        removes = ["retry_at", *([] if lp else ["lp", "ls"]), *hiding]
        change = Change(
            f"SET {_assign(sets)} REMOVE {_names(removes)}",
            sets | {"seen": item["state"], "known": len(item["marks"])},
            "#state = :seen AND size(#marks) = :known",
        )
        return self._ended(item, change, hiding)

    def postpone(self, item: Item, outcome: Outcome) -> Item:
        """
        Note why a waiting message could not even be tried, and until when it waits.

        Raises ConditionFailed when it is no longer in the state that `item` shows.
        """
        change = Change(
            "SET #state = :retry, #retry_at = :retry_at, #reason = :reason, #code = :code",
            {
                "retry": State.RETRY,
                "seen": item["state"],
                "retry_at": outcome.retry_at,
                "reason": outcome.reason or Reason.UNKNOWN,
                "code": outcome.code or "",
            },
            "#state = :seen",
        )
        return self._table.update(item["pk"], item["sk"], change)

    def watch_from(self, item: Item, due: int) -> None:
        """
        Move the watchdog of a message or request that waits long, so that it does not take the place of its own record.

        Raises ConditionFailed when the watchdog has woken meanwhile: then another record is on its way.
        """
        change = Change("SET #ls = :next", {"next": keys.due(due, "watchdog"), "seen": item["ls"]}, "#ls = :seen")
        self._table.update(item["pk"], item["sk"], change)

    def resend(self, item: Item, now: int, due: int) -> Item:
        """Let an unclear message be tried again, where its policy allows. Raises ConditionFailed once reported on."""
        change = Change(
            "SET #state = :retry, #retry_at = :now, #lp = :lp, #ls = :ls",
            {
                "retry": State.RETRY,
                "unclear": State.UNCLEAR,
                "now": now,
                "zero": 0,
                "lp": keys.shard(item["pk"]),
                "ls": keys.due(due, "watchdog"),
            },
            "#state = :unclear AND size(#marks) = :zero",
        )
        return self._table.update(item["pk"], item["sk"], change)

    def settle_unclear(self, item: Item, due: int) -> Item:
        """
        A report has said what nobody knew: the message was sent, be it unclear still or waiting to be sent again.

        Another one that its sender asked for is overdue at `due`. Raises ConditionFailed once it has moved.
        """
        hidden, hiding = left_out(item, State.SENT)
        sets: dict[str, object] = {"state": State.SENT, **hidden}
        removes = ["reason", "code", "retry_at", *hiding]
        if "success" in item:
            sets |= {"lp": keys.shard(item["pk"]), "ls": keys.due(due, keys.RECEIPT)}
        else:
            removes += ["lp", "ls"]
        expression = f"SET {_assign(sets)} REMOVE {_names(removes)}"
        change = Change(expression, sets | {"seen": item["state"]}, "#state = :seen")
        return self._ended(item, change, hiding)

    def overdue(self, item: Item, now: int) -> Item:
        """
        Note that the report which the sender asked for has not come in time; nothing is due any more.

        Raises ConditionFailed when another one has come since.
        """
        change = Change(
            "SET #overdue = :now REMOVE #lp, #ls",
            {"now": now, "ls": item["ls"], "known": len(item["marks"])},
            "#ls = :ls AND size(#marks) = :known",
        )
        return self._table.update(item["pk"], item["sk"], change)

    def forget_due(self, item: Item) -> None:
        """Take the message out of the due index, if it still stands there as seen."""
        change = Change("REMOVE #lp, #ls", {"ls": item["ls"]}, "#ls = :ls")
        try:
            self._table.update(item["pk"], item["sk"], change)
        except ConditionFailed:
            return

    def report(self, message_id: str, step: int, account: str, update: StatusUpdate, now: int) -> Item:
        """
        Merge one delivery report: a commutative update that may come twice, in any order, before our own outcome.

        Returns the message as it is now. Raises ConditionFailed when there is no such message (item None) or
        it never went through this account.
        """
        try:
            return self._merge(message_id, _with_history(_report(step, account, update, now), step, update, now))
        except ConditionFailed as found:
            if found.item is None or account not in found.item.get("accounts", ()):  # a request has none
                raise
        return self._merge(message_id, _report(step, account, update, now))

    def _merge(self, message_id: str, change: Change) -> Item:
        return self._table.update(keys.message(message_id), ITEM, change)

    def list_bad(self, item: Item, status: str, now: int) -> None:
        """
        List a message whose delivery failed among those that ended badly, unless something is due for it.

        A receipt that `item` still waits for is due no more.
        """
        values: dict[str, object] = {"lp": keys.bad_partition(item["tenant"], now), "ls": keys.due(now, status)}
        condition = "attribute_exists(pk) AND attribute_not_exists(#lp)"
        if keys.awaits_receipt(item):
            values["seen"], condition = item["ls"], "#ls = :seen"
        change = Change("SET #lp = :lp, #ls = :ls", values, condition)
        try:
            self._table.update(item["pk"], item["sk"], change)
        except ConditionFailed:
            return


def _why(outcome: Outcome) -> dict[str, object]:
    """What is kept of an outcome that is not a success."""
    return {"reason": outcome.reason, "code": outcome.code[:64] if outcome.code else None}


def _assign(names: Iterable[str]) -> str:
    """`#name = :name` for each."""
    return ", ".join(f"#{name} = :{name}" for name in names)


def _names(names: Iterable[str]) -> str:
    """`#name` of each."""
    return ", ".join(f"#{name}" for name in names)


def _report(step: int, account: str, update: StatusUpdate, now: int) -> Change:
    """
    What a report sets, each thing once: its mark, and the provider's id where we have none.

    A word that says nothing to us says this much: the provider has the message, so it must not be sent again.
    """
    sets = ["#marks.#mark = if_not_exists(#marks.#mark, :at)"]
    names = {"#mark": mark_name(step, update.status or Status.SENT)}
    values: dict[str, object] = {"account": account, "at": update.at or now}
    if update.provider_message_id:
        sets.append("#provider_id = if_not_exists(#provider_id, :provider_id)")
        values["provider_id"] = update.provider_message_id[:128]
    return Change(f"SET {', '.join(sets)}", values, "attribute_exists(pk) AND contains(#accounts, :account)", names)


def _with_history(change: Change, step: int, update: StatusUpdate, now: int) -> Change:
    """The same, and an entry in the history, as long as that has room."""
    entry: list[object] = [update.at or now, update.provider_status[:32], (update.code or "")[:16]]
    if update.reason is not None:
        entry.append(update.reason)
    return Change(
        f"{change.expression}, #history.#digest = if_not_exists(#history.#digest, :entry)",
        {**change.values, "entry": entry, "max": MAX_HISTORY},
        f"{change.condition} AND (attribute_exists(#history.#digest) OR size(#history) < :max)",
        {**(change.names or {}), "#digest": digest_of(update, step)},
    )


def digest_of(update: StatusUpdate, step: int) -> str:
    """Six characters by which a repeated report is known; the provider's own event id where there is one."""
    said = update.event_id or f"{update.provider_status}|{update.code}|{update.at}"
    return digest("report", str(step), said, length=6)
