"""
`python -m local.simulators.websms --port 8701 [--tls CERT KEY] [--set token_seconds=5 --set read=false]`.
"""

from local.simulators.kit import run
from local.simulators.websms.app import create_app
from local.simulators.websms.settings import Settings

if __name__ == "__main__":
    run("websms", Settings, create_app)
