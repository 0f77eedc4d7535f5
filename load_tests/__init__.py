"""A whole town on one machine: the harness of the demo, the system tests and the load tests."""
