"""What stays of a town that failed: the logs of its services."""

from __future__ import annotations

import shutil
from pathlib import Path


def keep_logs(root: Path, out: Path) -> Path:
    """Logs hold no personal data, so they may outlive the town."""
    target = out / "logs"
    shutil.rmtree(target, ignore_errors=True)
    if (root / "logs").is_dir():
        shutil.copytree(root / "logs", target)
    return target
