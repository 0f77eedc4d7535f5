"""The version that every service reports; a test holds it to pyproject.toml."""

VERSION = "0.1.0"
