"""
`python -m local.simulators.webex_connect --port 8703 [--tls CERT KEY] [--set tps=10 --set hub_secret=sim-hub-secret]`.
"""

from local.simulators.kit import run
from local.simulators.webex_connect.app import create_app
from local.simulators.webex_connect.settings import Settings

if __name__ == "__main__":
    run("webex_connect", Settings, create_app)
