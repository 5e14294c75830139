//go:build unix && !crash

package main

// crashes is how many runs are killed. `make crash` kills more of them.
const crashes = 5
