"""Throw-away authorities for tests and demonstrations: TLS, signing keys, test cards."""
