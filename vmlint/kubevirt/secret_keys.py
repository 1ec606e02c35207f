"""Which keys of a Secret are read, by the field that names the Secret; and which keys a Secret will have.

A new reader is a row of `READERS`; a kind of which a controller makes Secrets is a row of `_KEYS`.

Sources: KubeVirt `pkg/cloud-init/cloud-init.go` (resolveNoCloudSecrets, resolveConfigDriveSecrets); External Secrets
Operator `pkg/controllers/externalsecret` (data, dataFrom, target.template); Sealed Secrets
`pkg/apis/sealedsecrets/v1alpha1` (encryptedData, template.data); sops-secrets-operator (secretTemplates).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = ["READERS", "Reader", "keys_of", "reader_of"]


class Reader(Record):
    """A field that names a Secret, and what is read of it.

    `field` is the end of the field's path, list indexes left out. `keys` are names of one thing, of which the first
    that the Secret has counts. `what` is that thing, for people; `who` reads it.
    """

    field: tuple[str, ...]
    keys: tuple[str, ...]
    what: str
    who: str


_USER_DATA = ("userdata", "userData")
_NETWORK_DATA = ("networkdata", "networkData")

READERS: tuple[Reader, ...] = tuple(
    Reader((source, reference, "name"), keys, what, "KubeVirt")
    for source in ("cloudInitNoCloud", "cloudInitConfigDrive")
    for reference, keys, what in (
        ("secretRef", _USER_DATA, "user data"),
        ("networkDataSecretRef", _NETWORK_DATA, "network data"),
    )
)


def reader_of(path: Path) -> Reader | None:
    """The reader of the Secret that a field names, None where the keys don't matter."""
    fields = tuple(step for step in path if isinstance(step, str))
    return next((reader for reader in READERS if fields[-len(reader.field) :] == reader.field), None)


def keys_of(maker: Mapping[str, Any], made_at: Path = ()) -> frozenset[str] | None:
    """The keys of a Secret, None where the files don't decide them all.

    `maker` is the Secret, or the object of which a controller makes it; `made_at` is the field of the maker that makes
    this one.
    """
    find = _KEYS.get(text(maker, "kind"))
    keys = None if find is None else find(maker, made_at)
    return None if keys is None or any(is_unknown(key) for key in keys) else keys


def _of_secret(secret: Mapping[str, Any], _: Path) -> frozenset[str] | None:
    """Those of a Secret in the files. One without any is an empty shell that somebody fills in the cluster."""
    return _names(mapping(secret, "data"), mapping(secret, "stringData")) or None


def _of_external_secret(maker: Mapping[str, Any], _: Path) -> frozenset[str] | None:
    spec = mapping(maker, "spec")
    return _of_external_spec(mapping(spec, "externalSecretSpec") or spec)


def _of_external_spec(spec: Mapping[str, Any]) -> frozenset[str] | None:
    """`template.data` replaces what is fetched, unless it is merged; `dataFrom` fetches whatever there is."""
    template = mapping(spec, "target", "template")
    made = _names(mapping(template, "data"))
    if sequence(template, "templateFrom") or text(spec, "target", "creationPolicy") in ("Merge", "None"):
        return None
    if made and text(template, "mergePolicy") != "Merge":
        return made
    if sequence(spec, "dataFrom"):
        return None
    return (made | {text(entry, "secretKey") for _, entry in each(spec, "data")}) or None


def _of_sealed_secret(maker: Mapping[str, Any], _: Path) -> frozenset[str] | None:
    spec = mapping(maker, "spec")
    return _names(mapping(spec, "encryptedData"), mapping(spec, "template", "data")) or None


def _of_sops_secret(maker: Mapping[str, Any], made_at: Path) -> frozenset[str] | None:
    template = get(maker, *made_at[:3])  # spec, secretTemplates, the index
    return _names(mapping(template, "data"), mapping(template, "stringData")) or None


def _of_certificate(_maker: Mapping[str, Any], _: Path) -> frozenset[str]:
    return frozenset(("tls.crt", "tls.key", "ca.crt"))


def _names(*groups: Iterable[str]) -> frozenset[str]:
    return frozenset(str(key) for keys in groups for key in keys)


_KEYS: Mapping[str, Callable[[Mapping[str, Any], Path], frozenset[str] | None]] = {
    "Secret": _of_secret,
    "ConfigMap": lambda source, _: _names(mapping(source, "data"), mapping(source, "binaryData")) or None,
    "ExternalSecret": _of_external_secret,
    "ClusterExternalSecret": _of_external_secret,
    "SealedSecret": _of_sealed_secret,
    "SopsSecret": _of_sops_secret,
    "Certificate": _of_certificate,
}
"""By the kind of the Secret, or of what makes it."""
