package cases_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestScratch(t *testing.T) {
	m, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(5*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	list := named(t, strings.Fields(os.Getenv("CASES"))...)
	began := time.Now()
	r := judge(t, m, list, gen.Clients())
	fmt.Println(say(r), r.Counts, time.Since(began), r.Unjudged)
	for _, x := range r.Results {
		n := 0
		for _, a := range x.Attempts {
			n += len(a.Exchanges)
		}
		fmt.Println(x.Version.ID, x.Case.ID, x.Verdict, n, x.Case.Variants, x.Duration, x.Notes)
	}
}

func TestScratchDefects(t *testing.T) {
	list := named(t, strings.Fields(os.Getenv("CASES"))...)
	for _, name := range strings.Fields(os.Getenv("DEFECTS")) {
		d, err := mock.DefectByName(name)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := judgeMock(t, list, mock.WithDefect(d))
		fmt.Println(name, proved(r), r.Counts, time.Since(began).Round(time.Millisecond))
		if os.Getenv("SAY") != "" {
			fmt.Println(say(r))
		}
	}
}
