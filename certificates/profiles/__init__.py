"""A municipality's profile as a file: reading it, saying all that is wrong with it, and the three that ship."""
