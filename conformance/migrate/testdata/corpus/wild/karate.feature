Scenario: list
  * header Scp-Api-Version = 'virtualserver 1.2'
  * header Scp-Signature = sig
