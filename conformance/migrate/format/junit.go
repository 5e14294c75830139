package format

import (
	"fmt"
	"io"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/surefire"
)

// JUnit writes a report as the XML that GitLab, Jenkins and the actions for GitHub read, in the form of Maven
// Surefire's schema: a test case for each finding and for each file that could not be read. What is not safe is a
// failure, what could not be judged an error, and what is ignored is skipped.
//
// A file is red wherever the answer is: if no test case says so, one for the answer does.
func JUnit(w io.Writer, r *migrate.Report) error {
	suite := surefire.Suite{Name: "virtualserver migrate", Properties: []surefire.Property{
		{Name: "day", Value: r.Day.String()},
		{Name: "target", Value: r.Target.String()},
		{Name: "versions", Value: r.Table},
		{Name: "answer", Value: r.Headline},
	}}
	for _, f := range r.Findings {
		suite.Cases = append(suite.Cases, junitFinding(r, f))
	}
	for _, i := range r.Ignored {
		c := junitFinding(r, i.Finding)
		c.Failure, c.Error, c.Out = nil, nil, ""
		c.Skipped = &surefire.Reason{Message: fmt.Sprintf("ignored until %s: %s", i.Expires, i.Reason)}
		suite.Cases = append(suite.Cases, c)
	}
	for _, trouble := range r.Troubles {
		suite.Cases = append(suite.Cases, surefire.Case{
			Name: "read", Class: r.Path(trouble.File), Error: &surefire.Reason{Message: trouble.Text, Type: "not-read"},
		})
	}
	if !suite.Red() {
		suite.Cases = append(suite.Cases, junitAnswer(r))
	}
	return surefire.Write(w, suite)
}

func junitFinding(r *migrate.Report, f migrate.Finding) surefire.Case {
	c := surefire.Case{Name: fmt.Sprintf("%s at %d:%d", f.Rule, f.Line, f.Column), Class: r.Path(f.File)}
	reason := &surefire.Reason{
		Message: title(f), Type: string(f.State),
		// No line begins with words of a file: in the log of a workflow, they might be a command.
		Text: lines(fmt.Sprintf("At %s:%d:%d (%s): %s", r.Path(f.File), f.Line, f.Column, f.Sure, f.Text), sentence(f.Do)) + "\n",
	}
	switch f.State {
	case migrate.Ended, migrate.NotSafe:
		c.Failure = reason
	case migrate.Unpinned, migrate.CannotJudge:
		c.Error = reason
	case migrate.Ending:
		c.Out = "warning: " + reason.Message + "\n" + reason.Text
	default:
		c.Out = reason.Message + "\n" + reason.Text
	}
	return c
}

// junitAnswer is the answer as a test case.
func junitAnswer(r *migrate.Report) surefire.Case {
	c := surefire.Case{Name: "answer", Class: r.Root}
	reason := &surefire.Reason{Message: r.Headline, Type: "answer"}
	switch r.ExitCode {
	case conformance.ExitOK:
		c.Out = r.Headline + "\n"
	case conformance.ExitFailed:
		c.Failure = reason
	default:
		c.Error = reason
	}
	return c
}
