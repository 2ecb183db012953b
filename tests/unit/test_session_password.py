"""Session passwords against what Java makes of `new Random(id ^ 0xB3415C00).nextBytes(password)`."""

import pytest

from nemesis.session.closing import session_password

VECTORS = [
    (0, "f22acd4a97e69d6d20a49bb638eadb38"),
    (1, "054cc74a37327db215e702e20c73f005"),
    (-1, "20f62cb5648dc2d771471c8a2486a9ee"),
    (0x100000000000000, "f22acd4a97e69d6d20a49bb638eadb38"),
    (0x10012345678ABCD, "0ee78c40428d13b7b2939c34f5e56169"),
    (0x3000F2C9A5B0007, "4005d45a685bff0e9d1661338cca63e4"),
    (0x7FFF0189ABCDEF0, "88b915f91eb715ccc42b2f003e96c6d0"),
    (-0x2FEDCBA987654321, "89007254c218c0364a226c7b802c949e"),
    (0xB3415C00, "60b420bb3851d9d47acb933dbe70399b"),
    (2**63 - 1, "20f62cb5648dc2d771471c8a2486a9ee"),
    (-(2**63), "f22acd4a97e69d6d20a49bb638eadb38"),
]


@pytest.mark.parametrize(("session", "password"), VECTORS)
def test_the_password_is_the_one_that_java_makes(session: int, password: str) -> None:
    assert session_password(session).hex() == password
