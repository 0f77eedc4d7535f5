"""The closed table of commands: whatever is not in it is no command, and its text is in no error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.errors import WireError
from kiosk_client.session import events as on
from kiosk_client.web.commands import MAX_FRAME, InsertMoney, StaffCode, Touch, read_command


@pytest.mark.parametrize(
    "frame",
    [
        '{"do":"start","at":1}' + " " * 1024,
        "",
        "[]",
        "{}",
        '{"do":"unheard-of","at":1}',
        '{"do":"start"}',
        '{"do":"start","at":"1"}',
        '{"do":"start","at":true}',
        '{"do":"start","at":1,"more":1}',
        '{"do":"digit","at":1,"digit":10}',
        '{"do":"digit","at":1,"digit":"4"}',
        '{"do":"language","at":1,"code":"xx"}',
        '{"do":"municipality","at":1,"code":"1"}',
        '{"do":"kind","at":1,"kind":"x"}',
        '{"do":"start","do":"start","at":1}',
    ],
)
def test_what_is_not_in_the_table_is_no_command(frame: str) -> None:
    with pytest.raises(WireError):
        read_command(frame)


def test_commands_become_events_of_their_screen() -> None:
    assert read_command('{"do":"digit","at":7,"digit":4}') == Touch(at=7, event=on.PressDigit(digit=4))
    assert read_command('{"do":"member","at":7,"member":2}') == Touch(at=7, event=on.ToggleMember(index=2))
    assert read_command('{"do":"copies","at":7,"copies":3}') == Touch(at=7, event=on.SetCopies(copies=3))
    assert read_command('{"do":"bench-money","yen":100}') == InsertMoney(yen=100)


def test_the_staff_code_is_in_no_representation() -> None:
    command = read_command('{"do":"staff","at":1,"code":"20260401"}')
    assert isinstance(command, StaffCode)
    assert command.code == "20260401"
    assert "20260401" not in repr(command)


@settings(deadline=None)
@given(st.text(max_size=MAX_FRAME + 10))
def test_no_text_whatever_raises_anything_but_an_error_of_the_wire(frame: str) -> None:
    with pytest.raises(WireError):
        read_command(frame)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_a_pin_in_a_wrong_frame_is_not_repeated_in_the_error(pin: str) -> None:
    with pytest.raises(WireError) as caught:
        read_command('{"do":"digit","at":1,"digit":"' + pin + '"}')
    assert pin not in str(caught.value)
