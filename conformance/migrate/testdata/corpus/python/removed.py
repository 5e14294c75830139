def headers(key, mark):
    h = dict(BASE)
    h.pop("Scp-Api-Version", None)
    del h["Scp-Api-Version"]
    h["Scp-Accesskey"] = key
    h["Scp-Signature"] = mark
    return h
