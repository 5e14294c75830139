import base64, hashlib, hmac, os, time


def headers(method, url):
    """Sign a call. Scp-Api-Version: virtualserver 1.3 would pin it."""
    ak, sk, ts = os.environ["AK"], os.environ["SK"], str(int(time.time() * 1000))
    text = (method + url + ts + ak + "Openapi").encode()
    mark = base64.b64encode(hmac.new(sk.encode(), text, hashlib.sha256).digest()).decode()
    return {
        "Scp-Accesskey": ak, "Scp-Signature": mark, "Scp-Timestamp": ts,
        "Scp-ClientType": "Openapi",
    }
