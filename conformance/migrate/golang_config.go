package migrate

import (
	"bufio"
	"bytes"
	"go/build"
	"go/build/constraint"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxTags is how many build tags are tried in all combinations.
const maxTags = 6

// configOf returns what a file has to be compiled for that is left out otherwise: a system, an architecture or
// build tags. It reports false if the file is not left out, or if nothing satisfies its constraints.
func configOf(path string) (goConfig, bool) {
	if (goConfig{}).matches(path) {
		return goConfig{}, false
	}
	systems, archs, tags := []string{""}, []string{""}, []string{}
	for _, tag := range constraints(path) {
		switch {
		case isArch(tag):
			archs = append(archs, tag)
		case isSystem(tag):
			systems = append(systems, tag)
		case len(tags) < maxTags && tag != "cgo" && !strings.HasPrefix(tag, "go1"):
			tags = append(tags, tag)
		}
	}
	for _, config := range combinations(systems, archs, tags) {
		if config.matches(path) {
			return config, true
		}
	}
	return goConfig{}, false
}

// combinations returns all choices, those with the fewest tags first.
func combinations(systems, archs, tags []string) []goConfig {
	var sets [][]string
	for bits := range 1 << len(tags) {
		var set []string
		for i, tag := range tags {
			if bits&(1<<i) != 0 {
				set = append(set, tag)
			}
		}
		sets = append(sets, set)
	}
	slices.SortStableFunc(sets, func(a, b []string) int { return len(a) - len(b) })
	var all []goConfig
	for _, set := range sets {
		for _, system := range systems {
			for _, arch := range archs {
				all = append(all, goConfig{goos: system, goarch: arch, tags: strings.Join(set, ",")})
			}
		}
	}
	return all
}

// matches reports whether a file is compiled for c.
func (c goConfig) matches(path string) bool {
	context := build.Default
	if c.goos != "" {
		context.GOOS, context.CgoEnabled = c.goos, false
	}
	if c.goarch != "" {
		context.GOARCH, context.CgoEnabled = c.goarch, false
	}
	if c.tags != "" {
		context.BuildTags = strings.Split(c.tags, ",")
	}
	match, err := context.MatchFile(filepath.Dir(path), filepath.Base(path))
	return err == nil && match
}

// constraints returns the tags that decide whether a file is compiled: those of its go:build line, and the
// parts of its name.
func constraints(path string) []string {
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".go"), "_test")
	tags := strings.Split(name, "_")[1:]
	tags = slices.DeleteFunc(tags, func(tag string) bool { return !isSystem(tag) && !isArch(tag) })
	data, err := os.ReadFile(path)
	if err != nil {
		return tags
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "package ") {
		if expr, err := constraint.Parse(strings.TrimSpace(lines.Text())); err == nil && constraint.IsGoBuild(lines.Text()) {
			expr.Eval(func(tag string) bool {
				tags = append(tags, tag)
				return false
			})
			expr.Eval(func(tag string) bool {
				tags = append(tags, tag)
				return true
			})
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// isSystem and isArch ask package build, which knows them as parts of file names only.
func isSystem(tag string) bool { return !nameMatches("x_"+tag+"_amd64.go", "amd64") }

func isArch(tag string) bool { return !isSystem(tag) && !nameMatches("x_"+tag+".go", "none") }

func nameMatches(name, arch string) bool {
	context := build.Context{GOOS: "none", GOARCH: arch, Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package x\n")), nil
	}}
	match, err := context.MatchFile("", name)
	return err == nil && match
}
