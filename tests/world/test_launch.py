"""What bounds the launchers of a namespace."""

from __future__ import annotations

import pytest

from tests.build import cluster
from vmlint.world import World
from vmlint.world.settings import Settings

QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {{name: lab}}
spec:
  hard: {{pods: "2"}}
  scopes: {scopes}
"""


@pytest.mark.parametrize(
    ("scopes", "counts"),
    [
        ("[]", True),
        ("[NotTerminating]", True),
        ("[NotBestEffort, NotTerminating]", True),
        ("[BestEffort]", False),
        ("[[NotTerminating]]", False),
        ("[{}]", False),
    ],
)
def test_a_quota_counts_running_pods_by_its_scopes(scopes: str, counts: bool) -> None:
    hard = World(cluster(QUOTA.format(scopes=scopes)), Settings()).launch.hard("shop")
    assert [bound.name for bound in hard] == ["pods"] * counts
