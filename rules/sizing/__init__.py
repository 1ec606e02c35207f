"""Sizing: who gives a VM its vCPUs and memory, in the proposals that make an instancetype's amounts optional."""
