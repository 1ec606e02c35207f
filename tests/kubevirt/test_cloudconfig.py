"""What cloud-init makes of cloud-configs and network data."""

from __future__ import annotations

import random

import pytest

from vmlint.kubevirt import cloudconfig
from vmlint.kubevirt.cloudconfig import ConfigCheck, faults_of_network_data, faults_of_user_data
from vmlint.kubevirt.cloudinit import encoding_of


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("runcmds", "runcmd"),
        ("run_cmd", "runcmd"),
        ("ssh-authorized-keys", "ssh_authorized_keys"),
        ("ssh_authorised_keys", "ssh_authorized_keys"),
        ("Packages", "packages"),
        ("write-files", "write_files"),
        ("bootcmd", ""),
        ("ca-certs", ""),
        ("apps", ""),
        ("my_company", ""),
        ("${key}s", ""),
    ],
)
def test_a_key_is_misspelt_where_a_known_one_is_near(key: str, meant: str) -> None:
    found = [fault.meant for fault in faults_of_user_data(f"#cloud-config\n{key}: []\n")]
    assert found == ([meant] if meant else [])


@pytest.mark.parametrize(
    ("key", "check"),
    [
        ("packages", ConfigCheck.KEY_MISPLACED),
        ("ssh_pwauth", ConfigCheck.KEY_MISPLACED),
        ("password", ConfigCheck.KEY_MISSPELT),
        ("groups", None),
        ("user", None),
        ("my_company", None),
    ],
)
def test_a_key_of_the_whole_config_has_no_place_in_a_user(key: str, check: ConfigCheck | None) -> None:
    found = [fault.check for fault in faults_of_user_data(f"#cloud-config\nusers:\n- name: a\n  {key}: b\n")]
    assert found == ([check] if check else [])


@pytest.mark.parametrize(
    "data",
    [
        "#cloud-config-archive\n- {type: text/cloud-config, content: a}",
        '#cloud-config-jsonp\n[{"op": "add"}]',
        "## template: jinja\n#cloud-config\na: [",
        "#!/bin/sh\n[",
        "#include\nhttps://example.com",
        "",
        "#cloud-config",
        "#cloud-config\n" + "[" * 200_000,
    ],
    ids=["archive", "patch", "template", "script", "include", "empty", "header", "too long"],
)
def test_nothing_is_said_of_other_user_data(data: str) -> None:
    assert faults_of_user_data(data) == ()


@pytest.mark.parametrize("mark", ["[", "{a: ", "- ", "? "])
def test_a_text_that_nests_deeply_is_not_judged(mark: str) -> None:
    assert faults_of_user_data(f"#cloud-config\na:\n  {mark * 30_000}b") == ()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("I2Nsb3VkLWNvbmZpZwpob3N0bmFtZTogYQo=", "base64"),
        ("IyEvYmluL3NoCg==", "base64"),
        ("%23cloud-config%0Ahostname%3A%20a", "URL"),
        ("#cloud-config\na: I2Nsb3VkLWNvbmZpZwo=", ""),
        ("%23 of them", ""),
        ("I2 is no base64", ""),
    ],
)
def test_data_may_still_be_encoded(data: str, encoding: str) -> None:
    assert encoding_of(data) == encoding


def test_a_line_is_that_of_the_text() -> None:
    (fault,) = faults_of_user_data("#cloud-config\nhostname: a\n\nruncmd: ls\n")
    assert (fault.check, fault.line, fault.value) == (ConfigCheck.WRONG_TYPE, 4, "runcmd")
    (fault,) = faults_of_network_data("ethernets: {}\nversion: 7\n")
    assert (fault.check, fault.line, fault.value) == (ConfigCheck.VERSION_UNKNOWN, 2, "7")


def test_plain_values_make_no_difference() -> None:
    """What is reported of a text is what is in it as it is written, whatever is looked at first."""
    chance = random.Random(5)
    lines = """\
hostname: web-1
hostname: null
hostname: [a]
runcmd: start
runcmd:
  - start it
- x
  - [systemctl, start]
user:
users:
  - name: ops
    sudos: ALL
  - nam: ops
packages: vim
write_files:
  - path: /etc/x
    content: |
      runcmds: y
    permissions: '0644'
a: b: c
package_update: true
package-updates: true
# a comment
timezone: TODO
fqdn: ${NAME}
\tbad: x
bootcmd: {a: b,
  c: d,
  e: f}
text: one
  two
  three: four
? key
: value
just text
ssh_keys: &keys {rsa_private: a}
ssh_pwauth: *keys
timezone: &keys UTC
---
...
%YAML 1.1
final_message: "one
locale: two"
  indented: x
{a: b}
users: [default, ops]
runcmd: [[a, -b], --now]
packages: [vim, - x]
runcmds: [systemctl, enable, --now, app]
""".splitlines()
    for _ in range(1000):
        text = "\n".join(["#cloud-config", *chance.choices(lines, k=chance.randrange(1, 6))]) + "\n"
        assert faults_of_user_data(text) == tuple(cloudconfig._faults_of_user_data(text)), text
