package migrate

import (
	"fmt"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// to is the version to move to: the target or, if that is not safe on the day judged, the one that is recommended
// then. It is zero if there is none.
func (j *judge) to() lifecycle.ID {
	s, known := j.standings.Of(j.Target)
	if known && !s.Safe {
		s, _ = j.standings.Recommended()
		return s.ID
	}
	return j.Target
}

// move says how to have a place speak a newer version.
func (j *judge) move(u Use) string {
	to := j.to()
	if to == (lifecycle.ID{}) {
		return "ask the vendor which version to move to, as none is recommended on " + j.Day.String()
	}
	how := "move to " + to.String()
	switch u.Rule {
	case TerraformProvider, TerraformLock:
		how += " with " + providerReleases().speaking(to)
	case GoModule:
		how += " by importing library/virtualserver/" + to.String() + " of the SDK"
	}
	if u.Generated {
		how += ", by changing what generates this file"
	}
	return how
}

// pin says how to have a place speak one version only.
func (j *judge) pin(u Use) string {
	to := j.to()
	switch {
	case to == lifecycle.ID{}:
		return "ask the vendor to which version, as none is recommended on " + j.Day.String()
	case u.Rule == TerraformProvider, u.Rule == TerraformLock:
		return "require " + providerReleases().speaking(to)
	}
	return fmt.Sprintf("set Scp-Api-Version to %q", "virtualserver "+to.String())
}

// speaking says which releases of the provider speak a version.
func (t releases) speaking(id lifecycle.ID) string {
	for _, r := range t.Rows {
		switch {
		case r.speaks == id && r.From == r.To:
			return "release " + r.To + " of the provider"
		case r.speaks == id:
			return fmt.Sprintf("a release of the provider from %s to %s", r.From, r.To)
		}
	}
	return fmt.Sprintf("a release of the provider that speaks %s: the table of %s has none", id, t.Read)
}

// why says when a version ends or ended, or what else is to be said of it.
func (j *judge) why(s lifecycle.Standing) string {
	n, known := s.Left.Count()
	switch {
	case s.UnsafeFrom.IsZero() || !known:
		return s.String()
	case n == 0:
		return fmt.Sprintf("%s ends on %s, the day judged", s.ID, s.UnsafeFrom)
	case n < 0:
		return fmt.Sprintf("%s ended on %s, %s before the day judged", s.ID, s.UnsafeFrom, plural(-n, "day"))
	}
	return fmt.Sprintf("%s ends on %s, %s after the day judged", s.ID, s.UnsafeFrom, plural(n, "day"))
}
