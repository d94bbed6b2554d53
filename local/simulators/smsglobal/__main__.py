"""
`python -m local.simulators.smsglobal --port 8702 [--tls CERT KEY] [--set read=false --set time_zone=Australia/Perth]`.
"""

from local.simulators.kit import run
from local.simulators.smsglobal.app import create_app
from local.simulators.smsglobal.settings import Settings

if __name__ == "__main__":
    run("smsglobal", Settings, create_app)
