"""What an edit does to the running cluster.

`vms` says it of VMs, `objects` of everything else, `pairing` which object before is which one after, `losses` what
disappears with an object, `model` is what comes out. The semantics are in `kubevirt/update`.
"""
