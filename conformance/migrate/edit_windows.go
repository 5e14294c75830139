package migrate

import "os"

// keepOwner does nothing: a new file has the owner of its folder.
func keepOwner(*os.File, os.FileInfo) error { return nil }
