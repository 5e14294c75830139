package client

import (
	"fmt"
	"regexp"
)

// A Version is the version of a service that a client speaks.
//
// It is opaque, so that no text is taken for one by accident: "v1.3" and "9.9" do not compile where a
// Version is wanted. Each generated package of a version has its own, Version. Versions are comparable.
type Version struct{ service, number string }

var versionNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$`)

// MustVersion is for generated code. It panics for a number that is not two decimal numbers with a dot
// between, such as 1.3.
func MustVersion(service, number string) Version {
	if service == "" || !versionNumber.MatchString(number) {
		panic(fmt.Sprintf("client: %q %q is not a version such as virtualserver 1.3", service, number))
	}
	return Version{service, number}
}

// String returns the number alone: 1.3.
func (v Version) String() string { return v.number }

// header is the value of Scp-Api-Version [seed].
func (v Version) header() string { return v.service + " " + v.number }
