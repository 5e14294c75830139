package client

import (
	"fmt"
	"strconv"
	"strings"
)

// A Version is the version of a service that a client speaks.
//
// It is opaque, so that a program cannot pass any text as a version: "v1.3" and "9.9" do not compile where
// a Version is wanted. The generated package of each version has a variable Version. Versions are
// comparable.
type Version struct{ service, number string }

// MustVersion is for generated code. It panics for a number that is not two decimal numbers with a dot
// between, such as 1.3.
func MustVersion(service, number string) Version {
	major, minor, _ := strings.Cut(number, ".")
	if service == "" || !isNumber(major) || !isNumber(minor) {
		panic(fmt.Sprintf("client: %q %q is not a version such as virtualserver 1.3", service, number))
	}
	return Version{service, number}
}

// isNumber reports whether s is a decimal number as it is written: no sign, no zeros before it.
func isNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == s
}

// String returns the number alone: 1.3.
func (v Version) String() string { return v.number }

// header is the value of Scp-Api-Version [seed].
func (v Version) header() string { return v.service + " " + v.number }
