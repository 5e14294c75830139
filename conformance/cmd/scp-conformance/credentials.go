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
	credentials, err := lookUpCredentials(file)
	var exposed *signing.ExposedFileError
	if errors.As(err, &exposed) {
		fmt.Fprintln(cmd.ErrOrStderr(), "Warning:", exposed)
		return credentials, nil
	}
	return credentials, err
}

func lookUpCredentials(file string) (signing.Credentials, error) {
	if file != "" {
		return signing.CredentialsFromFile(file)
	}
	credentials, err := signing.CredentialsFromEnv()
	if !errors.Is(err, signing.ErrNoCredentials) {
		return credentials, err
	}
	credentials, fileErr := signing.CredentialsFromFile("")
	if errors.Is(fileErr, signing.ErrNoCredentials) {
		return credentials, fmt.Errorf("%w; %w", err, fileErr)
	}
	return credentials, fileErr
}
