"""The paper: forms as data, one drawing module, and the reading of a finished file."""
