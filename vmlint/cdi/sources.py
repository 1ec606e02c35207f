"""The checks that DataVolumes and VolumeImportSources share: which source, and whether it is whole.

Source: CDI `pkg/apiserver/webhooks/util.go`, `pkg/util/checksum`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vmlint.cdi.cause import Cause, Check
from vmlint.cdi.url import registry_scheme, request_scheme
from vmlint.model.access import get, text
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["DATA_VOLUME_MEMBERS", "IMPORT_MEMBERS", "check_content_type", "check_count", "check_source"]

IMPORT_MEMBERS = ("http", "s3", "registry", "gcs", "blank", "imageio", "vddk")
DATA_VOLUME_MEMBERS = (*IMPORT_MEMBERS, "pvc", "upload", "snapshot")

_CONTENT_TYPES = ("", "kubevirt", "archive")
_URL_SCHEMES = ("http", "https", "gs")
_REGISTRY_SCHEMES = ("docker", "oci-archive")
_PULL_METHODS = ("pod", "node")
_HASH_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_HEX = re.compile(r"[0-9a-f]*")
_VDDK_REQUIRED = ("secretRef", "uuid", "backingFile", "thumbprint")
# How CDI's messages spell the members.
_WORD = {"http": "HTTP", "s3": "S3", "gcs": "GCS", "imageio": "ImageIO", "vddk": "VDDK"}


def check_content_type(spec: Mapping[str, Any], path: Path) -> tuple[Cause, ...]:
    """`contentType` is kubevirt, archive or absent."""
    content_type = text(spec, "contentType")
    if content_type in _CONTENT_TYPES or is_unknown(content_type):
        return ()
    message = "ContentType not one of: kubevirt, archive"
    return (Cause((*path, "contentType"), message, Check.CONTENT_TYPE_UNKNOWN),)


def check_count(spec: Mapping[str, Any], path: Path, members: tuple[str, ...], noun: str) -> tuple[Cause, ...]:
    """Exactly one member of `source` is set."""
    count = sum(get(spec, "source", member) is not None for member in members)
    if count == 1:
        return ()
    word, check = ("Multiple", Check.SOURCES_SEVERAL) if count else ("Missing", Check.SOURCE_MISSING)
    message = f"{word} {noun} {'sources' if count else 'source'}"
    return (Cause((*path, "source"), message, check),)


def check_source(spec: Mapping[str, Any], path: Path) -> tuple[Cause, ...]:
    """The first member that is set is whole; `path` leads to the spec."""
    for member, check in _CHECKS.items():
        value = get(spec, "source", member)
        if isinstance(value, dict) and (causes := tuple(check(value, spec, (*path, "source", member)))):
            return causes
    return ()


def _http(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    yield from _url(source, spec, path)
    checksum = text(source, "checksum")
    if checksum and not is_unknown(checksum) and (fault := _checksum_fault(checksum)):
        yield Cause((*path, "checksum"), f"Invalid checksum format: {fault}", Check.CHECKSUM_INVALID)


def _url(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    url = text(source, "url")
    if is_unknown(url):
        return
    scheme = request_scheme(url)
    if scheme in _URL_SCHEMES:
        return
    fault = f"Invalid source URL scheme: {url}"
    if not url:
        fault = "source URL is empty"
    elif scheme is None:
        fault = f"Invalid source URL: {url}"
    yield Cause((*path, "url"), f"spec.source {fault}", Check.URL_INVALID)


def _checksum_fault(checksum: str) -> str:
    algorithm, colon, digest = (part.strip().lower() for part in checksum.partition(":"))
    if not colon:
        return f"invalid checksum format: expected 'algorithm:hash', got '{checksum}'"
    if not digest:
        return "checksum hash value cannot be empty"
    if algorithm not in _HASH_LENGTHS:
        return f"unsupported hash algorithm '{algorithm}': supported algorithms are: md5, sha1, sha256, sha512"
    if len(digest.encode()) != _HASH_LENGTHS[algorithm]:
        wanted = _HASH_LENGTHS[algorithm]
        return f"invalid {algorithm} hash length: expected {wanted} hex characters, got {len(digest.encode())}"
    return "" if _HEX.fullmatch(digest) else "checksum hash is not valid hexadecimal"


def _blank(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    if text(spec, "contentType") == "archive":
        message = "SourceType cannot be blank and the contentType be archive"
        yield Cause((*path[:-2], "contentType"), message, Check.CONTENT_TYPE_UNFIT)


def _registry(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    content_type = text(spec, "contentType")
    if content_type not in ("", "kubevirt") and not is_unknown(content_type):
        message = "ContentType must be kubevirt when Source is Registry"
        yield Cause((*path[:-2], "contentType"), message, Check.CONTENT_TYPE_UNFIT)
        return
    url, stream, method = source.get("url"), source.get("imageStream"), source.get("pullMethod")
    if (url is None) == (stream is None):
        yield Cause(path, "Source registry should have either URL or ImageStream", Check.REGISTRY_CHOICE)
        return
    if isinstance(url, str) and not is_unknown(url):
        scheme = registry_scheme(url)
        if scheme not in _REGISTRY_SCHEMES:
            word = "URL" if scheme is None else "URL scheme"
            yield Cause((*path, "url"), f"Illegal registry source {word} {url}", Check.REGISTRY_URL_INVALID)
            return
    if is_unknown(method):
        return
    if method is not None and method not in _PULL_METHODS:
        message = f'ImportMethod {method} is neither pod, node or ""'
        yield Cause((*path, "pullMethod"), message, Check.REGISTRY_PULL_METHOD)
    elif stream == "":
        yield Cause(path, "Source registry ImageStream is not valid", Check.REGISTRY_IMAGE_STREAM)
    elif stream is not None and method != "node":
        message = "Source registry ImageStream is supported only with node pull import method"
        yield Cause((*path, "pullMethod"), message, Check.REGISTRY_IMAGE_STREAM)


def _imageio(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    for field in ("secretRef", "diskId"):
        if not text(source, field):
            message = "spec.source.Imageio source Imageio is not valid"
            yield Cause((*path, field), message, Check.IMAGEIO_INCOMPLETE)
            return
    if not text(source, "certConfigMap") and source.get("insecureSkipVerify") is not True:
        message = "spec.source.Imageio source Imageio requires CertConfigMap or InsecureSkipVerify"
        yield Cause((*path, "certConfigMap"), message, Check.IMAGEIO_INCOMPLETE)
        return
    yield from _url(source, spec, path)


def _vddk(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    missing = next((field for field in _VDDK_REQUIRED if not text(source, field)), None)
    if missing is not None:
        yield Cause((*path, missing), "spec.source.VDDK source VDDK is not valid", Check.VDDK_INCOMPLETE)
        return
    yield from _url(source, spec, path)


def _clone(source: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    missing = next((field for field in ("name", "namespace") if not text(source, field)), None)
    if missing is not None:
        member, noun = ("PVC", "PVC") if path[-1] == "pvc" else ("Snapshot", "snapshot")
        message = f"spec.source.{member} source {noun} is not valid"
        yield Cause((*path, missing), message, Check.CLONE_SOURCE_INCOMPLETE)


_CHECKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Path], Iterator[Cause]]] = {
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
