"""How visits ended, as the centre was told."""

from __future__ import annotations

from certificates.wire.visit import OutcomeKind
from tests.kiosk.kiosk_world import Customer, World, recorded


def reported(world: World) -> list[tuple[OutcomeKind, int, int, int, str]]:
    return [(one.outcome, one.sheets, one.taken, one.refunded, one.reason) for one in world.centre.reports]


async def finished(customer: Customer) -> None:
    await customer.leaves()
    await recorded(customer.world)
