"""Packages for a user's workload: what pip is asked for, what it leaves, and one sentence where it cannot."""

from pathlib import Path

import pytest

from harness import pip_packages
from harness.errors import SetupError
from harness.pip_packages import fingerprint, host_packages, node_packages, read_requirements
from tests.unit.small_wheel import make_wheel


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_requirements_are_read_without_comments_and_in_whole(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text(
        "# ours\n\nredis>=5  # for the cache\n  six==1.17.0 \\\n    --hash=sha256:00\nx@https://h/x#egg=x\n"
    )
    assert read_requirements(listed) == [
        "redis>=5",
        "six==1.17.0 --hash=sha256:00",
        "x@https://h/x#egg=x",
    ]


def test_options_of_pip_and_files_that_are_none_are_one_sentence(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("six\n--index-url https://user:secret@host/\n")
    with pytest.raises(SetupError) as caught:
        read_requirements(listed)
    assert str(caught.value) == (
        f"--requirements {listed}: --index-url is an option of pip; only packages are taken from here, "
        "options from pip's own configuration."
    )
    with pytest.raises(SetupError, match=r"--requirements .*absent: it cannot be read \(.*\)\.$"):
        read_requirements(tmp_path / "absent")


def test_the_fingerprint_follows_requirements_and_the_files_that_they_name(tmp_path: Path) -> None:
    assert fingerprint(["six", "redis>=5"]) == fingerprint(["redis>=5", "six"])
    assert len({fingerprint(list(some)) for some in ((), ("six",), ("six", "redis"), ("sixredis",))}) == 4
    wheel = str(make_wheel(tmp_path))
    before = fingerprint([wheel])
    make_wheel(tmp_path, text="HELD = 'another'\n")
    assert fingerprint([wheel]) != before


def test_packages_for_this_python_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = str(make_wheel(tmp_path))
    directory = host_packages([wheel])
    assert (directory / "pebble" / "__init__.py").read_text() == 'HELD = "pebble"\n'
    monkeypatch.setattr(pip_packages, "install", None)
    assert host_packages([wheel]) == directory


def test_packages_for_the_nodes_are_of_their_python_and_machine(tmp_path: Path) -> None:
    fits = make_wheel(tmp_path, tag="cp313-cp313-manylinux_2_28_aarch64")
    files = node_packages([str(fits)], "3.13", "aarch64")
    assert files["pebble/__init__.py"] == b'HELD = "pebble"\n'
    assert any(name.endswith("METADATA") for name in files)
    with pytest.raises(SetupError) as caught:
        node_packages([str(fits)], "3.13", "x86_64")
    assert str(caught.value).startswith(f"pip cannot install {fits}: ")
    assert "not a supported wheel" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refused_package_leaves_nothing_half_made(tmp_path: Path) -> None:
    (tmp_path / "no-1.0-py3-none-any.whl").write_bytes(b"no wheel")
    with pytest.raises(SetupError, match=r"^pip cannot install .*no-1\.0"):
        host_packages([str(tmp_path / "no-1.0-py3-none-any.whl")])
    assert not list((tmp_path / "cache" / "zkchaos").glob("packages-*[0-9a-f]"))


def test_a_python_without_pip_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"^--pip needs pip, which .* does not have: install it with "):
        host_packages(["six"])
