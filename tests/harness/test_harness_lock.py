"""The lock files pin all that is installed, each with its hashes, at versions that were asked for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    version: Version
    extras: frozenset[str]


def read(lock: str) -> dict[str, Pin]:
    """The pins of a lock file by canonical name; a line that is not one exact version with hashes is refused."""
    pins: dict[str, Pin] = {}
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        text, *hashes = re.split(r"\s+--hash=sha256:", line.rstrip())
        requirement = Requirement(text)
        (exact,) = requirement.specifier
        assert exact.operator == "==", f"{text}: not one exact version"
        assert requirement.marker is None, f"{text}: the lock is one for all versions of Python"
        assert hashes, f"{text}: no hash"
        assert all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes), f"{text}: a broken hash"
        name = canonicalize_name(requirement.name)
        assert name not in pins, f"{name}: pinned twice"
        pins[name] = Pin(version=Version(exact.version), extras=frozenset(requirement.extras))
    return pins


def needs(name: str, extras: set[str]) -> list[Requirement]:
    """What an installed package says that it needs here, with these of its extras ("" is the package itself)."""
    asked = map(Requirement, metadata.requires(name) or ())
    return [
        one for one in asked if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras)
    ]


def lacking(lock: str, project: list[str]) -> set[str]:
    """Everything for which pip would turn to a package index while it installs these requirements from this lock.

    Where a package asks for another with an extra, the pin must name the extra: pip before 23.3 takes ``coverage[toml]``
    for a package of its own, looks for its newest version and refuses it, since the lock has no hash of that.
    """
    pins, followed, lacks = read(lock), dict[str, set[str]](), set[str]()
    waiting = [("pyproject.toml", Requirement(text)) for text in project]
    while waiting:
        asker, wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        wish = f"{asker} asks for {str(wanted).split(';')[0].strip()}"
        if (pin := pins.get(name)) is None:
            lacks.add(f"{wish}: not pinned")
            continue
        if not wanted.specifier.contains(pin.version, prereleases=True):
            lacks.add(f"{wish}: {pin.version} is pinned")
        if asker != "pyproject.toml" and (unnamed := wanted.extras - pin.extras):
            lacks.add(f"{wish}: its pin names no [{','.join(sorted(unnamed))}]")
        if (installed := Version(metadata.version(name))) != pin.version:
            lacks.add(f"{name} {pin.version} cannot be asked what it needs: {installed} is installed")
            continue
        fresh = {"", *wanted.extras} - followed.setdefault(name, set())
        followed[name] |= fresh
        waiting += [(name, need) for need in needs(name, fresh)] if fresh else []
    return lacks


@pytest.fixture(scope="module")
def project() -> list[str]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*table["dependencies"], *table["optional-dependencies"]["dev"]]


@pytest.fixture(scope="module")
def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def test_the_lock_pins_all_that_the_project_and_its_packages_ask_for(lock: str, project: list[str]) -> None:
    assert lacking(lock, project) == set()


@pytest.mark.parametrize(
    ("pinned", "instead", "said"),
    [
        (r"coverage\[toml\]==", "coverage==", "pytest-cov asks for coverage[toml]"),
        (r"aiosqlite==[\d.]+ ", "left-out==1 ", "pyproject.toml asks for aiosqlite"),
        (r"aiosqlite==[\d.]+ ", "aiosqlite==0.20 ", "pyproject.toml asks for aiosqlite"),
        (r"idna==[\d.]+ ", "left-out==1 ", "yarl asks for idna"),
        (r"greenlet==[\d.]+ ", "left-out==1 ", "sqlalchemy asks for greenlet"),
        (r"websocket-client==[\d.]+ ", "left-out==1 ", "python-socketio asks for websocket-client"),
    ],
    ids=["extra", "package", "version", "dependency", "dependency-of-extra", "dependency-of-extra-elsewhere"],
)
def test_what_a_lock_lacks_is_named(
    lock: str, project: list[str], pinned: str, instead: str, said: str
) -> None:
    spoilt, times = re.subn(f"(?m)^{pinned}", instead, lock)
    assert times == 1
    assert [lack for lack in lacking(spoilt, project) if lack.startswith(said)]


def test_a_pin_without_a_hash_is_refused(lock: str) -> None:
    with pytest.raises(AssertionError, match=r"aiosqlite==[\d.]+: no hash"):
        read(re.sub(r"(?m)^(aiosqlite==[\d.]+) \\\n(    --hash=.*\n)+", r"\1\n", lock))


@pytest.mark.parametrize("purpose", ["bench", "pcsc"])
def test_what_is_installed_beside_has_its_own_lock_that_agrees(lock: str, purpose: str) -> None:
    """Its packages need not be installed here, so only what is asked for by name is known."""
    pins, beside = read(lock), read((ROOT / f"requirements-{purpose}.lock").read_text())
    lines = (ROOT / f".ci/{purpose}.in").read_text().splitlines()
    for wanted in [Requirement(line) for line in lines if line[:1] not in ("#", "-")]:
        assert wanted.specifier.contains(beside[canonicalize_name(wanted.name)].version)
    shared = pins.keys() & beside.keys()
    assert {name: beside[name].version for name in shared} == {name: pins[name].version for name in shared}
