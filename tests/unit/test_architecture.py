"""The architecture as a test: who may import whom, no cycles, and no Python where it would shadow the SDK."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("harness", "workloads", "nemesis", "checkers", "reports")

ROOF = {
    "harness.own_code": {"checkers", "workloads"},
    "harness.job": {"workloads"},
    "harness.workload_list": {"workloads"},
    "harness.chaos": {"checkers"},
    "harness.plugin.telling": {"checkers", "reports"},
    "harness.session": {"checkers", "nemesis"},
    "harness.wishes": {"nemesis"},
    "harness.fault_list": {"nemesis"},
    "harness.heal_command": {"nemesis"},
    "harness.shrinking": {"checkers", "nemesis"},
    "harness.shrink_command": {"checkers", "nemesis"},
    "harness.judging": {"checkers", "reports"},
    "harness.stored_run": {"checkers", "reports", "workloads"},
    "harness.run_index": {"reports"},
    "harness.store_page": {"reports"},
    "harness.serving": {"reports"},
    "harness.summary_command": {"reports"},
    "harness.model_check": {"checkers", "reports"},
    "harness.planner": {"nemesis", "workloads"},
    "harness.runner": {"nemesis"},
    "harness.client.__main__": {"workloads"},
}
"""The modules of the harness that may reach for other folders, and for which."""

ON_THE_ROOF = {
    *ROOF,
    "harness.cli",
    "harness.store_commands",
    "harness.serve_command",
    "harness.pytest_plugin",
    "harness.plugin.ledger",
}
"""Modules that no module below them may import."""

PURE = {"harness.event", "harness.history", "harness.plan", "harness.errors"}


@cache
def modules() -> dict[str, Path]:
    """{dotted name: file} of everything that is shipped."""
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(tree: ast.Module, *, everywhere: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements: all of them, or only those that run when the module is imported."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not everywhere:
            continue
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not everywhere:
            pending += node.orelse
        else:
            pending += ast.iter_child_nodes(node)


@cache
def imports(module: str, *, everywhere: bool = True) -> frozenset[str]:
    """Dotted names of what a module imports; a name that is a module of ours counts as that module."""
    tree = ast.parse(modules()[module].read_text())
    found: set[str] = set()
    for statement in statements(tree, everywhere=everywhere):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
            continue
        assert statement.level == 0, f"{module} imports relatively"
        assert statement.module is not None
        for alias in statement.names:
            whole = f"{statement.module}.{alias.name}"
            found.add(whole if whole in modules() else statement.module)
    return frozenset(found)


def ours(module: str) -> set[str]:
    """What a module imports of our own."""
    return {name for name in imports(module) if name.partition(".")[0] in FOLDERS}


def allowed(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def test_the_test_sees_the_modules() -> None:
    assert len(modules()) > 60
    assert "harness.history" in ours("harness.board")
    assert "harness.images" in imports("harness.cli")
    assert "harness.images" not in imports("harness.cli", everywhere=False)


@pytest.mark.parametrize("module", sorted(modules()))
def test_every_module_keeps_to_its_neighbours(module: str) -> None:
    folder = module.partition(".")[0]
    may = {
        "harness": {"harness"} | ROOF.get(module, set()),
        "workloads": {"workloads", "harness"},
        "nemesis": {"nemesis", "harness"},
        "checkers": {"checkers"} | PURE,
        "reports": {"reports", "checkers.result", "checkers.registry"} | PURE,
    }[folder]
    wrong = {name for name in ours(module) if not allowed(name, may)}
    assert not wrong, f"{module} must not import {', '.join(sorted(wrong))}"


def test_the_roof_is_as_small_as_it_is_said_to_be() -> None:
    really = {
        module: {name.partition(".")[0] for name in ours(module)} - {"harness"}
        for module in modules()
        if module.startswith("harness")
    }
    assert {module: folders for module, folders in really.items() if folders} == ROOF


@pytest.mark.parametrize("module", sorted(set(modules()) - ON_THE_ROOF))
def test_nothing_below_the_roof_imports_the_roof(module: str) -> None:
    assert not ours(module) & ON_THE_ROOF


def test_workloads_and_faults_reach_only_for_what_is_meant_for_them() -> None:
    for module in modules():
        if module.startswith("workloads"):
            meant = {
                "harness.client",
                "harness.history",
                "harness.workload",
                "harness.plan",
                "harness.errors",
            }
            assert not {name for name in ours(module) if not allowed(name, meant | {"workloads"})}


def test_only_one_module_talks_to_the_docker_sdk() -> None:
    assert [m for m in sorted(modules()) if allowed_any(m, {"docker"})] == ["harness.sdk"]


def allowed_any(module: str, prefixes: set[str]) -> bool:
    return any(allowed(name, prefixes) for name in imports(module))


def test_pandas_is_imported_by_nobody_who_is_only_imported() -> None:
    guilty = [m for m in modules() if any(allowed(n, {"pandas"}) for n in imports(m, everywhere=False))]
    assert guilty == []


def test_there_are_no_cycles() -> None:
    graph = {
        module: {name for name in imports(module, everywhere=False) if name in modules()} - {module}
        for module in modules()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a cycle of imports: {' <- '.join(error.args[1])}")
    assert set(order) == set(modules())


def test_the_folder_docker_holds_no_python() -> None:
    assert (ROOT / "docker").is_dir()
    assert not list((ROOT / "docker").rglob("*.py"))


def test_no_module_is_a_drawer() -> None:
    names = {part for module in modules() for part in module.split(".")}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}
