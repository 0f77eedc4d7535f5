"""Checks at reception, and the quarantine of what fails them."""
