//go:build !freedoms

package cases_test

// askAll is false: a sample of each family is asked, of a service without freedoms. `make freedoms` does more.
const askAll = false

func anySlow([]string) bool { return false }
