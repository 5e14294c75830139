// Package conformancetest runs the conformance suite inside go test, and serves the mock to tests.
//
// [Run] asks each case of each version as a subtest, of an endpoint or of a mock:
//
//	func TestService(t *testing.T) {
//		conformancetest.Run(t, conformancetest.Endpoint("http://127.0.0.1:8080", keys))
//	}
//
// A subtest is called after the version and the case, so that -run and -skip select them, and only requests of
// selected cases are sent:
//
//	go test -run TestService                            # everything
//	go test -run 'TestService/1\.3'                     # one version
//	go test -run 'TestService/.*/^detach-accepted$'     # one case, in every version
//	go test -run 'TestService/1\.3/^auth-'              # a few cases, in one version
//
// `scp-conformance cases` lists the cases. The names stay what they are; new cases come with new names.
//
// The verdict of a case becomes that of its subtest:
//
//	pass          passes
//	fail          fails, with what was found, the clause that is broken, and the command that asks again
//	differs       passes, and logs what was found; it fails with Strict
//	inconclusive  fails, and says "inconclusive"
//	skip          is skipped, with the reason
//	error         fails: the suite itself is at fault
//
// A test whose selected cases all came to no verdict fails, and so does one whose -run selects no case.
//
// Some reasons name flags of scp-conformance run. Here --allow is [WithHarm], --volume, --server and the like are
// [WithFixture], --sacrifice-server is [WithSacrifice], and --all is [WithAll].
//
// [NewMock] serves a mock for the length of a test. The test sets what the mock holds, and looks at the requests
// that it saw.
package conformancetest
