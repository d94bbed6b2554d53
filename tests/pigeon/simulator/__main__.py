"""
`python -m tests.pigeon.simulator --port 8705 [--tls CERT KEY] [--set strict=true]`.
"""

from local.simulators.kit import run
from tests.pigeon.simulator import Settings, create_app

if __name__ == "__main__":
    run("pigeon", Settings, create_app)
