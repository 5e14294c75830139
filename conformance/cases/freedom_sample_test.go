//go:build !freedoms

package cases_test

// askAll is false: a sample of each family is asked. `make freedoms` asks all of them.
const askAll = false
