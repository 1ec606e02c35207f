"""The `config` of a network is not a valid CNI configuration.

## What it does
Parses `spec.config` of a NetworkAttachmentDefinition as Multus does: as the JSON of a CNI plugin with a `type`, or of a
list of `plugins` that each have one. Without `config`, Multus reads a file of the node, which is not checked.

## Why it fails
The API server accepts the object, and the pods that use the network never start.

## Cluster message
The pod's events contain `FailedCreatePodSandBox` and `error parsing configuration`.

## Bad
    kind: NetworkAttachmentDefinition
    spec:
      config: '{"cniVersion": "0.3.1", "bridge": "br1"}'

## Good
    kind: NetworkAttachmentDefinition
    spec:
      config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br1"}'

## How to fix
Write the JSON of one CNI plugin with `type`, or of a list with `plugins`.

## Source
k8snetworkplumbingwg/network-attachment-definition-client `pkg/utils/cniconfig.go` (GetCNIConfigFromSpec);
containernetworking/cni `libcni/conf.go` (ConfFromBytes, ConfListFromBytes).
"""

from collections.abc import Iterator

from vmlint.kubevirt.network_config import fault_of
from vmlint.model.access import get
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM851", effect=Effect.STUCK, since="0.1", subject=Resource)

_NETWORK = BY_GROUP_KIND["k8s.cni.cncf.io", "NetworkAttachmentDefinition"]
_PATH = ("spec", "config")


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    if subject.kind is not _NETWORK:
        return
    config = get(subject.data, *_PATH)
    if config is None or config == "":
        return
    if not isinstance(config, str):
        yield META.at(
            subject.at(*_PATH),
            f"`config` of network `{subject.name}` must be a string that contains JSON. The API server refuses "
            "the object.",
            fix="write the JSON as a string: `config: '{…}'`",
            effect=Effect.REJECTED,
        )
        return
    fault = fault_of(config)
    if fault.undecided:
        yield META.doubt(subject.at(*_PATH), "whether the network's `config` is valid JSON: it contains a variable")
    elif fault.wrong:
        yield META.at(
            subject.at(*_PATH),
            f"`config` of network `{subject.name}` {fault.wrong}. Pods that use the network never start.",
            fix=fault.fix,
        )
