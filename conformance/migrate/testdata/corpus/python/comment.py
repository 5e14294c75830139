"""Client of the volumes.

The header is Scp-Api-Version: virtualserver 1.0, as the page of 2024 has it.
"""
# headers = {"Scp-Api-Version": "virtualserver 1.0"}
HEADERS = {"Accept": "application/json"}  # was "Scp-Api-Version": "virtualserver 1.1"
