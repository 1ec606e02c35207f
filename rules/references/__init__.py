"""References and ownership: who refers to what is not there, and what two objects claim."""
