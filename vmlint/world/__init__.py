"""What a rule may query: the cluster of the files, and what KubeVirt and CDI would do with its objects.

The semantics are in `kubevirt/`, `cdi/` and `schema/`; here they meet the objects, one module a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from vmlint.gitops.uses import NO_USES, Uses
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Behaviour
from vmlint.model.effect import Effect
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.runtime.cached import cached_property
from vmlint.world.addresses import Addresses
from vmlint.world.application import Application
from vmlint.world.form import Form
from vmlint.world.likeness import Templates
from vmlint.world.machine import Machine
from vmlint.world.names import Names
from vmlint.world.settings import Settings
from vmlint.world.storage import Storage

if TYPE_CHECKING:
    from vmlint.world.embedded import EmbeddedVMs
    from vmlint.world.launch import Launch
    from vmlint.world.migration import Migration
    from vmlint.world.operations import Operations
    from vmlint.world.services import Services
    from vmlint.world.snapshots import Snapshots

__all__ = ["World"]


class World:
    """The cluster of a run and all questions about it, a part for each subject.

    `vms` answers for VMs and their matchers, `machine` for admission, `storage` for disks, `migration`, `launch`,
    `operations`, `snapshots`, `addresses`, `embedded` and `form` for what their names say. Parts that most repositories
    need for nothing are loaded when they are first asked.
    """

    def __init__(
        self,
        cluster: Cluster,
        settings: Settings,
        applied_by: str = "",
        templates: Templates | None = None,
        uses: Uses = NO_USES,
    ) -> None:
        self.cluster = cluster
        self.settings = settings
        self.vms = Application(cluster, settings)
        self.memo = self.vms.memo
        self.applied_by = applied_by
        """The object of Flux or Argo CD that applies the cluster's objects again and again, "" for none."""
        self.uses = uses
        """How the kustomizations of the repository use its files."""
        self._updated: frozenset[int] = frozenset()
        self.storage = Storage(
            cluster,
            settings.is_closed,
            self.vms.preferred_class,
            Templates(likeness=settings.likeness) if templates is None else templates,
            proposals=settings.release is None,
        )
        self.machine = Machine(self.vms)
        self.addresses = Addresses(cluster)
        self._names = Names(cluster)
        self.form = Form(cluster, settings.release, self.vms.alike)

    @cached_property
    def snapshots(self) -> Snapshots:
        from vmlint.world.snapshots import Snapshots

        return Snapshots(self.cluster, self.storage, self.settings.is_closed)

    @cached_property
    def operations(self) -> Operations:
        from vmlint.world.operations import Operations

        return Operations(self.vms, self.machine)

    @cached_property
    def launch(self) -> Launch:
        from vmlint.world.launch import Launch

        return Launch(self.vms, self.machine, self.storage)

    @cached_property
    def migration(self) -> Migration:
        from vmlint.world.migration import Migration

        return Migration(self.vms, self.machine, self.storage, lambda: self.launch)

    @cached_property
    def services(self) -> Services:
        from vmlint.world.services import Services

        return Services(self.cluster)

    @cached_property
    def embedded(self) -> EmbeddedVMs:
        from vmlint.world.embedded import EmbeddedVMs

        return EmbeddedVMs(self.vms)

    def with_updates(self, objects: Iterable[Resource]) -> World:
        """The same world, in which rules about updates check these objects against what they were before."""
        from copy import copy

        world = copy(self)
        world._updated = frozenset(map(id, objects))
        return world

    def is_updated(self, resource: Resource) -> bool:
        """Whether rules about updates check the object against what it was before."""
        return id(resource) in self._updated

    @property
    def kubevirt(self) -> Mapping[str, Any] | None:
        """The KubeVirt object of the cluster, where the files hold one and no more."""
        return self.vms.kubevirt

    @property
    def behaviour(self) -> Behaviour:
        """What the target release does differently from others."""
        return self.vms.behaviour

    @property
    def knows_kubevirt(self) -> bool:
        """Whether the files say how KubeVirt is configured, be it by its defaults."""
        return self.vms.kubevirt is not None or self.machine.is_default

    def closed(self, ref: Ref) -> bool:
        """Whether an object that is not in the files does not exist."""
        return self.settings.is_closed(ref)

    def effect_of_missing(self, ref: Ref, effect: Effect) -> Effect:
        """What a missing object does: its effect in a cluster that lacks it, or that nothing is decided yet."""
        return effect if self.closed(ref) else Effect.UNRESOLVED

    def left_out(self, ref: Ref) -> str:
        """The file beside a kustomization that has an object, or what makes it, and that no kustomization includes;
        "" for none."""
        whole = self.cluster.whole
        other = whole.namesake(ref, placed=False)
        if other is None:
            return ""
        for resource in whole.named(other) or [maker for maker, _ in whole.makers(other)]:
            if resource.patched and not resource.fragment:
                return resource.document.file
        return ""

    def suggest(self, ref: Ref) -> str:
        """What may be meant by a name that leads nowhere: the object of that name elsewhere, else the nearest name."""
        return self._names.nearest(ref)
