"""
A deployed Herald as an operator reaches it: found by its stack, worked on through table and secrets.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from cli.dead import DeadLetters, queues_of
from herald.aws.bucket import Bucket
from herald.aws.erasures import Erasures
from herald.aws.polls import Polls
from herald.aws.queues import Queues
from herald.aws.registry import Registry
from herald.aws.secrets import Secrets
from herald.aws.table import Table
from herald.aws.tokens import Tokens
from herald.calling import Caller
from herald.clock import Time
from herald.errors import HeraldError
from herald.exchange import Exchange
from herald.guarded import Guarded

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Refused(HeraldError):
    """What the operator asks for cannot be; nothing was changed."""

    status = 400
    code = "refused"
    title = "This cannot be done"


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _calls_nobody() -> Caller:
    raise Refused("providers are called only from a gateway that was found by its stack")


def _has_no_queues() -> DeadLetters:
    raise Refused("queues are known only to a gateway that was found by its stack")


def outputs(client: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    """The outputs of a deployed stack by name. Raises Refused when there is no such stack."""
    try:
        answer = client.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise Refused(
                f"there is no stack {stack} here", hint="name it with --stack, and its --region and --profile"
            ) from error
        raise
    found = answer["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


@dataclass(frozen=True, slots=True)
class Gateway:
    """
    One deployment. `api_url` is where its API is called, `signing_secret` the ARN of what signs webhook addresses,
    `spill_queue` takes webhooks to be worked through, `callback_queue` what endpoints are to be told, `clock` gives
    milliseconds since 1970. `caller` makes what speaks to providers from here, with the accounts' own credentials and
    the tokens that the workers share; `guarded` calls endpoints from here; `dead_letters` makes what works on the
    queues of what failed.
    """

    registry: Registry
    polls: Polls
    secrets: "SecretsManagerClient"
    api_url: str
    secret_prefix: str
    signing_secret: str
    bucket: Bucket
    queues: Queues
    spill_queue: str
    table: Table
    callback_queue: str
    erasures: Erasures
    clock: Callable[[], int] = now
    sleep: Callable[[float], None] = time.sleep
    caller: Callable[[], Caller] = _calls_nobody
    dead_letters: Callable[[], DeadLetters] = _has_no_queues
    guarded: Guarded = field(default_factory=lambda: Guarded(time.monotonic))

    @classmethod
    def connect(cls, stack: str, session: boto3.Session) -> Self:
        """Find the deployment by its stack. Raises Refused when there is none."""
        found = outputs(session.client("cloudformation"), stack)
        table = Table(session.client("dynamodb"), found["TableName"])
        secrets = session.client("secretsmanager")
        held = Secrets(lambda: secrets, found["SecretPrefix"], time.time)
        return cls(
            registry=Registry(table, now),
            polls=Polls(table),
            secrets=secrets,
            api_url=found["ApiUrl"],
            secret_prefix=found["SecretPrefix"],
            signing_secret=found["SigningSecretArn"],
            bucket=Bucket(lambda: session.client("s3"), found["BucketName"]),
            queues=Queues(session.client("sqs")),
            spill_queue=found["SpillQueueUrl"],
            table=table,
            callback_queue=found["CallbackQueueUrl"],
            erasures=Erasures(table),
            caller=lambda: Caller(Exchange(), held, Tokens(table), Time()),
            dead_letters=lambda: DeadLetters(
                queues_of(session.client("cloudformation"), stack),
                session.client("sqs"),
                session.client("dynamodbstreams"),
                session.client("lambda"),
                found["PublishFunctionName"],
            ),
        )

    def signing_key(self) -> bytes:
        """What webhook addresses are signed with, and the secrets of endpoints made of."""
        return self.secrets.get_secret_value(SecretId=self.signing_secret)["SecretString"].encode()

    def write_credentials(self, account: str, credentials: Mapping[str, str]) -> None:
        """Keep the account's credentials, over those it had; a secret that waits to be deleted is brought back."""
        name, text = f"{self.secret_prefix}{account}", json.dumps(dict(credentials))
        invalid = self.secrets.exceptions.InvalidRequestException
        try:
            self.secrets.create_secret(Name=name, SecretString=text)
        except (self.secrets.exceptions.ResourceExistsException, invalid):
            with suppress(invalid):  # it does not wait to be deleted
                self.secrets.restore_secret(SecretId=name)
            self.secrets.put_secret_value(SecretId=name, SecretString=text)

    def remove_credentials(self, account: str) -> None:
        """Delete the account's secret; it can be brought back for a week. There need be none."""
        try:
            self.secrets.delete_secret(SecretId=f"{self.secret_prefix}{account}", RecoveryWindowInDays=7)
        except (
            self.secrets.exceptions.ResourceNotFoundException,
            self.secrets.exceptions.InvalidRequestException,  # it waits to be deleted already
        ):
            return
