"""zoo.cfg: defaults, overrides, and what nobody may override."""

import pytest

from harness.errors import ZkchaosError
from harness.zoo_config import DEFAULTS, OWNED, configuration, zoo_cfg


def parsed(text: str) -> dict[str, str]:
    assert text.endswith("\n")
    return dict(line.split("=", 1) for line in text.splitlines())


def test_overrides_lie_over_the_defaults() -> None:
    config = configuration({"tickTime": "1000", "snapCount": "50"})
    assert config == {**DEFAULTS, "tickTime": "1000", "snapCount": "50"}
    assert DEFAULTS["tickTime"] == "500"


@pytest.mark.parametrize("name", sorted(OWNED | {"server.1", "server.99"}))
def test_what_the_harness_decides_is_refused(name: str) -> None:
    with pytest.raises(ZkchaosError, match=rf"^--zoo {name}: this setting belongs to the harness; leave it"):
        configuration({name: "1"})


@pytest.mark.parametrize(
    "name", ["tickTime", "initLimit", "syncLimit", "minSessionTimeout", "maxSessionTimeout"]
)
@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "1e3", "fast", "²", "٣", " 5"])
def test_numbers_have_to_be_numbers(name: str, value: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        configuration({name: value})
    assert str(caught.value) == f"--zoo {name}={value}: a whole number above zero is needed."


def test_an_ensemble_names_every_server_by_its_number() -> None:
    config = configuration({})
    text = parsed(zoo_cfg(config, ["10.0.0.2", "10.0.0.3", "10.0.0.4"]))
    assert text == {
        **config,
        "dataDir": "/data",
        "clientPort": "2181",
        "server.1": "10.0.0.2:2888:3888",
        "server.2": "10.0.0.3:2888:3888",
        "server.3": "10.0.0.4:2888:3888",
    }


def test_one_server_alone_runs_standalone() -> None:
    assert not [name for name in parsed(zoo_cfg(configuration({}), ["10.0.0.2"])) if name[:7] == "server."]
