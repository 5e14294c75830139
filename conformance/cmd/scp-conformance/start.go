package main

import (
	"fmt"

	"github.com/scp-openapi/virtualserver/conformance"
)

// startLine says what a run is about to judge, as of which day and with which key, and what it may harm.
func startLine(config conformance.Config, mocked bool) string {
	if mocked {
		return fmt.Sprintf("Judging the built-in mock as of %s, as no --endpoint is named.", config.Day)
	}
	return fmt.Sprintf("Judging %s as of %s with access key %s; harm allowed: %s.",
		config.Endpoint, config.Day, lastFour(config.Credentials.AccessKey), mayHarm(config))
}

// lastFour is the end of a key, for people to tell theirs by. Of a key that it would tell much of, it is nothing.
func lastFour(key string) string {
	const shown = 4
	if len(key) < 3*shown {
		return "…"
	}
	return "…" + key[len(key)-shown:]
}

// mayHarm is what a run may do, and to what.
func mayHarm(config conformance.Config) string {
	if config.Harm < conformance.HarmDetaches {
		return fmt.Sprintf("%s, of nothing that exists", config.Harm)
	}
	what := ""
	add := func(name, id string) {
		if id != "" {
			what += fmt.Sprintf(", %s %s", name, id)
		}
	}
	f := config.Fixture
	add("volume", f.Volume)
	add("volume", f.SpareVolume)
	if config.Harm > conformance.HarmDetaches {
		add("volume", f.SharedVolume)
		add("OS volume", f.OSVolume)
	}
	add("server", f.Server)
	if what == "" {
		what = ", and nothing is named that it could do it to"
	}
	return config.Harm.String() + what
}
