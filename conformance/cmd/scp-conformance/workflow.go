package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// inWorkflow reports whether GitHub Actions runs the command, and reads annotations from its output.
func inWorkflow() bool { return os.Getenv("GITHUB_ACTIONS") == "true" }

// appendSummary adds reports to the page that GitHub shows of the job, if it names a file for that.
func appendSummary(reports ...*conformance.Report) error {
	name := os.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	buffered := bufio.NewWriter(file)
	if err := errors.Join(report.Markdown(buffered, reports...), buffered.Flush(), file.Close()); err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return nil
}
