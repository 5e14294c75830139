package format

import (
	"io"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// JSON writes a report as indented JSON, whose schema is report.schema.json.
func JSON(w io.Writer, r *migrate.Report) error {
	return safe.JSON(w, r, "  ")
}
