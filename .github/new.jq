# What fails in a merged report and did not in the earlier one, as a list in Markdown. Without an earlier report,
# all that fails is new. What a baseline accepts never is. The text of an answer is left out: a server could
# mention people with it.
[.] | flatten[]
| . as $report
| [ .results[]
    | select(.verdict == "fail")
    | . as $result
    | select($report.changes == null or any($report.changes.list[]?;
        .case == $result.case.id and .version == $result.version.id
        and (.kind == "new-failure" or .kind == "other-failure")))
    | [.findings[] | select(.verdict == "fail" and .known == null) | "`\(.clause)` (`\(.code)`)"]
    | select(length > 0)
    | {case: $result.case.id, version: $result.version.id, breaks: unique | join(", ")}
  ]
| group_by([.case, .breaks])[]
| "- \($report.endpoint): `\(.[0].case)` in \(map(.version) | join(", ")) breaks \(.[0].breaks)"
