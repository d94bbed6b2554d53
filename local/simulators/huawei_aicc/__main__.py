"""
`python -m local.simulators.huawei_aicc --port 8704 [--tls CERT KEY] [--set token_seconds=5 --set dedupes=false]`.
"""

from local.simulators.huawei_aicc.app import create_app
from local.simulators.huawei_aicc.settings import Settings
from local.simulators.kit import run

if __name__ == "__main__":
    run("huawei_aicc", Settings, create_app)
