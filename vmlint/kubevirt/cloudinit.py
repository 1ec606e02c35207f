"""What cloud-init makes of user data: it knows their kind by how they begin, and ignores what it does not know.

Sources: cloud-init `cloudinit/handlers/__init__.py` (INCLUSION_TYPES_MAP, type_from_starts_with), `user_data.py`,
`util.py` (decomp_gzip); KubeVirt `pkg/cloud-init/cloud-init.go`.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from vmlint.runtime.pattern import late

__all__ = ["encoding_of", "lacks_header", "unpacked"]

_HEADERS = ("#!", "#cloud-config", "#cloud-boothook", "#include", "#part-handler", "#upstart-job", "## template:")
_VARIABLES = ("${", "{{")  # which may turn out to be a header
_KNOWN = (*_HEADERS, *_VARIABLES)
_MIME = "mime-version:"
_MIME_WITHIN = 4096
_COMPRESSED = b"\x1f\x8b"
# Keys of cloud-config that stand at the top, and that no other kind of user data has.
_KEYS = (
    "apt|bootcmd|ca_certs|ca-certs|chpasswd|disable_root|disk_setup|final_message|fqdn|fs_setup|growpart|hostname|keyboard"
    "|locale|manage_etc_hosts|mounts|ntp|package_reboot_if_required|package_update|package_upgrade|packages|password"
    "|phone_home|power_state|preserve_hostname|prefer_fqdn_over_hostname|resize_rootfs|rsyslog|runcmd|snap"
    "|ssh_authorized_keys|ssh_deletekeys|ssh_genkeytypes|ssh_import_id|ssh_keys|ssh_pwauth|swap|timezone|user|users"
    "|write_files|yum_repos|zypper"
)
_CLOUD_CONFIG = late(rf"^(?:{_KEYS}):(?:\s|$)", re.MULTILINE)


def lacks_header(data: str) -> bool:
    """Whether user data are a cloud-config that does not say so, and that cloud-init therefore ignores.

    Other systems than cloud-init read user data too, so that only what looks like a cloud-config is judged.
    """
    begin = data.lstrip()[:_MIME_WITHIN].lower()
    if begin.startswith(_KNOWN) or _MIME in begin:
        return False
    return _CLOUD_CONFIG.search(data) is not None


def unpacked(data: str) -> str:
    """The text of base64 data; "" for what is no base64, and for what is compressed."""
    import base64

    try:
        found = base64.b64decode("".join(data.split()), validate=True)
    except ValueError:
        return ""
    return "" if found.startswith(_COMPRESSED) else found.decode("utf-8", "replace")


def encoding_of(data: str) -> str:
    """The encoding in which user data still are, so that cloud-init does not know them: `base64`, `URL`, else ""."""
    begin = data.strip()
    if begin.startswith("%23") and unquote(begin[:_MIME_WITHIN]).lower().startswith(_HEADERS):
        return "URL"
    if begin.startswith(_PACKED) and unpacked(begin).lstrip().lower().startswith(_HEADERS):
        return "base64"
    return ""


_PACKED = ("I2", "IyE", "IyM")  # `#` and the first letter after it in base64
