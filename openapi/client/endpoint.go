package client

import (
	"fmt"
	"strings"
)

// A Location is an endpoint of the service, from the servers of its document.
type Location struct{ Region, Environment, URL string }

// Endpoint returns the URL of the service in a region of an environment. It rejects unknown region and
// environment pairs; the error lists the known ones.
func Endpoint(locations []Location, region, environment string) (string, error) {
	var known []string
	for _, l := range locations {
		if l.Region == region && l.Environment == environment {
			return l.URL, nil
		}
		known = append(known, l.Region+" in "+l.Environment)
	}
	return "", fmt.Errorf("unknown region %q in environment %q; known are %s", region, environment, strings.Join(known, ", "))
}
