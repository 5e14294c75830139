package migrate

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
)

// families returns modules in groups, each of which has to compile as a whole: those with code to move and, since a
// move may break them, the modules of the repository that are compiled with one of those. A go.work has modules
// compiled together, and so has a go.mod that replaces a module by its folder.
func families(ctx context.Context, root string, moved []string) [][]string {
	var groups [][]string
	for _, module := range moved {
		groups = append(groups, []string{module})
	}
	for _, module := range candidates(ctx, repositoryOf(root), moved) {
		family := slices.DeleteFunc(compiledWith(module), func(dir string) bool { return !slices.Contains(moved, dir) })
		if len(family) == 0 {
			continue
		}
		family = append(family, module)
		groups = slices.DeleteFunc(groups, func(group []string) bool {
			related := slices.ContainsFunc(group, func(dir string) bool { return slices.Contains(family, dir) })
			if related {
				family = append(family, group...)
			}
			return related
		})
		slices.Sort(family)
		groups = append(groups, slices.Compact(family))
	}
	return groups
}

// candidates returns the modules below root, and those of each go.work that has a module to move.
func candidates(ctx context.Context, root string, moved []string) []string {
	var modules []string
	// A folder that cannot be listed has no module that can be compiled.
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return fs.SkipAll
		case err == nil && entry.IsDir() && slices.Contains([]string{".git", "vendor", "node_modules"}, entry.Name()):
			return fs.SkipDir
		case err == nil && entry.Name() == "go.mod" && entry.Type().IsRegular():
			modules = append(modules, filepath.Dir(path))
		}
		return nil
	})
	for _, module := range moved {
		modules = append(modules, workFolders(module)...)
	}
	slices.Sort(modules)
	return slices.Compact(modules)
}

// repositoryOf returns the root of the git repository that a folder is in, or the folder.
func repositoryOf(folder string) string {
	for dir := folder; ; dir = filepath.Dir(dir) {
		if isRepository(dir) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return folder
		}
	}
}

// compiledWith returns the folders that code is compiled from if it is imported in a module.
func compiledWith(module string) []string {
	dirs := workFolders(module)
	file := filepath.Join(module, "go.mod")
	text, err := os.ReadFile(file)
	if err != nil {
		return dirs
	}
	mod, err := modfile.Parse(file, text, nil)
	if err != nil {
		return dirs
	}
	return append(dirs, replacements(module, mod.Replace)...)
}

// workFolders returns the folders that the go.work names that holds for a module.
func workFolders(module string) []string {
	file := cmp.Or(os.Getenv("GOWORK"), nearestWork(module))
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return nil
	}
	dirs := replacements(filepath.Dir(file), work.Replace)
	for _, use := range work.Use {
		dirs = append(dirs, folder(filepath.Dir(file), use.Path))
	}
	return dirs
}

func replacements(dir string, replaced []*modfile.Replace) []string {
	var dirs []string
	for _, r := range replaced {
		if r.New.Version == "" {
			dirs = append(dirs, folder(dir, r.New.Path))
		}
	}
	return dirs
}

// folder returns the path of a folder without symbolic links, which a go.mod or go.work in dir names.
func folder(dir, path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}
