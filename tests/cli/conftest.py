"""
A deployed Herald as the command finds it: a table, a signing secret, and the command itself.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.app import app
from cli.gateway import Gateway
from herald.aws.bucket import Bucket
from herald.aws.erasures import Erasures
from herald.aws.polls import Polls
from herald.aws.queues import Queues
from herald.aws.registry import Registry
from tests.moto_table import REGION, Clock, make_table

SIGNING_KEY = "0123456789" * 6

type Run = Callable[..., Any]


@pytest.fixture
def clock() -> Clock:
    """The operator's time."""
    return Clock()


@pytest.fixture
def gateway(clock: Clock) -> Iterator[Gateway]:
    """A deployment without anything in it."""
    with mock_aws():
        secrets = boto3.client("secretsmanager", region_name=REGION)
        arn = secrets.create_secret(Name="signing", SecretString=SIGNING_KEY)["ARN"]
        s3, sqs = boto3.client("s3", region_name=REGION), boto3.client("sqs", region_name=REGION)
        s3.create_bucket(Bucket="herald", CreateBucketConfiguration={"LocationConstraint": REGION})
        table = make_table()
        yield Gateway(
            registry=Registry(table, clock),
            polls=Polls(table),
            secrets=secrets,
            api_url="https://api.example",
            secret_prefix="herald/accounts/",
            signing_secret=arn,
            bucket=Bucket(lambda: s3, "herald"),
            queues=Queues(sqs),
            spill_queue=sqs.create_queue(QueueName="spill")["QueueUrl"],
            table=table,
            callback_queue=sqs.create_queue(QueueName="callback")["QueueUrl"],
            erasures=Erasures(table),
            clock=clock,
        )


@pytest.fixture
def run(gateway: Gateway) -> Run:
    """Runs `herald <words> --json`, expects it to end well, and returns what it prints."""

    def run(*words: str, stdin: str | None = None) -> Any:
        result = CliRunner().invoke(app, [*words, "--json"], obj=gateway, input=stdin)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def fail(gateway: Gateway) -> Callable[..., str]:
    """Runs `herald <words>`, expects exit code 2, and returns what it complains of."""

    def fail(*words: str, stdin: str | None = None) -> str:
        result = CliRunner().invoke(app, list(words), obj=gateway, input=stdin)
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
        return result.stderr

    return fail


@pytest.fixture
def say(gateway: Gateway) -> Callable[..., str]:
    """Runs `herald <words>`, expects it to end well, and returns what people see."""

    def say(*words: str, stdin: str | None = None) -> str:
        result = CliRunner().invoke(app, list(words), obj=gateway, input=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    return say
