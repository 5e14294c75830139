package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxStored is how many bytes of stored reports are read. A run that asks everything of a slow endpoint, with its
// evidence, makes about 25 MB.
const maxStored = 256 << 20

// ReadReports reads reports that were stored as JSON: one, or an array of several. It reads every schema up to
// [SchemaVersion], and refuses a report that contradicts itself.
func ReadReports(r io.Reader) ([]*Report, error) {
	data, err := readBounded(r, maxStored)
	if err != nil {
		return nil, err
	}
	var reports []*Report
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		err = json.Unmarshal(data, &reports)
	} else {
		reports = []*Report{new(Report)}
		err = json.Unmarshal(data, reports[0])
	}
	if err != nil {
		return nil, fmt.Errorf("it is not a report as JSON: %w", err)
	}
	if len(reports) == 0 {
		return nil, errors.New("it holds no report")
	}
	for _, report := range reports {
		if err := report.check(); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// check refuses what is no report, and a report whose parts do not go together.
func (r *Report) check() error {
	switch {
	case r == nil || r.SchemaVersion == 0:
		return errors.New("it is not a report: it has no schema_version")
	case r.SchemaVersion > SchemaVersion:
		return fmt.Errorf("its schema_version is %d, and this build reads up to %d: use a newer one", r.SchemaVersion, SchemaVersion)
	case r.SchemaVersion < 0:
		return fmt.Errorf("unknown schema_version %d", r.SchemaVersion)
	}
	if err := r.checkResults(); err != nil {
		return err
	}
	if counted := count(r.Results, r.Counts.Requests); counted != r.Counts {
		return errors.New("it contradicts itself: its counts are not those of its results")
	}
	code := map[Verdict]int{Pass: ExitOK, Differs: ExitOK, Fail: ExitFailed, Inconclusive: ExitNotJudged}
	want, known := code[r.Verdict]
	if !known || want != r.ExitCode || want == ExitOK && r.Counts.Pass+r.Counts.Fail+r.Counts.Differs == 0 {
		return fmt.Errorf("it contradicts itself: verdict %q with exit code %d", r.Verdict, r.ExitCode)
	}
	// Another build may have been stricter than this one, but none ends better than its results.
	concluded := *r
	concluded.conclude()
	if concluded.ExitCode != r.ExitCode && (r.ExitCode == ExitOK || concluded.ExitCode == ExitFailed) {
		return fmt.Errorf("it contradicts itself: verdict %q, and by its results %q", r.Verdict, concluded.Verdict)
	}
	return nil
}

// checkResults refuses results with a verdict that is not that of their findings, and two of one question, of which
// one would hide the other.
func (r *Report) checkResults() error {
	seen := map[asked]bool{}
	for _, result := range r.Results {
		if !slices.Contains(severity, result.Verdict) {
			return fmt.Errorf("case %q has an unknown verdict %q", result.Case.ID, result.Verdict)
		}
		for _, f := range result.Findings {
			if !slices.Contains(severity, f.Verdict) {
				return fmt.Errorf("case %q has a finding with an unknown verdict %q", result.Case.ID, f.Verdict)
			}
			if f.Verdict != Skip && worst(result.Verdict, f.Verdict) != result.Verdict {
				return fmt.Errorf("it contradicts itself: case %q ends with %q, and has a finding with %q", result.Case.ID, result.Verdict, f.Verdict)
			}
		}
		if seen[askedOf(result)] {
			return fmt.Errorf("it contradicts itself: case %q is there twice in %s", result.Case.ID, result.Version.ID)
		}
		seen[askedOf(result)] = true
	}
	return nil
}
