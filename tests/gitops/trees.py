"""Trees of kustomizations made at random: all features, and sometimes faults."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import yaml

__all__ = ["TOP", "tree"]

TOP = "overlays/prod"

_NAMES = ("web", "db", "data", "small", "big", "root")
_SPACES = ("", "", "", "shop", "default")
_MACHINE = ("kubevirt.io/v1", "VirtualMachine")
_KINDS = (
    _MACHINE,
    _MACHINE,
    _MACHINE,
    ("cdi.kubevirt.io/v1beta1", "DataVolume"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("instancetype.kubevirt.io/v1beta1", "VirtualMachineClusterInstancetype"),
    ("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition"),
    ("v1", "Namespace"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("v1", "PersistentVolume"),
    ("v1", "ServiceAccount"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("v1", "Service"),
    ("v1", "Service"),
    ("kubevirt.io/v1", "VirtualMachineInstanceReplicaSet"),
    ("apps/v1", "Deployment"),
)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(data: Any, *, flow: bool = False) -> str:
    """YAML, in which the texts `RAW_…` are scalars without quotes."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=flow, width=10_000)
    return re.sub(r"RAW_([^\s,}]+)", r"\1", text)


def anchored(data: dict[str, Any]) -> str:
    """An object in which a mapping is an anchor, and another one merges it."""
    text = dump({key: value for key, value in data.items() if key != "spec"})
    if not isinstance(data.get("spec"), dict):
        return dump(data)
    spec = "".join(f"  {line}\n" for line in dump(data["spec"]).splitlines())
    return f"{text}spec: &spec\n{spec}status:\n  copied: *spec\n  merged:\n    <<: *spec\n    own: 1\n"


_ODD = (
    "yes",
    "0123",
    "0o17",
    "0x1f",
    "1.0",
    "1e3",
    "12345678901234567890",
    "~",
    "on",
    ".5",
    "1_000",
    "1.50",
    "+1",
    "1:20",
    "=",
    "-0",
    "1e-7",
    "123456789.123456789",
)


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.files: dict[str, str] = {}
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.faulty = random.random() < 0.3
        self.taken: set[tuple[str, str]] = set()
        self.reach: dict[str, list[dict[str, Any]]] = {}

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def fault(self, of: float = 0.04) -> bool:
        return self.faulty and self.chance(of)

    # Objects

    def metadata(self, name: str, namespace: str = "") -> dict[str, Any]:
        made: dict[str, Any] = {"name": name}
        if namespace:
            made["namespace"] = namespace
        if self.chance(0.4):
            made["labels"] = {"app": self.random.choice(("web", "db", "db", 1))}
        if self.chance(0.2):
            made["annotations"] = {"note": self.random.choice(("x", "x", 1, True, None, ["x"], {"a": "b"}))}
        return made

    def object(self) -> dict[str, Any]:
        version, kind = self.random.choice(_KINDS)
        free = [name for name in _NAMES if (kind, name) not in self.taken]
        name = self.random.choice(_NAMES if self.fault() or not free else free)
        self.taken.add((kind, name))
        made: dict[str, Any] = {
            "apiVersion": version,
            "kind": kind,
            "metadata": self.metadata(name, self.random.choice(_SPACES)),
        }
        other = self.random.choice(_NAMES)
        if kind == "VirtualMachine":
            made["spec"] = {
                "runStrategy": "Always",
                "instancetype": {"kind": "VirtualMachineClusterInstancetype", "name": other},
                "template": {
                    "metadata": {"labels": {"vm": name}},
                    "spec": {
                        "domain": {"devices": {"disks": [{"name": "root"}, {"name": "data"}]}, "cpu": {"cores": 2}},
                        "volumes": [
                            {"name": "root", "dataVolume": {"name": other}},
                            {"name": "data", "persistentVolumeClaim": {"claimName": other}},
                        ],
                    },
                },
            }
            if self.chance(0.15):
                made["spec"]["extra"] = None
            if self.chance(0.3):
                made["spec"]["odd"] = "RAW_" + self.random.choice(_ODD)
            if self.chance(0.2):
                made["spec"]["template"]["spec"]["volumes"].append(
                    {"name": "image", "containerDisk": {"image": self.random.choice(("quay.io/os/fedora:1", "nginx"))}}
                )
        elif kind in ("PersistentVolumeClaim", "PersistentVolume"):
            made["spec"] = {"storageClassName": other, "accessModes": ["ReadWriteOnce"], "volumeName": other}
            if self.chance(0.3):
                made["metadata"]["finalizers"] = ["a", "b"]
        elif kind == "ConfigMap":
            made["data"] = {"a": "b", "json": '{"a": 1}'}
        elif kind == "Secret":
            made["data"] = {"a": "YQ=="}
        elif kind == "ServiceAccount":
            made["secrets"] = [{"name": other}]
            made["imagePullSecrets"] = [{"name": other}]
        elif kind == "RoleBinding":
            made["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": other}
            made["subjects"] = [
                {"kind": "ServiceAccount", "name": self.random.choice((other, "default")), "namespace": "shop"}
            ]
        elif kind == "StorageClass":
            made["provisioner"] = "x"
        elif kind == "Service":
            made["spec"] = {
                "selector": {"vm": other},
                "ports": [{"name": "http", "port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"}],
            }
            if self.chance(0.2):
                del made["spec"]["selector"]
        elif kind in ("VirtualMachineInstanceReplicaSet", "Deployment"):
            made["spec"] = {
                "replicas": 1,
                "selector": {"matchLabels": {"vm": name}},
                "template": {
                    "metadata": {"labels": {"vm": name}},
                    "spec": {"containers": [{"name": "a", "image": "nginx:1"}, {"name": "b", "image": "redis"}]},
                },
            }
        elif kind != "Namespace":
            made["spec"] = {"a": [1, 2], "b": {"c": "d"}}
        if self.fault(0.02):
            self.random.choice(
                (
                    lambda: made.pop("kind"),
                    lambda: made["metadata"].pop("name"),
                    lambda: made.update(spec={"list": [None]}),
                    lambda: made["metadata"].update(name=7),
                )
            )()
        return made

    def manifest(self, path: str) -> None:
        held = [self.object() for _ in range(self.random.choice((1, 1, 2, 3)))]
        self.objects.setdefault(path.rpartition("/")[0], []).extend(held)
        if self.chance(0.15):
            listed = self.random.choice(
                (("v1", "List"), ("v1", "ConfigMapList"), ("kubevirt.io/v1", "VirtualMachineList"))
            )
            text = dump({"apiVersion": listed[0], "kind": listed[1], "items": held})
            if self.chance(0.5):
                more = self.object()
                text += "---\n" + dump(more)
        elif self.chance(0.15):
            text = "---\n".join(dump(one, flow=True) for one in held)
        elif self.chance(0.1):
            text = "---\n".join(anchored(one) for one in held)
        else:
            text = "---\n".join(dump(one) for one in held)
        if self.fault(0.02):
            text = self.random.choice((text + "kind: Twice\n", text + "\t- [\n", "", "# nothing\n", "- a\n", "text\n"))
        self.files[path] = text

    # Kustomizations

    def patch(self, known: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        """A strategic merge patch of one of some objects, and that object."""
        target = self.random.choice(known) if known else self.object()
        metadata = {key: value for key, value in target.get("metadata", {}).items() if key in ("name", "namespace")}
        made: dict[str, Any] = {
            "apiVersion": target.get("apiVersion"),
            "kind": target.get("kind"),
            "metadata": metadata,
        }
        if self.fault(0.15):
            change = self.random.choice(("name", "namespace", "version"))
            if change == "version":
                made["apiVersion"] = "kubevirt.io/v1alpha3"
            else:
                metadata[change] = "other"
        spec: dict[str, Any] = {
            "runStrategy": "Halted",
            "template": {"spec": {"domain": {"cpu": None}, "volumes": [{"name": "z", "x": None}]}},
            "new": {"a": None, "b": {"c": None}, "list": []},
            "$retainKeys": ["a"],
            "instancetype": {"$patch": "delete"},
        }
        chosen = {key: value for key, value in spec.items() if self.chance(0.35)}
        if made["kind"] != "VirtualMachine":
            chosen.pop("template", None)
            chosen.pop("instancetype", None)
        if made["kind"] == "VirtualMachine" and self.chance(0.4):
            chosen.update(self.random.choice(_DIRECTIVES))
        if made["kind"] == "Service" and self.chance(0.6):
            chosen["ports"] = self.random.choice(_PORTS)
        if made["kind"] == "Deployment" and self.chance(0.6):
            chosen["template"] = {"spec": {"containers": self.random.choice(_CONTAINERS)}}
        if self.fault(0.04):
            chosen["template"] = self.random.choice(_WRONG)
        if chosen:
            made["spec"] = chosen
        if self.chance(0.2):
            metadata["labels"] = {"app": None, "patched": "yes"}
        if self.chance(0.1):
            metadata["annotations"] = {"p": "q"}
        if self.chance(0.06):
            made["$patch"] = self.random.choice(("delete", "replace", "merge"))
        if self.chance(0.08):
            metadata["finalizers"] = ["c", "a"]
        if self.chance(0.08) and target.get("kind") == "ServiceAccount":
            made["secrets"] = [{"name": "new"}, {"name": "db", "x": 1}]
        return made, target

    def operations(self, *, machine: bool) -> list[dict[str, Any]]:
        sure: list[dict[str, Any]] = [
            {"op": "add", "path": "/metadata/labels", "value": {"l": "m"}},
            {"op": "add", "path": "/added", "value": {"a": [1]}},
            {"op": "test", "path": "/missing", "value": None},
            {"op": "add", "path": "/metadata/annotations", "value": {"key": "o", "a/b": "1", "c~d": "2"}},
            {"op": "add", "path": "/a~1b~0c", "value": {"~1": 1}},
            {"op": "add", "path": "/spec", "value": {}},
        ]
        risky: list[dict[str, Any]] = [
            {"op": "replace", "path": "/spec", "value": {"running": True}},
            {"op": "remove", "path": "/spec/runStrategy"},
            {"op": "replace", "path": "/spec/template/spec/volumes/0/name", "value": "first"},
            {"op": "add", "path": "/spec/template/spec/volumes/-", "value": {"name": "last"}},
            {"op": "add", "path": "/spec/template/spec/volumes/1", "value": {"name": "middle"}},
            {"op": "remove", "path": "/spec/template/spec/volumes/-1"},
            {"op": "copy", "from": "/spec/template/spec/domain", "path": "/spec/copied"},
            {"op": "move", "from": "/spec/template/spec/domain", "path": "/spec/moved"},
            {"op": "add", "path": "/metadata/annotations/deep", "value": "x"},
            {"op": "replace", "path": "/metadata/labels/app", "value": "y"},
            {"op": "test", "path": "/spec/runStrategy", "value": "Always"},
            {"op": "replace", "path": "/metadata/name", "value": "renamed"},
            {"op": "remove", "path": "/metadata/annotations/a~1b"},
            {"op": "replace", "path": "/spec/template/spec/volumes/-", "value": {"name": "w"}},
            {"op": "move", "from": "/spec/template/spec/volumes/0", "path": "/spec/template/spec/volumes/1"},
            {"op": "copy", "from": "/spec/template/spec/volumes/1", "path": "/spec/template/spec/volumes/0"},
            {"op": "test", "path": "/spec/template/spec/volumes/0", "value": {"name": "root"}},
            {"op": "test", "path": "/spec/template/spec/domain/cpu/cores", "value": 2},
            {"op": "add", "path": "/spec/template/metadata/labels/x~1y", "value": True},
            {"op": "replace", "path": "/spec/absent", "value": 1},
            {"op": "replace", "path": "/spec/absent/deep", "value": 1},
        ]
        wrong: list[dict[str, Any]] = [
            {"op": "remove", "path": "/nowhere"},
            {"op": "jump", "path": "/a"},
            {"op": "add", "path": "/a/b/c", "value": 1},
            {"op": "test", "path": "/kind", "value": "Other"},
        ]
        count = self.random.choice((1, 1, 2))
        return [
            self.random.choice(wrong if self.fault(0.1) else risky if machine and self.chance(0.7) else sure)
            for _ in range(count)
        ]

    def target(self, known: list[dict[str, Any]]) -> dict[str, Any]:
        chosen = self.random.choice(known) if known else self.object()
        metadata = chosen.get("metadata", {})
        made: dict[str, Any] = {"kind": chosen.get("kind"), "name": metadata.get("name")}
        made = {key: str(value) for key, value in made.items() if value is not None and self.chance(0.85)}
        if self.chance(0.1):
            made["labelSelector"] = self.random.choice(
                ("app=web", "app in (web, db)", "!app", "app!=db", "app notin (web),app", "app == web")
            )
        if self.chance(0.1):
            made["annotationSelector"] = self.random.choice(("note=x", "!note", "note in (x,y)", "note"))
        if self.chance(0.1):
            made["group"] = self.random.choice(("kubevirt.io", "kubevirt.*", ".*", "apps"))
        if self.chance(0.1):
            made["namespace"] = self.random.choice(("default", "shop", "prod"))
        if self.chance(0.1):
            made["name"] = self.random.choice(
                ("w.*", "web|db", "none", "^web$", "(web|db)", "[a-d].*", "^d.+", "w?eb", "web-?.*")
            )
        if self.chance(0.1):
            made["version"] = "v1"
        return made

    def entry(self, folder: str, known: list[dict[str, Any]], number: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self.chance(0.5):
            patch, _ = self.patch(known)
            text = dump(patch)
            if self.chance(0.5):
                made["target"] = self.target(known)
            if self.chance(0.1):
                made["options"] = {"allowNameChange": True}
                text = text.replace("name: web", "name: newname")
            if self.chance(0.1) and "target" in made:
                made["options"] = {"allowKindChange": True, "allowNameChange": self.chance(0.5)}
                text = text.replace("kind: VirtualMachine\n", "kind: VirtualMachineInstance\n")
            if self.chance(0.1) and "target" in made:
                text = re.sub("^apiVersion: .*\n", "", text)
            if self.chance(0.1) and "target" not in made:
                more, _ = self.patch(known)
                text += "---\n" + dump(more)
        else:
            made["target"] = self.target(known)
            text = dump(self.operations(machine=made["target"].get("kind") == "VirtualMachine"))
            if self.fault(0.1):
                del made["target"]
        if self.chance(0.5):
            made["patch"] = text
        else:
            made["path"] = f"patch{number}.yaml"
            self.files[f"{folder}/patch{number}.yaml"] = text
            if self.fault(0.05):
                made["path"] = self.random.choice(("missing.yaml", "../base/a.yaml", ""))
        return made

    def generator(self, folder: str, known: list[dict[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": self.random.choice((f"{folder.replace('/', '-')}-gen", *(_NAMES if self.fault(0.2) else ())))
        }
        same = [one for one in known if one.get("kind") in ("ConfigMap", "Secret")]
        if same and self.chance(0.3):
            made["name"] = str(self.random.choice(same).get("metadata", {}).get("name"))
            made["behavior"] = self.random.choice(("merge", "replace"))
        if self.chance(0.7):
            made["literals"] = [f"k{index}=" + self.random.choice(_LITERALS) for index in range(2)]
        if self.chance(0.4):
            made["files"] = [self.random.choice(("seed.txt", "key=seed.txt"))]
            self.files[f"{folder}/seed.txt"] = self.random.choice(("hello\n", "ä€\n", "x" * 100))
            if self.fault(0.1):
                made["files"] = [self.random.choice(("no.txt", "a=b=c", "=x"))]
        if self.chance(0.2):
            made["envs"] = ["vars.env"]
            self.files[f"{folder}/vars.env"] = "# note\nA=b\n\nC=d=e\n"
        if self.fault(0.1):
            made["behavior"] = self.random.choice(("merge", "replace", "create"))
        if self.chance(0.1):
            made["namespace"] = "shop"
        if self.chance(0.3):
            made["options"] = {
                "disableNameSuffixHash": self.chance(0.5),
                "labels": {"g": "h"},
                **({"immutable": True} if self.chance(0.3) else {}),
            }
        if self.fault(0.06):
            made["literals"] = [self.random.choice(("novalue", "=x", "a b=c"))]
        return made

    def replacement(self, known: list[dict[str, Any]]) -> dict[str, Any]:
        machines = [one for one in known if one.get("kind") == "VirtualMachine"]
        source, target = (self.random.choice(machines or known) if known else self.object() for _ in range(2))
        made: dict[str, Any] = {
            "source": {"kind": source.get("kind"), "name": source.get("metadata", {}).get("name")},
            "targets": [
                {
                    "select": {"kind": str(target.get("kind"))},
                    "fieldPaths": [
                        self.random.choice(
                            (
                                "metadata.name",
                                "metadata.labels.app",
                                "spec.template.spec.volumes.[name=root].dataVolume.name",
                                "spec.template.spec.volumes.0.name",
                                "spec.template.spec.volumes.*.name",
                                "spec.template.spec.domain.cpu.cores",
                                "spec.instancetype.name",
                            )
                        )
                    ],
                }
            ],
        }
        made["source"] = {key: str(value) for key, value in made["source"].items() if value is not None}
        if self.chance(0.4):
            made["source"]["fieldPath"] = self.random.choice(
                ("kind", "metadata.labels.app", "spec.template.spec.domain.cpu.cores", "data.a")
            )
        if self.chance(0.4):
            made["targets"][0]["options"] = self.random.choice(({"create": True}, {"delimiter": "-", "index": 0}))
        if self.chance(0.1):
            made["targets"][0]["reject"] = [{"name": "web"}]
        return made

    def kustomization(self, folder: str, bases: list[str], components: list[str], *, kind: str = "") -> None:
        random = self.random
        names = [f"{name}.yaml" for name in ("a", "b")[: random.choice((0, 1, 1, 2))]]
        if folder == "base" and not names:
            names = ["a.yaml"]
        for name in names:
            self.manifest(f"{folder}/{name}")
        made: dict[str, Any] = {}
        if kind or self.chance(0.6):
            made["kind"] = kind or "Kustomization"
            made["apiVersion"] = f"kustomize.config.k8s.io/{'v1alpha1' if kind else 'v1beta1'}"
        used = [self.relative(folder, base) for base in bases if self.chance(0.8)]
        made["resources"] = [*names, *used]
        known = [*self.objects.get(folder, []), *(one for base in bases for one in self.reach.get(base, []))]
        self.reach[folder] = known
        if components and self.chance(0.5):
            made["components"] = [self.relative(folder, one) for one in components]
        options: list[tuple[float, str, Any]] = [
            (0.4, "namespace", lambda: random.choice(("prod", "shop"))),
            (0.3, "namePrefix", lambda: random.choice(("a-", "b-"))),
            (0.3, "nameSuffix", lambda: random.choice(("-z", "-y"))),
            (0.15, "commonLabels", lambda: {"common": "yes"}),
            (0.2, "labels", lambda: [random.choice(_LABELS)]),
            (0.15, "commonAnnotations", lambda: {"noted": "yes"}),
            (0.5, "patches", lambda: [self.entry(folder, known, n) for n in range(random.choice((1, 2)))]),
            (0.12, "patchesStrategicMerge", lambda: [dump(self.patch(known)[0])]),
            (0.1, "patchesJson6902", lambda: [self.old_entry(known)]),
            (0.2, "configMapGenerator", lambda: [self.generator(folder, known)]),
            (0.2, "secretGenerator", lambda: [self.generator(folder, known)]),
            (0.1, "generatorOptions", lambda: {"disableNameSuffixHash": True, "labels": {"from": "options"}}),
            (0.08, "replacements", lambda: [self.replacement(known)]),
            (0.06 if self.faulty else 0, "replicas", lambda: [{"name": random.choice(_NAMES), "count": 2}]),
            (0.12, "images", lambda: [random.choice(_IMAGES)]),
            (0.08, "sortOptions", lambda: {"order": "legacy"}),
            (0.08, "vars", lambda: [self.variable(known)]),
            (0.03, "openapi", lambda: {"path": "schema.json"}),
        ]
        for chance, field, value in options:
            if self.chance(chance * 0.8):
                made[field] = value()
        if self.chance(0.35):
            made["configurations"] = ["refs.yaml"]
            configured: dict[str, Any] = {}
            if self.chance(0.6):
                configured["nameReference"] = _REFERENCES
            configured |= {field: specs for field, specs in _FIELD_SPECS.items() if self.chance(0.4)}
            if self.fault(0.2):
                configured["commonLabels"] = [{"path": "metadata/labels", "create": False}]
            self.files[f"{folder}/refs.yaml"] = dump(configured)
        if "openapi" in made:
            self.files[f"{folder}/schema.json"] = "{}"
        if kind:
            made.pop("replicas", None)
        self.spoil(folder, made)
        self.files[f"{folder}/kustomization.yaml"] = dump(made)

    def variable(self, known: list[dict[str, Any]]) -> dict[str, Any]:
        chosen = self.random.choice(known) if known else self.object()
        metadata = chosen.get("metadata", {})
        reference = {"kind": str(chosen.get("kind")), "apiVersion": chosen.get("apiVersion", "v1")}
        if self.fault():
            reference["apiVersion"] = "v2"
        reference["name"] = str(metadata.get("name"))
        if self.chance(0.2) and metadata.get("namespace"):
            reference["namespace"] = metadata["namespace"]
        return {"name": f"VAR{self.random.randrange(1000)}", "objref": reference}

    def old_entry(self, known: list[dict[str, Any]]) -> dict[str, Any]:
        target = self.target(known)
        if not self.fault(0.2):
            target.setdefault("name", "web")
        machine = target.get("kind") == "VirtualMachine"
        return {"target": target, "patch": dump(self.operations(machine=machine))}

    def spoil(self, folder: str, made: dict[str, Any]) -> None:
        """Make one mistake in a kustomization."""
        if not self.fault(0.15):
            return
        mistakes = (
            lambda: made["resources"].append("missing.yaml"),
            lambda: made["resources"].append("../nowhere"),
            lambda: made["resources"].append("../"),
            lambda: made["resources"].append("."),
            lambda: made["resources"].append(None),
            lambda: made["resources"].append("../base/a.yaml"),
            lambda: made["resources"].extend(made["resources"][:1]),
            lambda: made["resources"].append("../component" if folder.count("/") == 0 else "../../component"),
            lambda: made.update(patchs=[]),
            lambda: made.update(commonLabels={"a": 1}),
            lambda: made.update(patches=["patch.yaml"]),
            lambda: made.update(patches=[{"patch": ""}]),
            lambda: made.update(resources="a.yaml"),
            lambda: made.update(namespace=7),
            lambda: made.update(kind="Other"),
            lambda: made.update(apiVersion="kustomize.config.k8s.io/v1"),
            lambda: made.clear(),
            lambda: made.update(components=["../base"]),
            lambda: made.update(labels=[{"pairs": {"a": True}}]),
            lambda: made.update(configurations=["none.yaml"]),
            lambda: made.update(replacements=[{"path": "none.yaml"}]),
            lambda: made.update(replicas=[{"name": "unknown", "count": 1}]),
            lambda: made.update(NamePrefix="case-"),
            lambda: made.update(images=None, metadata={"name": "x"}),
            lambda: made.update(configMapGenerator=[{"literals": ["a=b"]}]),
        )
        self.random.choice(mistakes)()

    @staticmethod
    def relative(folder: str, other: str) -> str:
        return "../" * (folder.count("/") + 1) + other


_DIRECTIVES: tuple[dict[str, Any], ...] = (
    {
        "template": {
            "spec": {
                "$setElementOrder/volumes": [{"name": "data"}, {"name": "root"}],
                "volumes": [{"name": "root", "x": 1}],
            }
        }
    },
    {"instancetype": {"$patch": "replace", "name": "n", "null": None}},
    {"instancetype": {"$retainKeys": ["name"], "name": "q"}},
    {"instancetype": {"$patch": "merge", "name": "q", "kind": None}},
    {"$deleteFromPrimitiveList/a": [1]},
    {"template": {"$patch": "replace", "spec": {"domain": {"a": {}}}}},
    {"template": {"spec": {"volumes": [{"$patch": "replace"}, {"name": "z"}]}}},
    {"template": {"spec": {"volumes": [{"$patch": "delete", "name": "root"}]}}},
    {"template": {"spec": {"volumes": []}}},
    {"template": {"spec": {"volumes": None, "domain": {}}}},
    {"template": {"spec": {"domain": {"devices": {"$patch": "delete"}}}}},
    {"new": {"deep": {"$patch": "replace", "a": None}}, "odd": None},
    {"new": [{"a": None, "$patch": "delete"}, [None]]},
    {"runStrategy": "RAW_yes", "other": "RAW_0x10"},
)
_PORTS: tuple[list[dict[str, Any]], ...] = (
    [{"port": 80, "name": "web"}, {"port": 443}],
    [{"port": 53, "$patch": "delete"}],
    [{"$patch": "replace"}, {"port": 1}],
    [{"port": 80, "name": None, "targetPort": 8080}],
    [{"name": "http", "targetPort": 1}],
    [],
)
_CONTAINERS: tuple[list[dict[str, Any]], ...] = (
    [{"name": "b", "image": "redis:7"}],
    [{"name": "new", "image": "nginx"}, {"name": "a", "env": [{"name": "X", "value": "1"}]}],
    [{"name": "a", "$patch": "delete"}],
)
_WRONG: tuple[Any, ...] = ("text", ["list"], 3)
_LITERALS = ("v", "a<b", '"q"', "x=y", "")
_LABELS = (
    {"pairs": {"l": "m"}},
    {"pairs": {"l": "m"}, "includeSelectors": True},
    {"pairs": {"l": "m"}, "includeTemplates": True},
    {"pairs": {"z": "1", "b": "yes"}, "includeSelectors": True, "includeTemplates": True},
    {"pairs": {"l": "m"}, "includeTemplates": False},
    {
        "pairs": {"l": "m"},
        "fields": [{"path": "spec/made/here", "create": True}],
    },
    {
        "pairs": {"l": "m"},
        "fields": [{"path": "spec/template/metadata/labels", "create": True, "kind": "VirtualMachine"}],
    },
    {"pairs": {"l": "m"}, "fields": [{"path": "spec/template/metadata/labels", "kind": "VirtualMachineInstance"}]},
)
_IMAGES = (
    {"name": "nginx", "newTag": "2"},
    {"name": "nginx", "newName": "other/nginx"},
    {"name": "quay.io/os/fedora", "newTag": "41", "newName": "quay.io/os/centos"},
    {"name": "redis", "digest": "sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"},
    {"name": "nginx", "tagSuffix": "-x"},
)
_VM_LABELS = [{"path": "spec/template/metadata/labels", "kind": "VirtualMachine", "create": True}]
_FIELD_SPECS: dict[str, list[dict[str, Any]]] = {
    "commonLabels": [*_VM_LABELS, {"path": "spec/selector/matchLabels", "kind": "VirtualMachineInstanceReplicaSet"}],
    "labels": _VM_LABELS,
    "templateLabels": _VM_LABELS,
    "commonAnnotations": [{"path": "spec/template/metadata/annotations", "kind": "VirtualMachine", "create": True}],
    "namePrefix": [{"path": "spec/template/spec/volumes/dataVolume/name", "kind": "VirtualMachine"}],
    "nameSuffix": [
        {"path": "spec/instancetype/name", "group": "kubevirt.io"},
        {"path": "spec/new/deep", "create": True},
    ],
    "namespace": [
        {"path": "spec/template/spec/ns", "kind": "VirtualMachine", "create": True},
        {"path": "spec/volumes[]/claim/namespace"},
    ],
    "images": [{"path": "spec/template/spec/volumes[]/containerDisk/image", "kind": "VirtualMachine"}],
    "replicas": [{"path": "spec/replicas", "kind": "VirtualMachineInstanceReplicaSet", "create": True}],
    "varReference": [{"path": "spec/template/spec/volumes/name", "kind": "VirtualMachine"}],
}
_REFERENCES = [
    {
        "kind": "PersistentVolumeClaim",
        "fieldSpecs": [
            {"kind": "VirtualMachine", "path": "spec/template/spec/volumes/persistentVolumeClaim/claimName"}
        ],
    },
    {
        "kind": "DataVolume",
        "group": "cdi.kubevirt.io",
        "fieldSpecs": [{"kind": "VirtualMachine", "path": "spec/template/spec/volumes/dataVolume/name"}],
    },
    {
        "kind": "VirtualMachineClusterInstancetype",
        "fieldSpecs": [{"kind": "VirtualMachine", "path": "spec/instancetype/name"}],
    },
]


def tree(random: Random) -> dict[str, str]:
    """The files of a tree by their paths; `TOP` has the kustomization that is built."""
    made = _Maker(random)
    made.kustomization("base", [], [])
    bases = ["base"]
    if made.chance(0.4):
        made.kustomization("more", [], [])
        bases.append("more")
    made.kustomization("component", [], [], kind="Component")
    if made.chance(0.4):
        made.kustomization("middle", ["base"], ["component"] if made.chance(0.3) else [])
        bases = [*(["base"] if made.chance(0.2) else []), "middle", *bases[1:]]
    if made.chance(0.25):
        made.kustomization("second", ["base"], [])
        bases.append("second")
    made.kustomization(TOP, bases, ["component"])
    return made.files
