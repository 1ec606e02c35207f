"""What an edit does to the running cluster.

`compare` goes over all objects. `pairing` says which object before is which one after, `renames` which new object has
the place of one that is gone, `unapplied` what nobody can apply, and `remains` what the cluster keeps without a
manifest. `vms`, `objects`, `effects` and `deletions` judge one object each, with `refusal` for what the cluster
refuses, `losses` for what disappears with an object, `users` for those that use it, `uses` for what its deletion does
to them, and `values` for what a guest gets.
`removal` says what Flux and Argo CD do with an object that they do not apply any more, `keepers` which annotations
keep it, and `remaining_tools` which Kustomizations and Applications stay themselves.
`model` is what comes out. `releases` compares two releases, `touched` finds what `check --changed` reports. The
semantics are in `kubevirt/update`.
"""
