package migrate

import (
	"context"
	"path/filepath"
	"sync"
)

// scanGo reads Go files as text.
func scanGo(ctx context.Context, root string, files []string) (uses []Use, troubles []Trouble) {
	r := newReader(new(sync.Mutex))
	defer r.close()
	for _, name := range files {
		data, err := r.read(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			troubles = append(troubles, Trouble{File: name, Text: "cannot be read: " + reason(err)})
			continue
		}
		uses = append(uses, scanText(name, data)...)
	}
	return uses, troubles
}
