package format

import (
	"io"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// GitHub writes a report as workflow commands, which GitHub shows beside the lines of a pull request: the answer,
// and what is to be done. GitHub shows ten of each level in a step, so no more are written: the last says how many
// are left out.
func GitHub(w io.Writer, r *migrate.Report) error {
	var list []safe.Annotation
	for _, f := range r.Findings {
		if f.State == migrate.Supported {
			continue
		}
		list = append(list, safe.Annotation{
			Level: githubLevel(f.State), Title: title(f), Message: lines(sentence(f.Do), f.Text),
			File: r.Path(f.File), Line: f.Line, Column: f.Column, Urgent: f.State == migrate.Ended,
		})
	}
	for _, trouble := range r.Troubles {
		list = append(list, safe.Annotation{Level: safe.Warning, Title: "Could not be read", Message: sentence(trouble.Text), File: r.Path(trouble.File), Urgent: true})
	}
	for _, stale := range r.Stale {
		list = append(list, safe.Annotation{Level: safe.Warning, Title: "Ignore file", Message: sentence(stale)})
	}
	summary := safe.Annotation{Level: safe.Notice, Title: "API versions on " + r.Day.String(), Message: lines(sentence(r.Headline), sentences(r.Warnings))}
	switch r.ExitCode {
	case conformance.ExitOK:
	case conformance.ExitFailed:
		summary.Level = safe.Error
	default:
		summary.Level = safe.Warning
	}
	return safe.Annotate(w, summary, list)
}

// githubLevel is the level at which what a finding came to is shown: what could not be judged is a warning.
func githubLevel(state migrate.State) safe.Level {
	if state == migrate.Ended || state == migrate.NotSafe {
		return safe.Error
	}
	return safe.Warning
}

// lines are texts below each other, without those that are empty.
func lines(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, safe.Text(safe.Clip(text, 1000)))
		}
	}
	return strings.Join(kept, "\n")
}

func sentences(texts []string) string {
	var list []string
	for _, text := range texts {
		list = append(list, sentence(text))
	}
	return strings.Join(list, " ")
}
