"""Machine: guests of VMs, pools and replica sets that KubeVirt refuses, never starts or can't migrate."""
