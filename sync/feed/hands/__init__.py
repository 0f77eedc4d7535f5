"""Hands for large deliveries: processes beside the service that read, check and write what the registry pushes in bulk."""
