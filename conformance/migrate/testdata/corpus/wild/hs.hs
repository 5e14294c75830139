setRequestHeader "Scp-Api-Version" ["virtualserver 1.1"] req -- pinned
