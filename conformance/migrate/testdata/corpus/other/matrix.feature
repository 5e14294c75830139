Scenario Outline: versions
  Given the header "Scp-Api-Version" is "<value>"
  Examples:
    | value             | status |
    | virtualserver 1.0 | 400    |
