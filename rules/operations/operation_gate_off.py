"""An operation needs a feature gate that is off.

## What it does
Reports snapshots, restores, clones, exports, backups, migrations, policies and plugins that KubeVirt accepts only with
a feature gate, where the gate is off: by the KubeVirt object of the repository, or by the target release. A gate that
the cluster may have turned on is undecided.

| object or field | gate |
|---|---|
| VirtualMachineSnapshot, VirtualMachineRestore, VirtualMachineClone | `Snapshot` |
| VirtualMachineExport | `VMExport`, before 1.9 |
| VirtualMachineExport of a VirtualMachineTemplate | `OCIExport` |
| VirtualMachineBackup, VirtualMachineBackupTracker | `IncrementalBackup` |
| Plugin | `Plugins` |
| `sendTo`, `receive` of a migration | `DecentralizedLiveMigration` |
| `maxDowntimeMs`, `experimental` of a migration policy | `MigrationStallDetection`, `MigrationDowntimeTuning` |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `feature gate not enabled` or `feature gate is not enabled`.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration: {disabledFeatureGates: [Snapshot]}
    ---
    kind: VirtualMachineSnapshot
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}

## Good
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration: {featureGates: [Snapshot]}
    ---
    kind: VirtualMachineSnapshot
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}

## How to fix
Add the gate to `spec.configuration.developerConfiguration.featureGates` of the KubeVirt object.

## How to configure
`target: {kubevirt: "1.8"}` selects the release whose default gates apply.

## Source
KubeVirt `pkg/virt-config/featuregate`, `pkg/storage/admitters`, `pkg/virt-api/webhooks/validating-webhook/admitters`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Operation
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import gate_off

META = Meta("VM010", effect=Effect.REJECTED, since="0.1", subject=Operation, about=operation)


def check(subject: Operation, world: World) -> Iterator[Fault | Doubt]:
    return gate_off(META, subject, world)
