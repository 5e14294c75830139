KEY_HEADER = "Scp-Accesskey"
MARK_HEADER = "Scp-Signature"


def sign(request, key, mark):
    request.headers[KEY_HEADER] = key
    request.headers[MARK_HEADER] = mark
