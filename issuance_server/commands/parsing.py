"""How each verb of the issuance server reads its command line."""

from __future__ import annotations

import argparse


def parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    """For ``python -m issuance_server <verb>``."""
    return argparse.ArgumentParser(prog=f"python -m issuance_server {verb}", description=purpose)
