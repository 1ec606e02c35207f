"""References and ownership: references to objects that do not exist, and objects that two others claim."""
