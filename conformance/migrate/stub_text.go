package migrate

// scanText reads a file as text.
func scanText(string, []byte) []Use { return nil }
