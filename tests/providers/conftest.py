"""
The made-up provider of docs/adding-a-provider.md lies beside the real ones while this folder's tests run.
"""

from collections.abc import Iterator

import pytest

from tests import made_up


@pytest.fixture(autouse=True, scope="module")
def with_made_up_providers() -> Iterator[None]:
    with made_up.known():
        yield
