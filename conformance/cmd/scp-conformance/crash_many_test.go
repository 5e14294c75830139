//go:build unix && crash

package main

// crashes is how many runs are killed.
const crashes = 30
