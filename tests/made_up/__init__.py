"""
Providers that nobody has, for what the gateway must be able to do and no real provider alone makes it do.

    with made_up.known(): ...       # herald.providers has them, like any other
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from herald import providers

FOLDER = Path(__file__).parent / "providers"


@contextmanager
def known() -> Iterator[None]:
    """Herald knows them meanwhile, by the names of their modules."""
    providers.__path__.append(str(FOLDER))
    try:
        yield
    finally:
        providers.__path__.remove(str(FOLDER))
        for name in (path.stem for path in FOLDER.glob("*.py")):
            sys.modules.pop(f"herald.providers.{name}", None)
            vars(providers).pop(name, None)
