package lifecycle_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versions stands for the table that comes with the generated clients.
var versions = lifecycle.Table{
	Source: "the documents",
	Versions: []lifecycle.Version{
		{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.August, 31)},
		{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
	},
}

// A service can fail its own build while there is time left to move on. Call
// this from a test, with time.Now(), and fail on the error. Judging a day a month
// ahead gives a month's notice.
func Example_failTheBuild() {
	check := func(calls lifecycle.ID, now time.Time) error {
		standings := versions.At(lifecycle.On(now.AddDate(0, 0, 30)))
		if standing, _ := standings.Of(calls); !standing.Safe {
			recommended, _ := standings.Recommended()
			return fmt.Errorf("in 30 days: %s; move to %s", standing, recommended.ID)
		}
		return nil
	}
	fmt.Println(check(lifecycle.V(1, 2), time.Date(2026, time.July, 31, 12, 0, 0, 0, time.UTC)))
	fmt.Println(check(lifecycle.V(1, 2), time.Date(2026, time.August, 1, 12, 0, 0, 0, time.UTC)))
	// Output:
	// <nil>
	// in 30 days: 1.2 has ENDED, on 2026-08-31, the day judged; move to 1.3
}

// A service can say at its start that the version it calls is about to end.
func Example_warnAtStart() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	today := lifecycle.On(time.Date(2026, time.July, 15, 12, 0, 0, 0, time.UTC)) // time.Now()

	standing, known := versions.At(today).Of(lifecycle.V(1, 2))
	if !known || !standing.Safe || standing.Left.Within(90) {
		log.Warn("API version", "standing", standing, "source", versions.Describe(today))
	}
	// Output:
	// level=WARN msg="API version" standing="1.2 is DEPRECATED until 2026-08-31, 47 days left" source="snapshot of the documents, read on or before 2026-06-02, at least 43 days before 2026-07-15"
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// Compare what an endpoint says about its versions with the documents.
func ExampleDiff() {
	answer := strings.NewReader(`{"versions":[
		{"id":"v1.2","status":"SUPPORTED","not_before":"2026-07-31"},
		{"id":"v1.3","status":"SUPPORTED","not_before":""},
		{"id":"v1.4","status":"CURRENT","not_before":null}]}`)
	now := time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC)
	endpoint, err := lifecycle.ParseDiscovery(answer, "virtualserver.kr-west1.e.samsungsdscloud.com", now)
	if err != nil {
		fmt.Println(err) // not "no differences"
		return
	}
	for _, finding := range lifecycle.Diff(versions, endpoint, lifecycle.On(now)) {
		fmt.Println(finding.Failure, finding.Text)
	}
	// Output:
	// true the endpoint ends 1.2 on 2026-07-31, 31 days earlier than the documents promise, 2026-08-31
	// false the endpoint labels 1.3 as SUPPORTED; it was CURRENT by the documents, and has moved on since
	// false 1.4, which the endpoint lists as CURRENT with no date, is unknown to the documents
}

// The state of a version depends on the day judged, not on the label that was read.
func ExampleTable_At() {
	for _, day := range []string{"2026-06-02", "2026-06-03", "2026-08-31"} {
		judged, err := lifecycle.ParseDate(day)
		if err != nil {
			fmt.Println(err)
			return
		}
		standing, _ := versions.At(judged).Of(lifecycle.V(1, 2))
		fmt.Println(day, standing.State, standing.Safe)
	}
	// Output:
	// 2026-06-02 SUPPORTED true
	// 2026-06-03 DEPRECATED true
	// 2026-08-31 ENDED false
}
