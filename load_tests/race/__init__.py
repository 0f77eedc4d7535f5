"""The race at the counter: a seal's registration is ended, and its certificate is ordered in the same moment."""
