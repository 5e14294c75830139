package migrate

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
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

// writesTerraform reports whether a file may have Terraform in it: scripts, templates and Terragrunt write files
// of Terraform.
func writesTerraform(base string) bool {
	return slices.Contains([]string{".hcl", ".tftpl", ".tmpl", ".tpl", ".j2", ".sh"}, path.Ext(base))
}

var (
	embeddedProvider = regexp.MustCompile(`(?i)\b[\w-]+\s*=\s*\{[^{}]*\bsource\s*=\s*\\?"[^"]*\b` + providerName + `\\?"[^{}]*\}`)
	embeddedVersion  = regexp.MustCompile(`\bversion\s*=\s*\\?"([^"\\$%{]*)\\?"`)
)

// embedded finds the entries of required_providers in a file that writes Terraform.
func embedded(name string, data []byte) (all []provider) {
	lang := languageOf(name, data)
	for _, m := range embeddedProvider.FindAllIndex(data, -1) {
		line := data[bytes.LastIndexByte(data[:m[0]], '\n')+1 : m[0]]
		if lang.commentAt(line, len(line)) {
			continue
		}
		p := provider{use: Use{File: name, Rule: TerraformProvider, Sure: Text}}
		at := span{m[0], m[1]}
		if v := embeddedVersion.FindSubmatchIndex(data[m[0]:m[1]]); v != nil {
			at = span{m[0] + v[0], m[0] + v[1]}
			p.version, p.pins = string(data[m[0]+v[2]:m[0]+v[3]]), true
		}
		p.use.Line, p.use.Column = position(data, at.start)
		text, _, _ := bytes.Cut(data[at.start:min(at.end, at.start+maxText)], []byte("\n"))
		p.use.Text = strings.ToValidUTF8(string(text), "\uFFFD")
		all = append(all, p)
	}
	return all
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
	line, column := position(t.data, at.Start.Byte)
	end := min(max(at.End.Byte, at.Start.Byte), len(t.data))
	text, _, _ := bytes.Cut(t.data[min(at.Start.Byte, end):end], []byte("\n"))
	p := provider{use: Use{
		File: t.name, Line: line, Column: column, Text: strings.ToValidUTF8(string(text[:min(len(text), maxText)]), "\uFFFD"),
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
