"""Would KubeVirt admit what is done to a VM (its snapshot, restore, clone, export, migration or backup), and the
policies, presets and plugins of guests?

One module a subject. Each check reads plain values and answers with refusals; how long an accepted operation takes, and
whether it ends, is not asked here.
"""

from __future__ import annotations

from vmlint.kubevirt.operations.backup import check_backup
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.clone import check_clone
from vmlint.kubevirt.operations.export import check_export
from vmlint.kubevirt.operations.migration import check_migration, check_policy
from vmlint.kubevirt.operations.plugin import check_plugin
from vmlint.kubevirt.operations.preset import check_preset
from vmlint.kubevirt.operations.snapshot import check_restore, check_snapshot

__all__ = [
    "Check",
    "check_backup",
    "check_clone",
    "check_export",
    "check_migration",
    "check_plugin",
    "check_policy",
    "check_preset",
    "check_restore",
    "check_snapshot",
]
