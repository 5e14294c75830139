from flask import Flask, abort, request

app = Flask(__name__)


@app.delete("/v1/volumes/<volume>/servers/<server>")
def detach(volume, server):
    key = request.headers.get("Scp-Accesskey", "")
    mark = request.headers["Scp-Signature"]
    if "Scp-Signature" not in request.headers or not check(key, mark):
        abort(401)
    if not request.headers.get("Scp-Api-Version"):
        abort(400, "Scp-Api-Version is missing")
    return "", 202
