"""The digest tree: what it says of a node, and what two trees that differ find out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import WireError
from sync.original.wire import Node
from sync.reconcile.compare import descend
from sync.reconcile.leaves import Leaf, halves, joined, text_digest
from sync.reconcile.tree import DigestTree

NAMES = st.builds(
    lambda prefix, number: f"{prefix}{number:013d}",
    st.sampled_from("rh"),
    st.integers(0, 400) | st.integers(0, 10**13 - 1),
)
CONTENTS = st.dictionaries(NAMES, st.integers(1, 3), max_size=60).map(
    # as with rows, whose text holds their key: no two leaves have one digest, which would cancel out
    lambda versions: {name: text_digest(f"{name} {version}") for name, version in versions.items()}
)


def tree(contents: dict[str, int]) -> DigestTree:
    return DigestTree(
        Leaf(name=name, digest=digest, touched=digest % 97) for name, digest in contents.items()
    )


def found(mine: DigestTree, theirs: DigestTree) -> Sequence[str]:
    descent = descend(mine)
    level = next(descent)
    while True:
        try:
            level = descent.send(theirs.children(level))
        except StopIteration as end:
            names: Sequence[str] = end.value
            return names


@given(CONTENTS, CONTENTS, CONTENTS)
def test_exactly_the_leaves_that_differ_are_found(
    shared: dict[str, int], mine: dict[str, int], theirs: dict[str, int]
) -> None:
    here, there = shared | mine, shared | theirs
    differing = sorted(name for name in here | there if here.get(name) != there.get(name))
    assert found(tree(here), tree(there)) == differing


@given(CONTENTS, st.text("rh0123456789", max_size=6))
def test_a_node_is_the_exclusive_or_of_all_below_it_and_children_part_it(
    contents: dict[str, int], name: str
) -> None:
    below = {leaf: digest for leaf, digest in contents.items() if leaf.startswith(name)}
    assert tree(contents).digest(name) == reduce(xor, below.values(), 0)
    (children,) = tree(contents).children([name])
    for child in children:
        inside = {leaf: digest for leaf, digest in below.items() if leaf.startswith(child.name)}
        assert int.from_bytes(child.digest, "big") == reduce(xor, inside.values(), 0)
        assert child.touched == max(digest % 97 for digest in inside.values())
        (further,) = tree(contents).children([child.name])
        assert len(further) != 1
    assert sum(leaf.startswith(child.name) for child in children for leaf in below) == len(below)


def test_a_leaf_has_no_children_and_an_unknown_node_none_either() -> None:
    one = tree({"r0000000000001": 5})
    assert [len(children) for children in one.children(["", "r0000000000001", "h"])] == [1, 0, 0]


def test_leaves_without_rows_are_the_same_as_no_leaves() -> None:
    assert len(DigestTree([Leaf(name="r0000000000001", digest=0, touched=3)])) == 0


@pytest.mark.parametrize(
    "names",
    [[""], ["r1", "r1"], ["r2", "r1"], ["r1", "r12"], ["r" + "0" * 14]],
)
def test_answers_that_are_no_tree_are_refused(names: list[str]) -> None:
    descent = descend(tree({"r0000000000001": 5}))
    next(descent)
    with pytest.raises(WireError):
        descent.send([[Node(name=name, digest=bytes(16), touched=0) for name in names]])


def test_a_digest_of_another_length_is_refused() -> None:
    descent = descend(tree({}))
    next(descent)
    with pytest.raises(WireError):
        descent.send([[Node(name="r", digest=bytes(15), touched=0)]])


@given(st.integers(0, 2**128 - 1))
def test_halves_of_a_digest_fit_a_database_and_join_again(digest: int) -> None:
    high, low = halves(digest)
    assert all(-(2**63) <= half < 2**63 for half in (high, low))
    assert joined(high, low) == digest
