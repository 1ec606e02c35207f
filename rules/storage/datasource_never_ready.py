"""A DataSource never becomes ready.

## What it does
Follows a DataSource that refers to another one, and checks whether it has a source at all.

## Why it fails
CDI follows one reference, within the namespace. It accepts a DataSource that refers to itself, to another namespace, or
to a DataSource with a further reference, but the DataSource never becomes ready, and no disk can be created from it.
The same applies to one without a source, unless a DataImportCron fills it.

## Cluster message
The DataSource's condition `Ready` is `False`, with the reason `NoSource`, `NotFound`, `SelfReference` or
`MaxReferenceDepthReached`.

## Bad
    kind: DataSource
    metadata: {name: fedora, namespace: shop}
    spec:
      source:
        dataSource: {name: fedora, namespace: golden}

## Good
    kind: DataSource
    metadata: {name: fedora, namespace: shop}
    spec:
      source:
        pvc: {name: fedora, namespace: golden}

## How to fix
Set `source.pvc` or `source.snapshot`, or refer to a DataSource of the same namespace that has one.

## Source
CDI `pkg/controller/common/util.go` (ResolveDataSourceChain), `pkg/controller/datasource-controller.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.datasource import End, Target
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.subjects import DataSource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM416", effect=Effect.STUCK, since="0.1", subject=DataSource)

_SOURCE = ("spec", "source")
_CRON_LABEL = "cdi.kubevirt.io/dataImportCron"


def check(subject: DataSource, world: World) -> Iterator[Fault | Doubt]:
    target = world.storage.resolve_data_source(subject)
    if not isinstance(target, Target) or target.end not in _WORDS:
        return
    hops = []
    place = subject.at(*target.path)
    if target.end is not End.NO_SOURCE:
        hops = [Hop(f"DataSource {subject.ref.short} → DataSource {target.namespace}/{target.name}", place)]
    elif target.path != _SOURCE or world.cluster.makers(subject.ref) or text(subject.labels, _CRON_LABEL):
        return  # the other DataSource's fault, or a DataImportCron fills it
    elif not world.closed(subject.ref):
        yield META.doubt(place, "whether a DataImportCron fills the DataSource, which has no source of its own")
        return
    (wrong, fix), other = _WORDS[target.end], f"{target.namespace}/{target.name}"
    yield META.at(
        place,
        f"DataSource `{subject.name}` {wrong.format(other=other)}. The DataSource never becomes ready.",
        fix=fix,
    ).along(hops)


_PULL = "refer to the claim or snapshot itself: `pvc` and `snapshot` may be in any namespace"
_WORDS = {
    End.NO_SOURCE: ("has no source", "add `source.pvc` or `source.snapshot`, or a DataImportCron that manages it"),
    End.CROSS_NAMESPACE: ("refers to DataSource `{other}` in another namespace, which CDI does not follow", _PULL),
    End.SELF_REFERENCE: ("refers to itself", _PULL),
    End.TOO_DEEP: (
        "refers to DataSource `{other}`, which refers to another one; CDI follows only one reference",
        _PULL,
    ),
}
