"""
boto3 clients, one session a worker, each made on first use.

Timeouts are short: a table that does not answer in seconds should leave the work in its queue.
"""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=20,
)


@cache
def _session() -> boto3.Session:
    return boto3.Session()


@cache
def dynamodb() -> "DynamoDBClient":
    """The table's service."""
    return _session().client("dynamodb", config=_CONFIG)


@cache
def sqs() -> "SQSClient":
    """The queues' service."""
    return _session().client("sqs", config=_CONFIG)


@cache
def events() -> "EventBridgeClient":
    """The bus's service."""
    return _session().client("events", config=_CONFIG)


@cache
def s3() -> "S3Client":
    """The bucket's service. Path style makes presigned addresses name the region's own host, which never redirects."""
    own = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return _session().client("s3", config=_CONFIG.merge(own))


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The secrets' service."""
    return _session().client("secretsmanager", config=_CONFIG)
