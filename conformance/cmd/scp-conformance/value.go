package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// endpoint is the value of --endpoint. Every command parses it where it parses its flags.
type endpoint struct{ value *string }

func (e *endpoint) String() string { return *e.value }
func (e *endpoint) Type() string   { return "URL" }

// Set implements pflag.Value.
func (e *endpoint) Set(raw string) error {
	parsed, err := signing.ParseEndpoint(raw)
	if err != nil {
		return err
	}
	*e.value = parsed.String()
	return nil
}

// choiceVar adds a flag that takes one of a few names. Its default is the value that is there.
func choiceVar(cmd *cobra.Command, value *string, name string, names []string, usage string) {
	cmd.Flags().Var(&choice{value, names}, name, usage+": "+orList(names))
	completeFlag(cmd, name, func() []string { return names })
}

type choice struct {
	value *string
	names []string
}

func (c *choice) String() string { return *c.value }
func (c *choice) Type() string   { return "word" }

// Set implements pflag.Value.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.names, text) {
		return fmt.Errorf("%q is not one of %s%s", text, strings.Join(c.names, ", "), didYouMean(text, c.names))
	}
	*c.value = text
	return nil
}

// orList is "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// durationVar adds a flag that takes a duration of more than zero.
func durationVar(cmd *cobra.Command, value *time.Duration, name string, def time.Duration, usage string) {
	*value = def
	cmd.Flags().Var(&duration{value: value}, name, usage)
}

type duration struct {
	value *time.Duration
	zero  bool // whether it may be zero
}

func (d *duration) Type() string { return "duration" }

func (d *duration) String() string {
	if d.value == nil {
		return ""
	}
	text := d.value.String() // "10m0s"
	if cut, ok := strings.CutSuffix(text, "m0s"); ok {
		return cut + "m"
	}
	return text
}

// Set implements pflag.Value.
func (d *duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a duration such as 10s or 1m30s", text)
	case parsed < 0:
		return fmt.Errorf("%s is negative", text)
	case parsed == 0 && !d.zero:
		return fmt.Errorf("%s is not more than zero", text)
	}
	*d.value = parsed
	return nil
}

// countVar adds a flag that takes a number of at least one.
func countVar(cmd *cobra.Command, value *int, name string, def int, usage string) {
	*value = def
	cmd.Flags().Var((*count)(value), name, usage)
}

type count int

func (c *count) String() string { return strconv.Itoa(int(*c)) }
func (c *count) Type() string   { return "number" }

// Set implements pflag.Value.
func (c *count) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("%q is not a number from 1 to 65535", text)
	}
	*c = count(n)
	return nil
}

// dayVar adds --at: the day judged, which is today in Korea by default.
func dayVar(cmd *cobra.Command, value *lifecycle.Date, usage string) {
	cmd.Flags().Var(&day{value}, "at", usage+", such as 2026-08-31 (default today, in Korea)")
}

type day struct{ value *lifecycle.Date }

func (d *day) Type() string { return "day" }

func (d *day) String() string {
	if d.value == nil || d.value.IsZero() {
		return ""
	}
	return d.value.String()
}

// Set implements pflag.Value.
func (d *day) Set(text string) error {
	parsed, err := lifecycle.ParseDate(text)
	if err != nil || parsed.IsZero() {
		return fmt.Errorf("%q is not a date such as 2026-08-31", text)
	}
	*d.value = parsed
	return nil
}

// daysVar adds a flag that takes a number of days: "90d", or "90".
func daysVar(cmd *cobra.Command, value *int, name string, def int, usage string) {
	*value = def
	cmd.Flags().Var((*days)(value), name, usage)
}

type days int

func (d *days) Type() string   { return "days" }
func (d *days) String() string { return strconv.Itoa(int(*d)) + "d" }

// Set implements pflag.Value.
func (d *days) Set(text string) error {
	n, err := strconv.ParseUint(strings.TrimSuffix(text, "d"), 10, 16)
	if err != nil {
		return fmt.Errorf("%q is not a number of days such as 90d", text)
	}
	*d = days(n)
	return nil
}

// perSecond is a number of requests a second.
type perSecond float64

func (r *perSecond) Type() string { return "number" }

func (r *perSecond) String() string {
	if *r == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*r), 'f', -1, 64)
}

// Set implements pflag.Value.
func (r *perSecond) Set(text string) error {
	const least, most = 0.01, 10_000
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= least && n <= most) { // NaN is neither
		return fmt.Errorf("%q is not a number from %g to %d", text, least, int(most))
	}
	*r = perSecond(n)
	return nil
}
