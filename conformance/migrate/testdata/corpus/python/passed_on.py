out["Scp-Accesskey"] = request.headers["Scp-Accesskey"]
out["Scp-Signature"] = request.headers["Scp-Signature"]
out["Scp-Api-Version"] = request.headers["Scp-Api-Version"]
