"""What the program says to people, in one file per language."""
