"""
Writes what is made from the code: `python -m docs.generate`. The tests fail while what is kept is another.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from docs.generate import events, openapi, providers

DOCS = Path(__file__).parent.parent


def files() -> Iterator[tuple[Path, str]]:
    """Every file that is made here, and what should stand in it."""
    for name, document in (("openapi.json", openapi.document()), ("events.json", events.document())):
        yield DOCS / name, f"{json.dumps(document, indent=1, ensure_ascii=False)}\n"
    page = DOCS / "providers.md"
    yield page, providers.page(page.read_text())


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text)
