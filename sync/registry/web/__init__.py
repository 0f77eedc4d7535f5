"""The registry's own desk over HTTP."""
