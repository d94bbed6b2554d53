"""
The token that Webex Connect wants for each attempt: read as the provider reads it, which no case could spell out.
"""

from collections.abc import Mapping

import jwt
import pytest

from tests.providers.cases.webex_connect import TABLE
from tests.providers.cases.webex_connect.attempts import STAMP
from tests.providers.cases.webex_connect.envelope import SERVICE
from tests.providers.cases.webex_connect.shared import HELLO, SECRETS

SIGNING_KEY = b"service-secret-of-thirty-two-bytes!"


@pytest.mark.feature("X1")
@pytest.mark.parametrize("secrets", [SERVICE, SERVICE | SECRETS], ids=["alone", "beside a key"])
def test_a_token_is_signed_for_each_attempt(secrets: Mapping[str, str]) -> None:
    """HS256 by the decoded secret over service id and time in whole seconds; no key goes with it."""
    provider = TABLE.adapter_with(secrets=secrets)
    request = provider.sign(provider.build_request(HELLO, None), STAMP)
    scheme, token = request.headers["Authorization"].split(" ")
    assert scheme == "Bearer"
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(token, SIGNING_KEY, algorithms=["HS256"], options={"verify_iat": False})
    assert claims == {"iss": "3f1b", "iat": 1_773_487_800}
    assert "key" not in request.headers
