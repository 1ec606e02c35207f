"""What KubeVirt does to a VM that exists when its manifest, or something that it depends on, is edited.

Functions on plain values, one module a part of the VM controller's work: `rollout` has the cluster's settings, `start`
the guest as it is started, `restart` the comparison that asks for a restart, `cpu`, `memory`,
`scheduling`, `volumes`, `networks` and `metadata` what is changed in the running guest, `revisions` the stored copies
of instancetypes and preferences, and `controller` the order in which all of it happens.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go`.
"""
