"""What vmlint works out of a VM, for people to read: expanded VMs and traces."""
