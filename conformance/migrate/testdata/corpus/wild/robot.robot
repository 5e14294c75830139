*** Variables ***
&{HEADERS}    Scp-Api-Version=virtualserver 1.1    Scp-Signature=${SIG}
