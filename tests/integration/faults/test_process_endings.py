"""Processes that end and come back: what their peers, their sessions and their data make of it."""

from harness.client.requests import Create, Delete, Exists, GetData
from harness.clock import SECOND, wait_for
from harness.ensemble import Server
from harness.four_letter import ask
from harness.visitor import visit
from tests.integration.faults.biting import await_epoch_above, bite, cast_fault, repair
from tests.integration.faults.test_classic_faults import await_successor, gone_everywhere, pid, reign_of
from tests.integration.theatre import PATIENCE, Theatre, inspect


def sessions_of_apps(theatre: Theatre) -> dict[str, int]:
    return dict(theatre.board.snapshot().sessions)


def noted(theatre: Theatre, mark: int) -> list[tuple[str | None, str]]:
    """Starts and ends of servers after a mark, in their order: (name, state)."""
    return [(e.node, e.value["state"]) for e in theatre.since(mark, "node", role="server")]


def in_dump(server: Server, session: int) -> bool:
    """Tell whether a leader still has a session."""
    dump = ask(server.host_address, "dump")
    assert "SessionTracker dump:" in dump
    return f"{session & (2**64 - 1):#x}" in dump


def test_a_crashed_leader_comes_back_into_a_higher_epoch_by_itself(theatre: Theatre) -> None:
    old = theatre.leader()
    epoch, life, container = old.status().epoch, old.life, old.container.id
    sessions, mark = sessions_of_apps(theatre), theatre.now()
    fault = cast_fault(theatre, "crash-leader/after=0.3")
    proof = bite(fault)
    assert (proof["before"]["mode"], proof["exit_code"]) == ("leader", 137)
    assert proof["after"]["pid"] == pid(old.container) != proof["before"]["pid"]
    assert (proof["after"]["life"], old.container.id) == (life + 1, container)
    died, started = theatre.since(mark, "node", node=old.name)
    assert (died.value["state"], started.value["state"]) == ("died", "started")
    assert (started.time - died.time) / SECOND >= 0.3
    # Nobody healed it, and it serves: below another leader.
    served = wait_for(
        lambda: old.status() if old.status().serves else None, within=PATIENCE, what="it serves again"
    )
    assert served.mode == "follower"
    # Nobody has a transaction of the new epoch before the new leader's first one.
    await_epoch_above(theatre, epoch)
    assert theatre.leader() is not old
    assert repair(fault)["mode"] == "follower"
    assert old.life == life + 1
    assert sessions_of_apps(theatre) == sessions


def test_a_crashed_holder_is_back_before_its_old_session_is_gone(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, life = reign_of(theatre, app.name), app.life
    session = sessions_of_apps(theatre)[app.name]
    mark = theatre.now()
    fault = cast_fault(theatre, "crash-holder/after=0")
    proof = bite(fault)
    assert (proof["exit_code"], proof["after"]["life"]) == (137, life + 1)
    # The session of the life before goes on without anybody, and with it what it held.
    assert in_dump(theatre.leader(), session)
    assert not gone_everywhere(theatre, reign.key)
    fresh = theatre.await_event(mark, "session", node=app.name, state="connected")
    assert fresh.session != session
    await_successor(theatre, mark, reign)
    assert gone_everywhere(theatre, reign.key)
    assert repair(fault) == {"life": life + 1, "session": fresh.session}


def test_a_crash_loop_ends_its_target_again_and_again(theatre: Theatre) -> None:
    fault = cast_fault(theatre, "crash-loop-follower/down=0.1/up=0.8")
    server = theatre.ensemble[fault.targets[0]]
    life, mark = server.life, theatre.now()
    proof = bite(fault)
    assert proof["crashes"] >= 2
    assert proof["exit_code"] == 137
    theatre.await_event(mark, "work", type="ok")
    repair(fault)
    assert server.life >= life + 2
    told = noted(theatre, mark)
    assert told == [(server.name, "died"), (server.name, "started")] * (server.life - life)


def test_a_restarted_leader_says_good_bye_and_its_clients_keep_their_sessions(theatre: Theatre) -> None:
    old = theatre.leader()
    epoch, life, sessions = old.status().epoch, old.life, sessions_of_apps(theatre)
    mark = theatre.now()
    fault = cast_fault(theatre, "restart-leader")
    proof = bite(fault)
    # 128 and SIGTERM: the virtual machine ran its shutdown hooks.
    assert (proof["before"]["mode"], proof["exit_code"]) == ("leader", 143)
    assert proof["after"]["life"] == life + 1
    healed = repair(fault)
    # It serves before the first transaction of the new epoch has come to it.
    assert healed["epoch"] >= epoch
    await_epoch_above(theatre, epoch)
    assert old.life == life + 1
    assert theatre.since(mark, "session", state="lost") == []
    assert sessions_of_apps(theatre) == sessions


def test_a_restarted_holder_closes_its_session_and_is_replaced_at_once(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, life = reign_of(theatre, app.name), app.life
    mark = theatre.now()
    fault = cast_fault(theatre, "restart-holder")
    proof = bite(fault)
    assert (proof["exit_code"], proof["after"]["life"]) == (0, life + 1)
    # A server confirmed the end of the session: nobody has to wait until it expires.
    closed = theatre.await_event(mark, "session", node=app.name, state="closed")
    assert closed.zxid > reign.value["token"]
    await_successor(theatre, mark, reign)
    assert gone_everywhere(theatre, reign.key)
    assert repair(fault)["life"] == life + 1


def test_a_rolling_restart_takes_one_server_at_a_time_and_the_leader_last(theatre: Theatre) -> None:
    leader, mark = theatre.leader(), theatre.now()
    pids = {server.name: pid(server.container) for server in theatre.ensemble.servers}
    fault = cast_fault(theatre, "rolling-restart")
    bite(fault)
    healed = repair(fault)
    order = list(healed["restarted"])
    assert (sorted(order), order[-1]) == (sorted(pids), leader.name)
    # Each is back, in the books and in fact, before the next one goes.
    assert noted(theatre, mark) == [(name, state) for name in order for state in ("died", "started")]
    for name, told in healed["restarted"].items():
        assert (told["before"]["pid"], told["exit_code"]) == (pids[name], 143)
        assert told["after"]["mode"] in {"leader", "follower"}
        assert pid(theatre.ensemble[name].container) not in {0, pids[name]}
    writes = theatre.since(mark, "work", type="ok")
    begun, ended = (theatre.since(mark, "node", state=state) for state in ("died", "started"))
    assert any(begun[0].time < write.time < ended[-1].time for write in writes)
    assert theatre.since(mark, "session", state="lost") == []


def test_killing_all_at_once_takes_zookeeper_down_and_nothing_away(theatre: Theatre) -> None:
    servers = theatre.ensemble.servers
    made = visit(servers[0].host_address, [Create("/kept", b"precious", stat=True)], PATIENCE)[0]
    reign = reign_of(theatre, theatre.app_leader().name)
    fault = cast_fault(theatre, "kill-all")
    assert set(fault.targets) == {"zk1", "zk2", "zk3"}
    proof = bite(fault)
    mark, down_since = theatre.now(), theatre.stage.clock.now()
    assert {there["exit_code"] for there in proof.values()} == {137}
    assert {server.status().mode for server in servers} == {"down"}
    healed = repair(fault)
    epochs = {there["epoch"] for there in healed.values()}
    assert len(epochs) == 1
    assert epochs.pop() > made.reply.zxid >> 32
    # Whatever was asked for while nobody was there was not done then, and done later at the earliest.
    started = theatre.since(mark, "node", role="server", state="started")[0].time
    done = [e for e in theatre.since(mark, "work", type="ok") if down_since < e.time < started]
    assert done == []
    theatre.await_event(mark, "work", type="ok")
    for server in servers:
        stat, data = visit(server.host_address, [Exists("/kept"), GetData("/kept")], PATIENCE)
        assert stat.value.czxid == made.reply.zxid
        assert data.value[0] == b"precious"
        # The ephemeral node of the leading app node, too: its session had no time to expire.
        assert visit(server.host_address, [Exists(reign.key)], PATIENCE)[0].value is not None
    visit(servers[0].host_address, [Delete("/kept")], PATIENCE)


def test_a_majority_that_is_killed_leaves_a_server_that_serves_nobody(theatre: Theatre) -> None:
    left = theatre.leader()
    others = [server.name for server in theatre.ensemble.servers if server is not left]
    fault = cast_fault(theatre, f"kill-{'+'.join(others)}")
    assert len(cast_fault(theatre, "kill-majority").targets) == 2
    assert len(cast_fault(theatre, "kill-minority").targets) == 1
    bite(fault)
    alone = wait_for(
        lambda: left.status() if not left.status().serves else None,
        within=PATIENCE,
        what="it gives its leadership up",
    )
    assert alone.mode == "looking"
    assert left.container.state().running
    assert set(repair(fault)) == set(others)


def test_the_kernel_kills_a_leader_for_want_of_memory(theatre: Theatre) -> None:
    old = theatre.leader()
    epoch, life, mark = old.status().epoch, old.life, theatre.now()
    fault = cast_fault(theatre, "out-of-memory-leader")
    proof = bite(fault)
    assert (proof["exit_code"], proof["oom_killed"]) == (137, True)
    assert inspect(old.container)["HostConfig"]["Memory"] == proof["limit"]
    assert old.status().mode == "down"
    assert theatre.since(mark, "node", node=old.name, state="died", life=life)
    healed = repair(fault)
    # It serves before the first transaction of the new epoch has come to it.
    assert healed["epoch"] >= epoch
    await_epoch_above(theatre, epoch)
    assert old.container.limits() == (0, 0)
    assert old.life == life + 1


def test_the_kernel_kills_an_app_node_for_want_of_memory(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, life, mark = reign_of(theatre, app.name), app.life, theatre.now()
    fault = cast_fault(theatre, "out-of-memory-holder")
    proof = bite(fault)
    assert (proof["exit_code"], proof["oom_killed"], app.streaming) == (137, True, False)
    died = theatre.await_event(mark, "node", node=app.name, state="died", life=life)
    healed = repair(fault)
    assert (healed["life"], app.container.limits()) == (life + 1, (0, 0))
    successor = await_successor(theatre, mark, reign)
    assert (successor.time - died.time) / SECOND > theatre.plan.session_timeout / 2
