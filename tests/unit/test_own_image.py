"""The app image of a run: zkchaos's own, one with a user's file on top, or one of the user's making."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness import own_image
from harness.build_context import own_context
from harness.errors import SetupError
from harness.images import Images, ServerImage
from harness.own_image import ASK_FOR_PYTHON, with_own_program
from harness.plan import Code, Plan
from harness.planner import Wish, make_plan
from tests.unit.fake_engine import FakeEngine, unpack
from tests.unit.small_wheel import make_wheel

IMAGES = Images(ServerImage("x", "x", "sha256:0", "", "3.9.6"), "zkchaos/tools:1", "zkchaos/app:1")

CODE = Code("./mine.py", "Mine", {"mine.py": "x = 1\n", "pack/near.py": "y = 2\n"})


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Keeping(FakeEngine):
    """Keeps what images are made of."""

    def __init__(self, *present: str, **options: Any):
        super().__init__(*present, **options)
        self.files: dict[str, dict[str, bytes]] = {}

    def build(self, context: bytes, *, tag: str, **options: Any) -> None:  # type: ignore[override]
        super().build(context, tag=tag, **options)
        self.files[tag] = unpack(context)


def plan(**fields: Any) -> Plan:
    return msgspec.structs.replace(make_plan(Wish(image="x", seed=1)), **fields)


def made(engine: Any, some: Plan) -> str:
    return with_own_program(engine, IMAGES, some, lambda _: None).app


def test_a_workload_of_zkchaos_needs_nothing() -> None:
    engine: Any = Keeping("zkchaos/app:1")
    assert with_own_program(engine, IMAGES, plan(), print) is IMAGES
    assert engine.builds == []


def test_a_user_s_files_are_laid_upon_the_app_image_once() -> None:
    engine: Any = Keeping("zkchaos/app:1")
    tag = made(engine, plan(code=CODE))
    assert tag.startswith("zkchaos/own:")
    assert engine.bases == ["zkchaos/app:1"]
    files = engine.files[tag]
    assert files["own/code/mine.py"] == b"x = 1\n"
    assert files["own/code/pack/near.py"] == b"y = 2\n"
    assert b"COPY own /opt/own" in files["Dockerfile"]
    assert own_image.CODE == "/opt/own/code"
    assert made(engine, plan(code=CODE)) == tag
    assert engine.builds == [tag]


def test_what_changes_makes_another_image() -> None:
    engine: Any = Keeping("zkchaos/app:1")
    tags = {
        made(engine, plan(code=msgspec.structs.replace(CODE, **change)))
        for change in ({}, {"files": {"mine.py": "x = 2\n"}}, {"files": {"own.py": "x = 1\n"}})
    }
    assert len(tags) == 3
    assert own_context(CODE.files).fingerprint("a") != own_context(CODE.files).fingerprint("b")


def test_packages_are_fetched_for_the_python_of_the_image(tmp_path: Path) -> None:
    engine: Any = Keeping("zkchaos/app:1")
    engine.answers["python3"] = "3 13 x86_64\n"
    wheel = str(make_wheel(tmp_path, tag="cp313-cp313-manylinux_2_41_x86_64"))
    said: list[str] = []
    code = msgspec.structs.replace(CODE, packages=(wheel,))
    tag = with_own_program(engine, IMAGES, plan(code=code), said.append).app
    assert engine.commands == [["python3", "-c", ASK_FOR_PYTHON]]
    assert engine.files[tag]["own/packages/pebble/__init__.py"] == b'HELD = "pebble"\n'
    assert f"{tag}: fetching {wheel}" in said
    assert made(engine, plan(code=code)) == tag
    assert tag != made(engine, plan(code=CODE))
    assert len(engine.commands) == 1


def test_an_image_of_the_user_s_is_used_as_it_is_or_pulled() -> None:
    engine: Any = Keeping("zkchaos/app:1", "my/here", registry=("my/there",))
    assert made(engine, plan(app_image="my/here")) == engine.images["my/here"].id
    assert engine.pulls == []
    assert made(engine, plan(app_image="my/there", code=CODE)) == engine.images["my/there"].id
    assert engine.pulls == ["my/there"]
    assert engine.builds == []


def test_an_image_that_cannot_be_had_is_one_sentence() -> None:
    with pytest.raises(SetupError) as caught:
        made(FakeEngine("zkchaos/app:1"), plan(app_image="my/nowhere"))
    assert str(caught.value) == (
        "the image my/nowhere is not on this engine and cannot be pulled (no such host); check its name, or "
        "load it with `docker load`."
    )
