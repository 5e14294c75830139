import requests


def detach(session, url, key, stamp, mark):
    headers = {
        "Scp-Accesskey": key,
        "Scp-Signature": mark,
        "Scp-Timestamp": stamp,
        "Scp-ClientType": "Openapi",
        "Scp-Api-Version": "virtualserver 1.1",
    }
    return session.delete(url, headers=headers)
