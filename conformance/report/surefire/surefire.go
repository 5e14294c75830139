// Package surefire writes test results in the form of Maven Surefire's schema, which GitLab, Jenkins and the actions
// for GitHub read as JUnit XML.
package surefire

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// Suite is a test suite. Any text of it may be somebody else's.
type Suite struct {
	Name       string
	Properties []Property
	Cases      []Case
}

// Red reports whether a reader shows the suite as one that did not pass.
func (s Suite) Red() bool {
	return slices.ContainsFunc(s.Cases, func(c Case) bool { return c.Failure != nil || c.Error != nil })
}

// Property is a fact about a suite.
type Property struct{ Name, Value string }

// Case is a test case, which passed unless it has a reason.
type Case struct {
	Name, Class string
	Spent       time.Duration

	// Failure, Error and Skipped say why the case did not pass; at most one of them is set.
	Failure, Error, Skipped *Reason

	Out string // what it printed, of any number of lines
}

// Reason is why a case did not pass.
type Reason struct {
	Message string
	Type    string // not of a case that was skipped
	Text    string // of any number of lines
}

// Write writes suites, without those that have no cases.
func Write(w io.Writer, suites ...Suite) error {
	var all suitesElement
	for _, s := range suites {
		if len(s.Cases) > 0 {
			all.add(s)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("write XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The elements and attributes are in the order of the schema, which asks for it.
type (
	suitesElement struct {
		XMLName xml.Name `xml:"testsuites"`
		counts
		Time   seconds        `xml:"time,attr"`
		Suites []suiteElement `xml:"testsuite"`
	}
	suiteElement struct {
		Name text    `xml:"name,attr"`
		Time seconds `xml:"time,attr"`
		counts
		Properties []propertyElement `xml:"properties>property"`
		Cases      []caseElement     `xml:"testcase"`
	}
	counts struct {
		Tests    int `xml:"tests,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Failures int `xml:"failures,attr"`
	}
	propertyElement struct {
		Name  text `xml:"name,attr"`
		Value text `xml:"value,attr"`
	}
	caseElement struct {
		Name    text           `xml:"name,attr"`
		Class   text           `xml:"classname,attr"`
		Time    seconds        `xml:"time,attr"`
		Failure *reasonElement `xml:"failure"`
		Skipped *reasonElement `xml:"skipped"`
		Error   *reasonElement `xml:"error"`
		Out     *outElement    `xml:"system-out"`
	}
	reasonElement struct {
		Message text   `xml:"message,attr"`
		Type    text   `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
	outElement struct {
		Text string `xml:",cdata"`
	}
)

func (all *suitesElement) add(s Suite) {
	suite := suiteElement{Name: text(s.Name)}
	for _, p := range s.Properties {
		suite.Properties = append(suite.Properties, propertyElement{text(p.Name), text(p.Value)})
	}
	for _, c := range s.Cases {
		element := c.element()
		suite.add(element)
		all.counts.add(element)
		suite.Time += element.Time
		all.Time += element.Time
		suite.Cases = append(suite.Cases, element)
	}
	all.Suites = append(all.Suites, suite)
}

func (n *counts) add(c caseElement) {
	n.Tests++
	switch {
	case c.Failure != nil:
		n.Failures++
	case c.Error != nil:
		n.Errors++
	case c.Skipped != nil:
		n.Skipped++
	}
}

func (c Case) element() caseElement {
	element := caseElement{
		Name: text(c.Name), Class: text(c.Class), Time: seconds(c.Spent),
		Failure: c.Failure.element(), Error: c.Error.element(), Skipped: c.Skipped.element(),
	}
	if c.Out != "" {
		element.Out = &outElement{safe.Lines(c.Out)}
	}
	return element
}

func (r *Reason) element() *reasonElement {
	if r == nil {
		return nil
	}
	return &reasonElement{text(r.Message), text(r.Type), safe.Lines(r.Text)}
}

// text is an attribute on one line.
type text string

// MarshalText implements encoding.TextMarshaler.
func (t text) MarshalText() ([]byte, error) { return []byte(safe.Text(string(t))), nil }

// seconds is a time span as the schema writes one.
type seconds time.Duration

// MarshalText implements encoding.TextMarshaler.
func (s seconds) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(time.Duration(s).Seconds(), 'f', 3, 64)), nil
}
