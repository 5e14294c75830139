package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/signing"
)

// findCredentials finds the keys to sign with: in the file of --credentials, or else where people keep
// theirs. It warns of a file that others may read.
func findCredentials(cmd *cobra.Command, file string) (signing.Credentials, error) {
	credentials, err := signing.FindCredentials(file)
	var exposed *signing.ExposedFileError
	if errors.As(err, &exposed) {
		fmt.Fprintln(cmd.ErrOrStderr(), "Warning:", plain(exposed))
		return credentials, nil
	}
	return credentials, err
}
