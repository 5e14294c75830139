# The versions that we have tested, by service.
PINNED_VERSIONS = {
    "vpc": "1.3",
    "virtualserver": "1.1",
    "firewall": "1.0",
}
HEADER = "Scp-Api-Version"
