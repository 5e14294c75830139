package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// inWorkflow reports whether GitHub Actions runs the command, and reads annotations from its output.
func inWorkflow() bool { return os.Getenv("GITHUB_ACTIONS") == "true" }

// quoted is text on standard output in which GitHub looks for no commands: it may have an endpoint's words, and a line
// that begins with two colons is a command, wherever that line was broken.
type quoted struct {
	token string // ends it, empty where it has not begun
}

// begin begins the text, unless it has begun or no workflow reads it.
func (q *quoted) begin(out io.Writer) {
	if q.token == "" && inWorkflow() {
		q.token = rand.Text()
		fmt.Fprintf(out, "::stop-commands::%s\n", q.token)
	}
}

// end ends the text, if it has begun.
func (q *quoted) end(out io.Writer) {
	if q.token != "" {
		fmt.Fprintf(out, "::%s::\n", q.token)
		q.token = ""
	}
}

// appendSummary adds Markdown to the page that GitHub shows of the job, if it names a file for that.
func appendSummary(content func(io.Writer) error) error {
	name := os.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o644) // waits for no reader of a pipe
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	buffered := bufio.NewWriter(file)
	if err := errors.Join(content(buffered), buffered.Flush(), file.Close()); err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return nil
}
