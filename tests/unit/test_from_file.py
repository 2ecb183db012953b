"""A user's own file: what can be run from it, and one sentence for whatever is wrong with it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import ZkchaosError
from harness.own_code import files_of, named_file, offered, read_code
from harness.plan import EvidenceRule
from workloads.promises import EVIDENCE, ZOOKEEPER

RECIPE = """
from harness.client import Recipe


class Mine(Recipe):
    '''Everybody does something.

    At length.
    '''

    guarantees = ("single-leader",)
    evidence = {"work": 30}
    defaults = {"pace": 2}
    roots = ("/mine",)

    def turn(self):
        self.stopping.wait()
"""

WORKLOAD = """
from harness.workload import Variant, Workload

PLAIN = Workload(name="plain", summary="Foreign.", guarantees=("unique-zxid",), evidence=(), roots=("/x",))
TWO = Workload(
    name="two",
    summary="Two ways.",
    default="a",
    variants={"a": Variant(print, "one way"), "b": Variant(print, "another", broken=True)},
    guarantees=(),
    evidence=(),
)
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into the directory from which everything is named."""
    monkeypatch.chdir(tmp_path)

    def writing(text: str, name: str = "my_recipe.py") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return writing


def complaint(scenario: str) -> str:
    named = named_file(scenario)
    assert named is not None
    with pytest.raises(ZkchaosError) as caught:
        read_code(named, ())
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize(
    ("scenario", "named"),
    [
        ("./a.py:Lock", ("./a.py", "Lock", "")),
        ("a/b.py:LOCK:fast", ("a/b.py", "LOCK", "fast")),
        ("/x/a.py", ("/x/a.py", "", "")),
        ("x.python/a.py:", ("x.python/a.py", "", "")),
        ("election", None),
        ("election:no-stepdown", None),
        ("a.pyc:X", None),
    ],
)
def test_scenarios_that_name_a_file(scenario: str, named: tuple[str, str, str] | None) -> None:
    found = named_file(scenario)
    assert (found and (found.path, found.name, found.variant)) == named


def read(scenario: str) -> tuple[object, ...]:
    named = named_file(scenario)
    assert named is not None
    return read_code(named, ())


def test_a_recipe_is_a_workload_judged_by_zookeeper_s_promises_too(write: Write) -> None:
    write(RECIPE)
    named = named_file("./my_recipe.py:Mine")
    assert named is not None
    workload, code = read_code(named, ("six",))
    assert (workload.name, workload.summary, workload.default) == (
        "Mine",
        "Everybody does something.",
        "",
    )
    assert workload.guarantees == ("single-leader", *ZOOKEEPER)
    assert workload.evidence == (EvidenceRule("acknowledged", 30, of="work"), *EVIDENCE)
    assert workload.params == {"participants": 1, "pace": 2}
    assert (workload.roots, workload.holder, workload.settles) == (("/mine",), False, False)
    assert (code.path, code.name, code.file, code.packages) == (
        "./my_recipe.py",
        "Mine",
        "my_recipe.py",
        ("six",),
    )
    assert code.files == {"my_recipe.py": RECIPE}


def test_a_recipe_that_asks_for_no_evidence_owes_some(write: Write) -> None:
    write(RECIPE.replace('evidence = {"work": 30}', ""))
    named = named_file("./my_recipe.py:Mine")
    assert named is not None
    assert EvidenceRule("acknowledged", 20) in read_code(named, ())[0].evidence


def test_a_workload_is_taken_as_it_is_with_its_variants(write: Write) -> None:
    write(WORKLOAD)
    named = named_file("./my_recipe.py:TWO:b")
    assert named is not None
    workload, code = read_code(named, ())
    assert list(workload.variants) == ["a", "b"]
    assert code.name == "TWO"
    assert offered(named, ()) == ["PLAIN", "TWO"]
    assert complaint("./my_recipe.py:TWO:c") == (
        "TWO in my_recipe.py has no variant 'c'; its variants: a, b."
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def f(:\n", "my_recipe.py, line 1: invalid syntax."),
        ("x = 1\n  y = 2\n", "my_recipe.py, line 2: unexpected indent."),
        ("\n\n1 / 0\n", "my_recipe.py, line 3: ZeroDivisionError: division by zero."),
        ("raise SystemExit", "my_recipe.py, line 1: SystemExit."),
        ("raise ValueError('a\\nb')", "my_recipe.py, line 1: ValueError: a b."),
        (
            "\nimport nowhere.below\n",
            "my_recipe.py, line 2: there is no module nowhere here; `--pip nowhere` brings it along, "
            "under whatever name the package index has it.",
        ),
        (
            "from os import nothing_of_this_name\n",
            "my_recipe.py, line 1: ImportError: cannot import name 'nothing_of_this_name' from 'os' (",
        ),
        ("Mine = 3", "Mine in my_recipe.py is of the type int: a class derived from Recipe or a Workload is"),
        ("class Mine: pass", "Mine in my_recipe.py is another class: a class derived from Recipe or"),
        ("Other = 3", "my_recipe.py has no workload 'Mine'; those in the file: none."),
        (RECIPE.replace("Mine", "Yours"), "my_recipe.py has no workload 'Mine'; those in the file: Yours."),
        (RECIPE.replace("turn", "play"), "Mine in my_recipe.py lacks the method turn."),
        (RECIPE.replace('("/mine",)', "()"), "Mine in my_recipe.py names no roots, the topmost znodes"),
        (
            RECIPE.replace('("single-leader",)', '"single-leader"'),
            "Mine in my_recipe.py: Expected array, got str - at $.guarantees.",
        ),
        (
            RECIPE.replace("30", "'many'"),
            "Mine in my_recipe.py: Expected int, got str - at $.evidence[...].",
        ),
        (
            RECIPE.replace("single-leader", "perfection"),
            "Mine in my_recipe.py names the guarantee 'perfection', which there is not; choose from: atomic",
        ),
        (
            "from harness.plan import EvidenceRule\n"
            + WORKLOAD.replace("PLAIN", "Mine").replace("evidence=()", "evidence=(EvidenceRule('x'),)"),
            "Mine in my_recipe.py names the rule of evidence 'x', which there is not; choose from: ack",
        ),
        (
            WORKLOAD.replace("TWO", "Mine").replace('default="a"', 'default="z"'),
            "Mine in my_recipe.py: its default variant 'z' is none of its variants.",
        ),
        (
            WORKLOAD.replace("PLAIN", "Mine").replace('("/x",)', "3"),
            "Mine in my_recipe.py: Expected array, got int - at $.roots.",
        ),
        (
            WORKLOAD.replace("TWO", "Mine").replace('Variant(print, "one way")', "print"),
            "Mine in my_recipe.py: its variant 'a' is no Variant, but of the type builtin",
        ),
        (
            WORKLOAD.replace("TWO", "Mine").replace('"one way"', '"one way", guarantees=("perfection",)'),
            "Mine in my_recipe.py names the guarantee 'perfection', which there is not; choose from: atomic",
        ),
        (
            RECIPE.replace('"/mine"', '"mine"'),
            "Mine in my_recipe.py names the root 'mine', which is no path: it begins with a slash.",
        ),
    ],
)
def test_whatever_is_wrong_with_a_file_is_one_sentence(write: Write, text: str, sentence: str) -> None:
    write(text)
    assert complaint("./my_recipe.py:Mine").startswith(sentence)


def test_what_is_for_a_program_in_an_image_may_have_any_variant(write: Write) -> None:
    write(WORKLOAD)
    named = named_file("./my_recipe.py:PLAIN:fast")
    assert named is not None
    workload, _ = read_code(named, ())
    assert (workload.name, named.variant) == ("plain", "fast")


def test_files_that_are_none_are_one_sentence(write: Write) -> None:
    write(RECIPE, "random.py")
    assert complaint("./random.py:Mine") == (
        "random.py would hide the module random: give the file another name."
    )
    assert complaint("./absent.py:Mine") == "there is no file absent.py."
    Path("folder.py").mkdir()
    assert complaint("./folder.py:Mine") == "there is no file folder.py."
    Path("latin.py").write_bytes("# coding: latin-1\nMine = 'é'\n".encode("latin-1"))
    assert complaint("./latin.py:Mine").startswith("Mine in latin.py is of the type str")


def test_a_file_alone_says_what_it_holds(write: Write) -> None:
    write(RECIPE)
    assert complaint("./my_recipe.py") == (
        "my_recipe.py: put the name of a workload behind a colon; those in the file: Mine."
    )


def test_what_a_file_imports_from_beside_it_comes_along(write: Write) -> None:
    write("import near, pack.inner, json, kazoo\nfrom harness import client\n" + RECIPE)
    write("def later():\n    from deeper import thing\n", "near.py")
    write("thing = 1\n", "deeper.py")
    write("", "pack/__init__.py")
    write("from . import other\n", "pack/inner.py")
    write("", "pack/other.py")
    write("1 / 0\n", "stranger.py")
    write("1 / 0\n", "harness/client.py")
    named = named_file("./my_recipe.py:Mine")
    assert named is not None
    _, code = read_code(named, ())
    assert next(iter(code.files)) == "my_recipe.py"
    assert sorted(code.files) == [
        "deeper.py", "my_recipe.py", "near.py", "pack/__init__.py", "pack/inner.py", "pack/other.py",
    ]  # fmt: skip


def test_a_mistake_beside_the_file_is_told_where_it_is(write: Write) -> None:
    write("import near\n" + RECIPE)
    write("\n1 / 0\n", "near.py")
    assert complaint("./my_recipe.py:Mine") == "near.py, line 2: ZeroDivisionError: division by zero."
    write("def f(:\n", "near.py")
    assert complaint("./my_recipe.py:Mine") == "near.py, line 1: invalid syntax."


def test_the_interpreter_is_left_as_it_was(write: Write) -> None:
    for directory, value in (("one", 1), ("two", 2)):
        write(f"import near\nassert near.VALUE == {value}\n{RECIPE}", f"{directory}/my_recipe.py")
        write(f"VALUE = {value}\n", f"{directory}/near.py")
    paths, modules = list(sys.path), set(sys.modules)
    for directory in ("one", "two"):
        read(f"./{directory}/my_recipe.py:Mine")
    assert sys.path == paths
    assert not {"my_recipe", "near"} & (set(sys.modules) - modules)


def test_bytes_that_are_no_text_are_told(write: Write) -> None:
    Path("my_recipe.py").write_bytes(b"# \xff\n")
    with pytest.raises(ZkchaosError, match=r"^my_recipe\.py cannot be read: .*utf-8.*\.$"):
        files_of(Path("my_recipe.py"))
