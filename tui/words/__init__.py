"""The sentences of the desk: a file for each screen, zh and en with the same keys."""
