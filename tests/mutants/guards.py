"""
The modules that decide who may call, where is called, who has a message, and what an answer means; and their tests.

`python -m tests.mutants.guards` prints the files of those that do nothing else, for `coverage report --include`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guarded:
    """A module of `herald`, its tests (the quickest first), and in a large one what of it decides."""

    module: str
    tests: Sequence[str]
    only: frozenset[str] | None = None

    @property
    def file(self) -> str:
        """From the root of the repository."""
        return f"layers/herald/python/{self.module.replace('.', '/')}.py"


GUARDED = (
    # what an answer means
    Guarded("herald.outcome", ["tests/test_outcome.py"]),
    Guarded("herald.exchange", ["tests/test_outcome.py", "tests/test_exchange.py"]),
    Guarded("herald.timed", ["tests/test_timed.py", "tests/test_exchange.py"]),
    Guarded("herald.retry_after", ["tests/test_retry_after.py"]),
    Guarded(
        "herald.provider",
        ["tests/test_outcome.py"],
        frozenset({"error_for_status", "retry_after", "may_resend"}),
    ),
    Guarded("herald.answer", ["tests/test_answer.py"]),
    Guarded("herald.posting", ["tests/test_posting.py"]),
    # who has a message
    Guarded("herald.status", ["tests/test_status.py"]),
    Guarded("herald.attempting", ["tests/test_delivering.py"]),
    Guarded("herald.aws.messages", ["tests/aws/test_message_rows.py", "tests/aws/test_messages.py"]),
    Guarded("herald.aws.table", ["tests/aws/test_table.py"]),
    # where is called
    Guarded("herald.public_address", ["tests/test_public_address.py"]),
    Guarded("herald.web_address", ["tests/test_web_address.py"]),
    Guarded("herald.guarded", ["tests/test_guarded_wire.py", "tests/test_guarded_post.py", "tests/test_guarded.py"]),
    Guarded("herald.pinned", ["tests/test_guarded_wire.py"]),
    # who may call
    Guarded("herald.authenticating", ["tests/test_authenticating.py"]),
    Guarded("herald.webhook_address", ["tests/test_webhook_address.py"]),
    Guarded("herald.tenancy", ["tests/test_sandbox_walls.py"]),
)

if __name__ == "__main__":
    print(",".join(guarded.file for guarded in GUARDED if guarded.only is None))  # noqa: T201 - a command
