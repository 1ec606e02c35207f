"""The checks that DataVolumes and VolumeImportSources share: which source, and whether it is whole.

Source: CDI `pkg/apiserver/webhooks/util.go`, `pkg/util/checksum`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vmlint.cdi.check import Check
from vmlint.cdi.url import registry_scheme, request_scheme
from vmlint.model.access import mapping, text
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes
from vmlint.runtime.pattern import late
from vmlint.source.span import Path

__all__ = [
    "DATA_VOLUME_MEMBERS",
    "IMPORT_MEMBERS",
    "ChecksumFlaw",
    "check_content_type",
    "check_count",
    "check_source",
]

IMPORT_MEMBERS = ("http", "s3", "registry", "gcs", "blank", "imageio", "vddk")
DATA_VOLUME_MEMBERS = (*IMPORT_MEMBERS, "pvc", "upload", "snapshot")

_CONTENT_TYPES = ("", "kubevirt", "archive")
_URL_SCHEMES = ("http", "https", "gs")
_REGISTRY_SCHEMES = ("docker", "oci-archive")
_PULL_METHODS = ("pod", "node")
_HASH_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_HEX = late(r"[0-9a-f]*")
_VDDK_REQUIRED = ("secretRef", "uuid", "backingFile", "thumbprint")


class ChecksumFlaw(Codes):
    """What is wrong with a checksum."""

    NO_ALGORITHM = "no-algorithm"
    EMPTY = "empty"
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    WRONG_LENGTH = "wrong-length"
    NOT_HEXADECIMAL = "not-hexadecimal"


def check_content_type(spec: Mapping[str, Any], path: Path) -> tuple[Refusal, ...]:
    """`contentType` is kubevirt, archive or absent."""
    content_type = text(spec, "contentType")
    if content_type in _CONTENT_TYPES or is_unknown(content_type):
        return ()
    return (Refusal(Check.CONTENT_TYPE_UNKNOWN, (*path, "contentType")),)


def check_count(spec: Mapping[str, Any], path: Path, members: tuple[str, ...], of: str) -> tuple[Refusal, ...]:
    """Exactly one member of `source` is set; `of` is the kind of the object that has it."""
    source = mapping(spec, "source")
    count = sum(source.get(member) is not None for member in members) if source else 0
    if count == 1:
        return ()
    return (Refusal(Check.SOURCES_SEVERAL if count else Check.SOURCE_MISSING, (*path, "source"), {"of": of}),)


def check_source(spec: Mapping[str, Any], path: Path) -> tuple[Refusal, ...]:
    """The first member that is set is whole; `path` leads to the spec."""
    source = mapping(spec, "source")
    for member, check in _CHECKS.items() if source else ():
        value = source.get(member)
        if isinstance(value, dict) and (refusals := tuple(check(value, spec, (*path, "source", member)))):
            return refusals
    return ()


def _http(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    yield from _url(source, spec, path)
    checksum = text(source, "checksum")
    if checksum and not is_unknown(checksum) and (flaw := _checksum_flaw(checksum)):
        yield Refusal(Check.CHECKSUM_INVALID, (*path, "checksum"), flaw)


def _url(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    url = text(source, "url")
    if is_unknown(url):
        return
    scheme = request_scheme(url)
    if scheme in _URL_SCHEMES:
        return
    yield Refusal(Check.URL_INVALID, (*path, "url"), {"url": url, "scheme": scheme})


def _checksum_flaw(checksum: str) -> Mapping[str, Any] | None:
    """What is wrong with a checksum and the values that show it; None for one that CDI accepts."""
    algorithm, colon, digest = (part.strip().lower() for part in checksum.partition(":"))
    if not colon:
        return {"flaw": ChecksumFlaw.NO_ALGORITHM, "checksum": checksum}
    if not digest:
        return {"flaw": ChecksumFlaw.EMPTY}
    if (length := _HASH_LENGTHS.get(algorithm)) is None:
        return {"flaw": ChecksumFlaw.UNKNOWN_ALGORITHM, "algorithm": algorithm, "known": tuple(_HASH_LENGTHS)}
    if len(digest.encode()) != length:
        count = len(digest.encode())
        return {"flaw": ChecksumFlaw.WRONG_LENGTH, "algorithm": algorithm, "length": length, "count": count}
    return None if _HEX.fullmatch(digest) else {"flaw": ChecksumFlaw.NOT_HEXADECIMAL}


def _blank(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    if text(spec, "contentType") == "archive":
        yield Refusal(Check.CONTENT_TYPE_UNFIT, (*path[:-2], "contentType"), {"source": path[-1]})


def _registry(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    content_type = text(spec, "contentType")
    if content_type not in ("", "kubevirt") and not is_unknown(content_type):
        yield Refusal(Check.CONTENT_TYPE_UNFIT, (*path[:-2], "contentType"), {"source": path[-1]})
        return
    url, stream, method = source.get("url"), source.get("imageStream"), source.get("pullMethod")
    if (url is None) == (stream is None):
        yield Refusal(Check.REGISTRY_CHOICE, path)
        return
    if isinstance(url, str) and not is_unknown(url):
        scheme = registry_scheme(url)
        if scheme not in _REGISTRY_SCHEMES:
            yield Refusal(Check.REGISTRY_URL_INVALID, (*path, "url"), {"url": url, "scheme": scheme})
            return
    if is_unknown(method):
        return
    if method is not None and method not in _PULL_METHODS:
        yield Refusal(Check.REGISTRY_PULL_METHOD, (*path, "pullMethod"), {"method": method})
    elif stream == "":
        yield Refusal(Check.REGISTRY_IMAGE_STREAM, path)
    elif stream is not None and method != "node":
        yield Refusal(Check.REGISTRY_IMAGE_STREAM, (*path, "pullMethod"))


def _imageio(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    for field in ("secretRef", "diskId"):
        if not text(source, field):
            yield Refusal(Check.IMAGEIO_INCOMPLETE, (*path, field))
            return
    if not text(source, "certConfigMap") and source.get("insecureSkipVerify") is not True:
        yield Refusal(Check.IMAGEIO_INCOMPLETE, (*path, "certConfigMap"))
        return
    yield from _url(source, spec, path)


def _vddk(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    missing = next((field for field in _VDDK_REQUIRED if not text(source, field)), None)
    if missing is not None:
        yield Refusal(Check.VDDK_INCOMPLETE, (*path, missing))
        return
    yield from _url(source, spec, path)


def _clone(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    missing = next((field for field in ("name", "namespace") if not text(source, field)), None)
    if missing is not None:
        yield Refusal(Check.CLONE_SOURCE_INCOMPLETE, (*path, missing))


_CHECKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Path], Iterator[Refusal]]] = {
    "http": _http,
    "s3": _url,
    "gcs": _url,
    "blank": _blank,
    "registry": _registry,
    "imageio": _imageio,
    "vddk": _vddk,
    "pvc": _clone,
    "snapshot": _clone,
}
