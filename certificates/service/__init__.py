"""The shape that all services share: settings, mutual TLS, the web edge, the command line."""
