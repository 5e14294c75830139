import pytest

HEADER = "Scp-Api-Version"


@pytest.mark.parametrize("value,status", [
    ("virtualserver 1.0", 400),
    ("virtualserver 1.3", 202),
    ("vpc 1.3", 400),
])
def test_versions(call, value, status):
    assert call(headers={HEADER: value}).status == status
    assert call(headers={"Scp-Api-Version": value}).status == status
