"""
The `herald` command: what an operator sets up, by AWS credentials and without a deploy.

`admin` and `enquiries` hold the deeds, for tests and tours too; the other modules only read arguments and print.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

# In a checkout `herald` is a layer, not an installed package.
if find_spec("herald") is None:  # pragma: no cover - the tests know where it is
    sys.path.insert(0, str(Path(__file__).parent.parent / "layers/herald/python"))
