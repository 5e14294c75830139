package unpinned

func headers(key, signature string) map[string]string {
	return map[string]string{
		"Scp-AccessKey": key, // want `signs requests`
		"Scp-Signature": signature,
	}
}
