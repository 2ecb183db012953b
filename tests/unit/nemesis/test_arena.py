"""Who holds what: two faults never fight over one part of a node."""

from nemesis.arena import Occupancy


def test_a_part_of_a_node_has_one_holder() -> None:
    held = Occupancy()
    assert held.take(1, "kill-leader", ["zk1"], {"process"}) == ""
    assert held.take(2, "pause-one", ["zk1"], {"process"}) == "kill-leader holds the process of zk1"
    assert held.take(2, "pause-one", ["zk2"], {"process"}) == ""
    assert held.take(3, "slow", ["zk1"], {"disk"}) == ""
    held.release(1)
    assert held.take(4, "crash", ["zk1"], {"process"}) == ""


def test_all_parts_are_taken_or_none() -> None:
    held = Occupancy()
    held.take(1, "kill-leader", ["zk2"], {"process"})
    assert held.take(2, "wipe", ["zk1", "zk2"], {"process", "disk"}) != ""
    assert held.take(3, "wipe", ["zk1"], {"process", "disk"}) == ""


def test_the_network_is_one_part_of_the_whole_stage() -> None:
    held = Occupancy()
    assert held.take(1, "isolate-leader", ["zk1"], {"network"}) == ""
    assert held.take(2, "delay-zk3", ["zk3"], {"network"}) == "isolate-leader holds the network of the stage"


def test_whoever_holds_something_may_take_it_again() -> None:
    held = Occupancy()
    held.take(1, "kill-leader", ["zk1"], {"process"})
    assert held.take(1, "kill-leader", ["zk1"], {"process"}) == ""


def test_others_are_those_of_other_steps() -> None:
    held = Occupancy()
    assert not held.others(1)
    held.take(1, "kill-leader", ["zk1"], {"process"})
    assert not held.others(1)
    held.take(2, "pause-one", ["zk2"], {"process"})
    assert held.others(1)
    held.release(2)
    assert not held.others(1)
