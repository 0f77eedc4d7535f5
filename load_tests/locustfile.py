"""Kiosks at peak demand: whole visits over mutual TLS, every PDF opened and its text held against who asked.

Started by ``load_tests.run``; KOFU_LOAD_SCENE names the file that describes the town.
"""

from __future__ import annotations

import itertools
import os
import random
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from locust import FastHttpUser, constant, events, task

from certificates.domain.kinds import OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.errors import KofuError, RefusedError
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import client_context
from certificates.wire.visit import Choice
from load_tests import oracle
from load_tests.authority.jpki import IssuedCard, JpkiTestAuthority, new_key
from load_tests.scene import VISIT, KioskFiles, Scene
from load_tests.visitor import Visitor

SCENE = Scene.read(Path(os.environ["KOFU_LOAD_SCENE"]))
PEOPLE = SCENE.people
TRUSTED = load_trusted_keys(Path(SCENE.trusted))
CARDS = JpkiTestAuthority.load(Path(SCENE.cards))
# An RSA key takes 0.1 s to make: the cards of the load share a few, under serial numbers of their own.
KEYS = [new_key() for _ in range(4)]
HOLDERS = sorted(PEOPLE.holders)
NEXT_KIOSK: Iterator[KioskFiles] = itertools.cycle(SCENE.kiosks)


class WrongStatusError(Exception):
    """The centre answered with something else than a certificate; the text is its problem code."""


class KioskUser(FastHttpUser):
    """One kiosk: one visit after another without a pause, as in the queue of a busy morning."""

    wait_time = constant(0)
    host = SCENE.centre
    network_timeout = 60.0
    connection_timeout = 60.0

    def __init__(self, environment: object) -> None:
        self.kiosk = next(NEXT_KIOSK)
        self.chance = random.Random()  # noqa: S311 - chooses visitors, protects nothing
        super().__init__(environment)

    def ssl_context_factory(self) -> ssl.SSLContext:
        return client_context(SCENE.tls(self.kiosk))

    def post(self, step: str, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        # locust's own annotation forgets that a body may be bytes; canonical JSON is UTF-8 either way
        text = body.decode()
        with self.client.post(path, data=text, headers=headers, name=step, catch_response=True) as answer:
            # a refusal is an answer; whether it is the right one is judged for the whole visit
            if answer.status_code == 0:
                answer.failure("no answer")
            else:
                answer.success()
            return int(answer.status_code), bytes(answer.content or b"")

    @task
    def visit(self) -> None:
        serial = self.chance.choice(HOLDERS)
        started = time.perf_counter()
        error: Exception | None = None
        size = 0
        try:
            size = self.play(card_of(int(serial, 16)), serial)
        except (KofuError, AssertionError) as failure:
            error = failure
        events.request.fire(  # type: ignore[no-untyped-call]  # locust's hook takes any keywords
            request_type="VISIT",
            name=VISIT,
            response_time=(time.perf_counter() - started) * 1000,
            response_length=size,
            exception=error,
            context={},
        )

    def play(self, card: IssuedCard, serial: str) -> int:
        """One visit; what the register's facts refuse must be refused. Returns the size of the PDF."""
        visitor = Visitor(
            kiosk=self.kiosk.kiosk,
            municipality=SCENE.municipality,
            card=card,
            centre=TRUSTED,
            post=self.post,
        )
        try:
            menu = visitor.prove()
        except RefusedError as refusal:
            return self.refused(refusal)
        kind = self.chance.choice(menu.kinds).kind
        chosen = KINDS[kind].members
        alone = chosen and self.chance.random() < 0.5
        holder = PEOPLE.holders[serial]  # type: ignore[index]  # keys are the same text
        items = KINDS[kind].usual | {OptionalItem.RELATION} if chosen else frozenset()
        choice = Choice(kind=kind, members=(holder,) if alone else None, items=items)
        try:
            paper = visitor.apply(choice)
        except RefusedError as refusal:
            return self.refused(refusal)
        expected = PEOPLE.expected(serial, kind, choice.members, items)  # type: ignore[arg-type]
        oracle.check(paper.pdf, expected, issue_numbers=paper.delivery.issue_numbers)
        visitor.report(paper)
        return len(paper.pdf)

    def refused(self, refusal: RefusedError) -> int:
        raise WrongStatusError(refusal.code.value) from refusal


def card_of(serial: int) -> IssuedCard:
    now = datetime.now(UTC)
    key = KEYS[serial % len(KEYS)]
    return CARDS.issue(serial, not_before=now - timedelta(days=2), not_after=now + timedelta(days=2), key=key)
