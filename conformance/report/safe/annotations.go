package safe

import (
	"fmt"
	"io"
	"strings"
)

// Annotation is one workflow command of GitHub's, which GitHub shows at a run and, if it names a file, beside that.
type Annotation struct {
	Level          Level
	Title, Message string // Message may have several lines

	// File is relative to the root of the repository, and Line and Column are counted from 1; zero for none.
	File         string
	Line, Column int

	// Urgent has it stand before the others of its level.
	Urgent bool
}

// Level is how bad the thing is that an annotation tells of.
type Level string

// The levels of annotations.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Notice  Level = "notice"
)

// shown is how many annotations of a level GitHub shows of one step.
const shown = 10

// Annotate writes a summary and, below it, as many of the other annotations as GitHub shows, errors first. If there
// are more of a level, the last of that level says how many.
func Annotate(w io.Writer, summary Annotation, others []Annotation) error {
	var b strings.Builder
	b.WriteString(summary.command())
	for _, level := range []Level{Error, Warning, Notice} {
		room := shown
		if summary.Level == level {
			room--
		}
		var some []Annotation
		for _, urgent := range []bool{true, false} {
			for _, each := range others {
				if each.Level == level && each.Urgent == urgent {
					some = append(some, each)
				}
			}
		}
		if left := len(some) - room; left > 0 {
			some = append(some[:room-1], Annotation{Level: level, Title: "More", Message: fmt.Sprintf("%d more of this level are in the report.", left+1)})
		}
		for _, each := range some {
			b.WriteString(each.command())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// command is the workflow command. Line ends and the signs that end a property are escaped as GitHub's own
// toolkit does.
func (a Annotation) command() string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	where := ""
	if a.File != "" {
		where = "file=" + property.Replace(Text(a.File)) + ","
	}
	if a.Line > 0 {
		where += fmt.Sprintf("line=%d,col=%d,", a.Line, a.Column)
	}
	return fmt.Sprintf("::%s %stitle=%s::%s\n", a.Level, where, property.Replace(Text(Clip(a.Title, 200))), data.Replace(Lines(a.Message)))
}
