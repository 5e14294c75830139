package format

import (
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// SARIF writes a report as SARIF 2.1.0, which code scanning reads. A result is a finding with something to do;
// one that is ignored is suppressed. What could not be read is a notification of the run.
//
// Code scanning tells results from those of an earlier run by primaryLocationLineHash, which is a finding's own
// fingerprint here.
func SARIF(w io.Writer, r *migrate.Report) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{Name: "scp-conformance migrate", Rules: sarifRules()}},
		Invocations: []sarifInvocation{{
			ExitCode: r.ExitCode, Successful: r.ExitCode != conformance.ExitNotJudged, Notifications: sarifNotifications(r),
		}},
		Results:    []sarifResult{},
		ColumnKind: "utf16CodeUnits",
	}
	if path.IsAbs(r.Root) {
		run.Bases = map[string]sarifArtifact{sarifRoot: {URI: (&url.URL{Scheme: "file", Path: strings.TrimSuffix(r.Root, "/") + "/"}).String()}}
	}
	for _, f := range r.Findings {
		if f.Do != "" {
			run.Results = append(run.Results, sarifFinding(r, f))
		}
	}
	for _, i := range r.Ignored {
		result := sarifFinding(r, i.Finding)
		result.Suppressions = []sarifSuppression{{Kind: "external", Justification: safe.Text(i.Reason)}}
		run.Results = append(run.Results, result)
	}
	return safe.JSON(w, sarifLog{
		Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	}, "  ")
}

// sarifRoot is the name of the folder that paths are relative to if that is not the working directory.
const sarifRoot = "ROOT"

// What of SARIF is written here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		Bases       map[string]sarifArtifact `json:"originalUriBaseIds,omitempty"`
		Results     []sarifResult            `json:"results"`
		ColumnKind  string                   `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Summary sarifMessage `json:"shortDescription"`
	}
	sarifInvocation struct {
		ExitCode      int                 `json:"exitCode"`
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifResult struct {
		RuleID              string             `json:"ruleId"`
		Level               string             `json:"level"`
		Message             sarifMessage       `json:"message"`
		Locations           []sarifLocation    `json:"locations"`
		Fingerprints        map[string]string  `json:"fingerprints"`
		PartialFingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions        []sarifSuppression `json:"suppressions,omitempty"`
		Properties          sarifProperties    `json:"properties"`
	}
	sarifProperties struct {
		State string `json:"state"`
		Sure  string `json:"sure"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId,omitempty"`
	}
	// sarifRegion is where a use begins. SARIF counts characters of a line, and a use bytes: they are the same
	// unless characters that are not ASCII stand before it.
	sarifRegion struct {
		Line    int          `json:"startLine"`
		Column  int          `json:"startColumn"`
		Snippet sarifMessage `json:"snippet"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
)

func sarifRules() []sarifRule {
	var rules []sarifRule
	for _, rule := range migrate.Rules() {
		rules = append(rules, sarifRule{string(rule), sarifMessage{sentence(rule.Summary())}})
	}
	return rules
}

func sarifFinding(r *migrate.Report, f migrate.Finding) sarifResult {
	level := map[migrate.State]string{migrate.Ended: "error", migrate.NotSafe: "error", migrate.Supported: "none"}[f.State]
	if level == "" {
		level = "warning"
	}
	location := sarifFile(r, f.File)
	location.Physical.Region = &sarifRegion{f.Line, f.Column, sarifMessage{safe.Text(f.Text)}}
	return sarifResult{
		RuleID: string(f.Rule), Level: level,
		Message:             sarifMessage{safe.Text(strings.TrimSpace(title(f) + ". " + sentence(f.Do)))},
		Locations:           []sarifLocation{location},
		Fingerprints:        map[string]string{"use/v1": f.Fingerprint},
		PartialFingerprints: map[string]string{"primaryLocationLineHash": f.Fingerprint},
		Properties:          sarifProperties{string(f.State), string(f.Sure)},
	}
}

// sarifFile is a file of the report.
func sarifFile(r *migrate.Report, file string) sarifLocation {
	if path.IsAbs(r.Root) {
		return sarifLocation{sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: file}).String(), Base: sarifRoot}}}
	}
	return sarifLocation{sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: r.Path(file)}).String()}}}
}

// sarifNotifications are what is to be said of the run as a whole.
func sarifNotifications(r *migrate.Report) []sarifNotification {
	list := []sarifNotification{{Level: "note", Message: sarifMessage{safe.Text(sentence(r.Headline))}}}
	for _, trouble := range r.Troubles {
		list = append(list, sarifNotification{"error", sarifMessage{safe.Text(sentence(trouble.Text))}, []sarifLocation{sarifFile(r, trouble.File)}})
	}
	for _, text := range append(r.Stale[:len(r.Stale):len(r.Stale)], r.Warnings...) {
		list = append(list, sarifNotification{Level: "warning", Message: sarifMessage{safe.Text(sentence(text))}})
	}
	return list
}
