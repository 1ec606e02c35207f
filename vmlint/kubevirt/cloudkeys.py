"""The keys of a cloud-config with the types of their values, and the faults that one can have.

Source: cloud-init `cloudinit/config/schemas/schema-cloud-config-v1.json`.
"""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.record import Codes, Record

__all__ = [
    "AMBIGUOUS_KEYS",
    "ANY",
    "FILE_KEYS",
    "KEYS",
    "LIST",
    "MAPPING",
    "NETWORK_V2",
    "SCALAR",
    "USER_ALIASES",
    "USER_KEYS",
    "ConfigCheck",
    "ConfigFault",
]


class ConfigCheck(Codes):
    """The fault of a text, as a code."""

    NOT_YAML = "not yaml"
    """`value` is the parser's reason, `line` where it stops."""
    NOT_A_MAPPING = "not a mapping"
    """`value` is the type that it has."""
    KEY_MISSPELT = "key misspelt"
    """`value` is the key, `meant` the one that cloud-init knows."""
    KEY_MISPLACED = "key misplaced"
    """`value` is a key of the cloud-config itself, `meant` the list in an entry of which it is instead."""
    WRONG_TYPE = "wrong type"
    """`value` is the key, `meant` what it must be."""
    VERSION_MISSING = "version missing"
    VERSION_UNKNOWN = "version unknown"
    """`value` is the version."""
    VERSION_MISMATCH = "version mismatch"
    """`value` is the version, `meant` the key that it needs."""


class ConfigFault(Record):
    """A fault in a text, with its line there, counted from 1."""

    check: ConfigCheck
    line: int
    value: str = ""
    meant: str = ""


LIST, MAPPING, SCALAR, ANY = "a list", "a mapping", "a single value", ""

KEYS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "bootcmd",
            "cloud_config_modules",
            "cloud_final_modules",
            "cloud_init_modules",
            "fs_setup",
            "mounts",
            "runcmd",
            "ssh_authorized_keys",
            "write_files",
        ),
        LIST,
    ),
    **dict.fromkeys(
        (
            "ansible",
            "apk_repos",
            "apt",
            "ca_certs",
            "chef",
            "chpasswd",
            "disk_setup",
            "growpart",
            "keyboard",
            "landscape",
            "lxd",
            "ntp",
            "phone_home",
            "power_state",
            "puppet",
            "resolv_conf",
            "rh_subscription",
            "salt_minion",
            "snap",
            "ssh_keys",
            "swap",
            "wireguard",
            "yum_repos",
            "zypper",
        ),
        MAPPING,
    ),
    **dict.fromkeys(
        (
            "create_hostname_file",
            "disable_root",
            "final_message",
            "fqdn",
            "hostname",
            "locale",
            "locale_configfile",
            "manage_etc_hosts",
            "manage_resolv_conf",
            "package_reboot_if_required",
            "package_update",
            "package_upgrade",
            "password",
            "prefer_fqdn_over_hostname",
            "preserve_hostname",
            "ssh_deletekeys",
            "ssh_pwauth",
            "timezone",
        ),
        SCALAR,
    ),
    **dict.fromkeys(
        (
            "allow_public_ssh_keys",
            "apt_pipelining",
            "apt_reboot_if_required",
            "apt_update",
            "apt_upgrade",
            "authkey_hash",
            "autoinstall",
            "byobu_by_default",
            "ca-certs",
            "device_aliases",
            "disable_ec2_metadata",
            "disable_root_opts",
            "drivers",
            "fan",
            "groups",
            "grub-dpkg",
            "grub_dpkg",
            "launch-index",
            "mcollective",
            "merge_how",
            "merge_type",
            "migrate",
            "mount_default_fields",
            "network",
            "no_ssh_fingerprints",
            "output",
            "packages",
            "random_seed",
            "reporting",
            "resize_rootfs",
            "rpi",
            "rsyslog",
            "spacewalk",
            "ssh",
            "ssh_fp_console_blacklist",
            "ssh_genkeytypes",
            "ssh_import_id",
            "ssh_key_console_blacklist",
            "ssh_publish_hostkeys",
            "ssh_quiet_keygen",
            "system_info",
            "ubuntu_advantage",
            "ubuntu_pro",
            "updates",
            "user",
            "users",
            "vendor_data",
            "version",
            "yum_repo_dir",
        ),
        ANY,
    ),
}
"""The keys at the top of a cloud-config, and what each must be where another type does not work."""

USER_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("ssh_authorized_keys", "ssh-authorized-keys"), LIST),
    **dict.fromkeys(
        (
            "create_groups",
            "doas",
            "expiredate",
            "gecos",
            "groups",
            "hashed_passwd",
            "homedir",
            "inactive",
            "lock_passwd",
            "name",
            "no_create_home",
            "no_log_init",
            "no_user_group",
            "passwd",
            "plain_text_passwd",
            "primary_group",
            "selinux_user",
            "shell",
            "snapuser",
            "ssh_import_id",
            "ssh_redirect_user",
            "sudo",
            "system",
            "uid",
        ),
        ANY,
    ),
}
"""The keys of a user; each may have dashes in the place of underscores."""

USER_ALIASES = {
    "authorized_keys": "ssh_authorized_keys",
    "password": "plain_text_passwd",
    "ssh_keys": "ssh_authorized_keys",
    "ssh_public_keys": "ssh_authorized_keys",
    "username": "name",
}
"""What people write in a user, and what they mean."""

AMBIGUOUS_KEYS = frozenset(("groups", "network", "user", "users", "version"))
"""Keys at the top which in an entry of a list may be meant as something else."""

FILE_KEYS = dict.fromkeys(
    ("append", "content", "defer", "encoding", "owner", "path", "permissions", "source"),
    ANY,
)
NETWORK_V2 = frozenset(
    ("bonds", "bridges", "dummy-devices", "ethernets", "modems", "nm-devices", "tunnels", "vlans", "vrfs", "wifis")
)
