def test_signature(client):
    sent = client.sent[-1]["headers"]
    assert sent["Scp-Signature"] == expected(sent["Scp-Timestamp"])
    assert sent.get("Scp-Accesskey") == "key"
    assert "Scp-Api-Version" not in sent
