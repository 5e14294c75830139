#!/usr/bin/env bash
: "${API_VERSION:=virtualserver 1.2}"
curl -H "Scp-Signature: ${MARK}" -H "Scp-Api-Version: ${API_VERSION}" "$URL"
