"""Backs of random sheets through every class of damage: how many are read, how fast, and that nothing wrong is ever accepted."""
