"""Machine: what KubeVirt's admission says of VMs, VirtualMachineInstances, pools and replica sets."""
