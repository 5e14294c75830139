package migrate

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// lockName is the file in which Terraform keeps the releases that it chose.
const lockName = ".terraform.lock.hcl"

// provider is a place that chooses releases of the vendor's provider: by a constraint, or a lock by name.
type provider struct {
	use     Use // without its versions
	version string
	pins    bool // whether there is a version at all
}

func isTerraform(base string) bool {
	return base == lockName || slices.ContainsFunc([]string{".tf", ".tofu", ".tf.json", ".tofu.json"}, func(ext string) bool {
		return strings.HasSuffix(base, ext)
	})
}

// terraform finds the places in a file of Terraform that choose releases of the vendor's provider.
func (s *scan) terraform(name string, data []byte, f *found) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if why := tooMuchTerraform(data); why != "" {
		s.notes.trouble(name, "cannot be parsed: "+why)
		return
	}
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		file, diags = json.Parse(data, name)
	} else {
		file, diags = hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	}
	if diags.HasErrors() {
		s.notes.trouble(name, "cannot be parsed: "+diags.Errs()[0].Error())
	}
	if file == nil || file.Body == nil {
		return
	}
	t := terraformFile{name: name, data: data}
	if path.Base(name) == lockName {
		t.lock(file.Body)
	} else {
		t.config(file.Body)
	}
	f.providers = append(f.providers, t.providers...)
}

// The parsers need some hundred bytes of memory for each byte that they read, and a stack as deep as the blocks
// are nested, without a limit of their own.
const (
	maxTerraform = 1 << 20 // bytes of a file
	maxNested    = 250     // blocks and brackets
)

// tooMuchTerraform says why a file is not handed to a parser, or nothing. It counts the brackets in strings and
// comments too, of which no file that people write leaves so many open.
func tooMuchTerraform(data []byte) string {
	if len(data) > maxTerraform {
		return fmt.Sprintf("it is larger than %d MiB", maxTerraform>>20)
	}
	depth := 0
	for _, c := range data {
		switch c {
		case '{', '[', '(':
			if depth++; depth > maxNested {
				return fmt.Sprintf("more than %d brackets are open at once", maxNested)
			}
		case '}', ']', ')':
			depth = max(0, depth-1)
		}
	}
	return ""
}

// terraformFile collects what one file chooses.
type terraformFile struct {
	name      string
	data      []byte
	providers []provider
}

// config reads the blocks terraform { required_providers { … } } and, as old code has it, the version in
// the block of the provider itself.
func (t *terraformFile) config(body hcl.Body) {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "terraform"}, {Type: "provider", LabelNames: []string{"name"}},
	}})
	for _, block := range content.Blocks {
		if block.Type == "provider" {
			t.block(block, TerraformProvider)
			continue
		}
		inner, _, _ := block.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "required_providers"}}})
		for _, required := range inner.Blocks {
			attributes, _ := required.Body.JustAttributes()
			for _, a := range attributes {
				t.required(a)
			}
		}
	}
}

// required reads one entry of required_providers: an object, or only a constraint as Terraform 0.12 had it.
func (t *terraformFile) required(a *hcl.Attribute) {
	pairs, diags := hcl.ExprMap(a.Expr)
	if diags.HasErrors() {
		if strings.EqualFold(a.Name, providerName) {
			t.add(TerraformProvider, a.Range, a.Expr)
		}
		return
	}
	ours := strings.EqualFold(a.Name, providerName)
	at := a.NameRange
	var version hcl.Expression
	for _, p := range pairs {
		switch key, _ := constant(p.Key); key {
		case "source":
			source, _ := constant(p.Value)
			ours = isProvider(source)
		case "version":
			version = p.Value
			at = hcl.RangeBetween(p.Key.Range(), p.Value.Range())
		}
	}
	if ours {
		t.add(TerraformProvider, at, version)
	}
}

// lock reads the blocks of a lock file.
func (t *terraformFile) lock(body hcl.Body) {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "provider", LabelNames: []string{"source"}},
	}})
	for _, block := range content.Blocks {
		t.block(block, TerraformLock)
	}
}

// block reads the version in the block of a provider, if it is the vendor's and has one.
func (t *terraformFile) block(block *hcl.Block, rule Rule) {
	if !isProvider(block.Labels[0]) {
		return
	}
	content, _, _ := block.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "version"}}})
	if a := content.Attributes["version"]; a != nil {
		t.add(rule, a.Range, a.Expr)
	}
}

// add notes a place that chooses releases; expr is nil if it chooses none.
func (t *terraformFile) add(rule Rule, at hcl.Range, expr hcl.Expression) {
	column := at.Start.Byte - bytes.LastIndexByte(t.data[:min(at.Start.Byte, len(t.data))], '\n') // of bytes, unlike HCL's
	end := min(max(at.End.Byte, at.Start.Byte), len(t.data))
	text, _, _ := bytes.Cut(t.data[min(at.Start.Byte, end):end], []byte("\n"))
	p := provider{use: Use{
		File: t.name, Line: at.Start.Line, Column: column, Text: strings.ToValidUTF8(string(text[:min(len(text), maxText)]), "\uFFFD"),
		Rule: rule, Sure: Derived,
	}}
	if rule == TerraformLock {
		p.use.Sure = Exact
	}
	if expr != nil {
		p.pins = true
		var ok bool
		if p.version, ok = constant(expr); !ok {
			p.use.Unknown = "the version is no constant"
		}
	}
	t.providers = append(t.providers, p)
}

// constant returns the string that an expression is without any variables.
func constant(expr hcl.Expression) (string, bool) {
	v, diags := expr.Value(nil)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// position returns the line and the column of a byte, both from 1; columns count bytes.
func position(data []byte, at int) (line, column int) {
	before := data[:min(at, len(data))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// providerUses says which versions of the API the providers speak. A lock file decides for the constraints
// in its folder that it fulfils.
func providerUses(all []provider) []Use {
	table := providerReleases()
	locked := map[string]string{}
	for _, p := range all {
		if p.use.Rule == TerraformLock {
			locked[path.Dir(p.use.File)] = p.version
		}
	}
	var uses []Use
	for _, p := range all {
		u, lock := p.use, locked[path.Dir(p.use.File)]
		switch {
		case u.Unknown != "":
		case u.Rule == TerraformLock:
			u.Versions, u.Unknown = table.exactly(p.version)
		case lock != "" && (!p.pins || fulfils(lock, p.version)):
			u.Versions, u.Unknown = table.exactly(lock)
		case !p.pins:
			// Any release may be installed: it is unpinned.
		default:
			u.Versions, u.Unknown = table.allowed(p.version)
		}
		uses = append(uses, u)
	}
	slices.SortFunc(uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return uses
}
