"""What is the same on every sheet of a municipality, as finished objects: made once, then only copied."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import lru_cache

from anti_forgery.back import GROUND_PANEL
from anti_forgery.ground import CYAN, Disc, design_of, dots_object, ground_object
from anti_forgery.ground_design import GroundDesign
from anti_forgery.micro_text import micro_border
from anti_forgery.note import note_font, note_object
from anti_forgery.pdf_objects import stream_object
from anti_forgery.profile import PrinterProfile
from anti_forgery.update import Block, BlockWriter

GROUND, MICRO = "/KofuGround", "/KofuMicro"
FRONT_EMBLEM = Disc(x=297.6, y=420.9, radius=92.0)
BACK_EMBLEM = Disc(x=297.6, y=704.0, radius=70.0)
"""In points from the lower left corner: the middle of the front, and the middle of the words on the back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The block, the numbers of the objects in it that a sheet refers to, and the design of its ground."""

    block: Block = field(repr=False)
    ground: GroundDesign
    front_ground: int
    back_ground: int
    backdrop: int
    note: int
    font: int


@lru_cache(maxsize=256)
def constants(profile: PrinterProfile, municipality: str, first: int) -> Constants:
    """The objects with the emblem of a municipality, numbered from ``first`` on; some 50 KB, and few are different."""
    block = BlockWriter(first)
    design = design_of(profile)
    dots = block.add(dots_object(profile))
    front_ground = block.add(ground_object(dots, None, municipality, FRONT_EMBLEM, design.tone))
    back_ground = block.add(ground_object(dots, GROUND_PANEL, municipality, BACK_EMBLEM, design.tone))
    backdrop = block.add(stream_object("", _backdrop(), compressed=True))
    font = note_font(profile).write(block.add)
    note = block.add(note_object(profile, font))
    return Constants(
        block=block.finish(),
        ground=design,
        front_ground=front_ground,
        back_ground=back_ground,
        backdrop=backdrop,
        note=note,
        font=font,
    )


@lru_cache(maxsize=1)
def _backdrop() -> bytes:
    """The content that is painted first on both sides."""
    lines = [f"q {GROUND} Do Q", f"q {CYAN}", *micro_border(MICRO), "Q\n"]
    return zlib.compress("\n".join(lines).encode("ascii"), 9)
