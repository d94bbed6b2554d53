"""
Logs and metrics: one line of each an invocation, by Powertools, and never a phone number, a name or a text.

Only what stands in FIELDS is logged. The metrics are the ones the template's alarms watch.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from herald.clock import Deadline
from herald.errors import HeraldError

FIELDS = frozenset(
    {
        "account",
        "channel",
        "code",
        "count",
        "error",
        "function",
        "id",
        "kind",
        "outcomes",
        "request_id",
        "trace",
    }
)
"""What may stand in a log line: names and counts of ours."""


class Telemetry:
    """Counts during an invocation; writes once at its end."""

    def __init__(self, function: str, level: str = "INFO") -> None:
        self._logger = Logger(service=function, level=level)
        self._metrics = Metrics()
        self._counts: Counter[str] = Counter()

    def count(self, name: str, number: int = 1) -> None:
        """Add to a metric of this invocation, such as `Sent` or `Unclear`."""
        self._counts[name] += number

    def note(self, text: str, **fields: object) -> None:
        """One line about something an operator should know. Fields outside FIELDS are dropped."""
        self._logger.warning(text, extra=_allowed(fields))

    def failure(self, text: str, error: BaseException, **fields: object) -> None:
        """One line with an exception's type and where it came from; its text may hold content and is left out."""
        trace = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        self._logger.error(text, extra=_allowed(fields) | {"error": type(error).__name__, "trace": trace})

    def failed(self, error: BaseException) -> None:
        """An error that is our own fault."""
        self.count("Errors")
        self.failure("a call failed", error)

    @contextmanager
    def invocation(self, request_id: str) -> Iterator[None]:
        """Write the log line and the metrics when the invocation ends, also when it fails."""
        self._counts.clear()
        try:
            yield
        finally:
            outcomes = dict(self._counts)
            for name, number in outcomes.items():
                self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
            if outcomes:
                self._metrics.flush_metrics()
            self._logger.info("done", extra={"request_id": request_id, "outcomes": outcomes})


def _allowed(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name in FIELDS}


def batch(
    event: Mapping[str, Any], work: Callable[[Any], None], telemetry: Telemetry, deadline: Deadline
) -> dict[str, Any]:
    """
    Work through the records of a queue, one by one; those that fail come again, the others are done with.

    So do those for which no time is left: were the function stopped, all of them would.

    What is refused is told by its code only, since a record holds content: in the names of its members, too.
    """
    failures = []
    for record in event["Records"]:
        if deadline.is_near:
            telemetry.count("RecordsLate")
            failures.append(record["messageId"])
            continue
        try:
            work(record)
        except HeraldError as error:
            telemetry.count("RecordsRefused")
            telemetry.note("a record was refused", code=error.code, id=record["messageId"])
            failures.append(record["messageId"])
        except Exception as error:  # noqa: BLE001 - one bad record must not stop the others
            telemetry.failed(error)
            failures.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failures]}
