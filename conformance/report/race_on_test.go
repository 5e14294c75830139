//go:build race

package report_test

// raceEnabled tells that sync.Pool drops items at random, so allocations cannot
// be counted.
const raceEnabled = true
