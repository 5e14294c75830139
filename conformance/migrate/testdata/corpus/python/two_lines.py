def test_pins(build):
    assert build("virtualserver") == {
        "Scp-Api-Version":
            "virtualserver 1.2"}
    assert build("vpc") == {"Scp-Api-Version": "vpc 1.1"}
