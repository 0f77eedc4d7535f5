"""Illogical and unreadable changes of the corpus' kinds, made of a town's own people, and what sets each right."""
