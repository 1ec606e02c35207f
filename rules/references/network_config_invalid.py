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

from collections.abc import Iterator, Mapping

from vmlint.kubevirt.network_config import ConfigCode, Unread, refusal_of
from vmlint.model.access import get
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._wording import Wording, Words, in_words

META = Meta("VM851", effect=Effect.STUCK, since="0.1", subject=Resource, fields=("config",))

_NETWORK = BY_GROUP_KIND["k8s.cni.cncf.io", "NetworkAttachmentDefinition"]
_PATH = ("spec", "config")


def _not_json(refusal: Refusal) -> Words:
    values = refusal.values
    where = f"`{values['next']}`" if values["next"] else "its end"
    place = f"line {values['line']}, column {values['column']} of the string"
    return Words(f"is not valid JSON: {values['message']} at {where} ({place})", "fix the JSON")


WORDS: Mapping[ConfigCode, Wording] = {
    ConfigCode.NOT_JSON: _not_json,
    ConfigCode.NOT_PARSED: Words("is not valid JSON", "fix the JSON"),
    ConfigCode.NOT_AN_OBJECT: Words("must be a JSON object", 'write `{{"type": …}}`'),
    ConfigCode.PLUGINS_EMPTY: Words(
        "has no entry in `plugins`", 'list at least one plugin: `"plugins": [{{"type": "bridge"}}]`'
    ),
    ConfigCode.TYPE_MISSING: Words(
        "has no `type`, which names the CNI plugin", 'name the CNI plugin, such as `"type": "bridge"`'
    ),
    ConfigCode.PLUGIN_TYPE_MISSING: Words(
        "has no `type` of entry {index} of `plugins`, which names the CNI plugin",
        'name the CNI plugin in it, such as `"type": "bridge"`',
    ),
}
"""What is wrong follows the network's name."""


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
    refusal = refusal_of(config)
    if isinstance(refusal, Unread):
        yield META.doubt(subject.at(*_PATH), "whether the network's `config` is valid JSON: it contains a variable")
    elif refusal is not None:
        words = in_words(WORDS, refusal)
        yield META.at(
            subject.at(*refusal.path),
            f"`config` of network `{subject.name}` {words.wrong}. Pods that use the network never start.",
            fix=words.fix,
        )
