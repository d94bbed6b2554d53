"""
Credentials, read through a cache.
"""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from herald.aws.secrets import CACHE_SECONDS, LOOK_AGAIN, OVERLAP, Secrets
from herald.errors import ConfigurationError, Unavailable
from tests.moto_table import REGION


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


def secrets(client: Any, clock: Seconds | None = None) -> Secrets:
    return Secrets(lambda: client, "herald/accounts/", clock or Seconds())


def test_cached(client: Any) -> None:
    """A secret is read once in five minutes, unless somebody asks for it afresh."""
    clock = Seconds()
    store = secrets(client, clock)
    client.create_secret(Name="herald/accounts/acme", SecretString='{"token": "old"}')
    assert store.of_account("acme") == {"token": "old"}
    client.put_secret_value(SecretId="herald/accounts/acme", SecretString='{"token": "new"}')
    clock.now = CACHE_SECONDS - 1
    assert store.of_account("acme") == {"token": "old"}
    assert store.of_account("acme", fresh=True) == {"token": "new"}
    client.put_secret_value(SecretId="herald/accounts/acme", SecretString='{"token": "newest"}')
    clock.now = 2 * CACHE_SECONDS
    assert store.of_account("acme") == {"token": "newest"}


def put(client: Any, text: str) -> None:
    client.put_secret_value(SecretId="herald/accounts/acme", SecretString=text)


def test_others(client: Any) -> None:
    """
    Who proves nothing by the credentials that are known may have newer ones, or for an hour those of before.

    Nobody is asked twice in ten seconds, whatever is tried.
    """
    clock = Seconds()
    clock.now = time.time()
    store = secrets(client, clock)
    client.create_secret(Name="herald/accounts/acme", SecretString='{"token": "first"}')
    assert store.of_account("acme") == {"token": "first"}
    assert list(store.others("acme")) == []
    put(client, '{"token": "second"}')
    assert list(store.others("acme")) == []
    clock.now += LOOK_AGAIN
    assert list(store.others("acme")) == [{"token": "second"}, {"token": "first"}]
    assert store.of_account("acme") == {"token": "second"}
    with Stubber(client):  # which is asked nothing
        assert list(store.others("acme")) == [{"token": "first"}]
    clock.now += OVERLAP
    assert list(store.others("acme")) == []


def test_others_that_are_none(client: Any) -> None:
    """What was before and is no object of texts proves nothing; what is there now and is none is for a person."""
    clock = Seconds()
    store = secrets(client, clock)
    client.create_secret(Name="herald/accounts/acme", SecretString="no JSON")
    put(client, '{"token": "t"}')
    assert list(store.others("acme")) == [{"token": "t"}]
    put(client, "no JSON")
    clock.now += LOOK_AGAIN
    with pytest.raises(ConfigurationError):
        list(store.others("acme"))


def test_others_in_an_outage(client: Any) -> None:
    """Whether somebody lies cannot be told while the service refuses."""
    store = secrets(client)
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", "ThrottlingException")
        with pytest.raises(Unavailable):
            list(store.others("acme"))


def test_an_outage_is_outlived(client: Any) -> None:
    """While the service refuses, the secret last known is used; who asks for it afresh is told that there is none."""
    clock = Seconds()
    store = secrets(client, clock)
    client.create_secret(Name="herald/accounts/acme", SecretString='{"token": "known"}')
    assert store.of_account("acme") == {"token": "known"}
    clock.now = 2 * CACHE_SECONDS
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", "ThrottlingException")
        assert store.of_account("acme") == {"token": "known"}
        stub.add_client_error("get_secret_value", "ThrottlingException")
        with pytest.raises(Unavailable):
            store.of_account("acme", fresh=True)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '"text"', '{"a": 1}'])
def test_not_an_object(client: Any, text: str) -> None:
    """A secret that is no object of texts is a mistake for a person to mend; the error does not repeat it."""
    client.create_secret(Name="herald/accounts/acme", SecretString=text or " ")
    with pytest.raises(ConfigurationError) as raised:
        secrets(client).of_account("acme")
    assert not text or text not in raised.value.detail


def test_absent(client: Any) -> None:
    """So is one that is not there, or is no text."""
    with pytest.raises(ConfigurationError):
        secrets(client).of_account("acme")
    client.create_secret(Name="herald/accounts/acme", SecretBinary=b"x")
    with pytest.raises(ConfigurationError):
        secrets(client).of_account("acme")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", Unavailable),
        ("InternalServiceError", Unavailable),
        ("AccessDeniedException", ConfigurationError),
        ("InvalidRequestException", ConfigurationError),
        ("DecryptionFailure", ConfigurationError),
    ],
)
def test_refused(client: Any, code: str, error: type[Exception]) -> None:
    """What passes by itself is tried again soon; what somebody has to mend is said to be so."""
    with Stubber(client) as stubber:
        stubber.add_client_error("get_secret_value", code)
        with pytest.raises(error):
            secrets(client).read("x")


def test_unreachable(client: Any) -> None:
    """A service that cannot be reached is Unavailable."""

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="x")

    client.meta.events.register("before-call", fail)
    with pytest.raises(Unavailable):
        secrets(client).read("x")
