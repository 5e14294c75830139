package signing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

func TestCredentialsFromEnv(t *testing.T) {
	cases := []struct {
		name    string
		env     map[string]string
		want    signing.Credentials
		wantErr string
		none    bool
	}{
		{
			name: "own", env: map[string]string{"SCP_ACCESS_KEY": "a", "SCP_SECRET_KEY": "s"},
			want: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s")},
		},
		{
			name: "Terraform's", env: map[string]string{"SCP_TF_ACCESS_KEY": "ta", "SCP_TF_SECRET_KEY": "ts"},
			want: signing.Credentials{AccessKey: "ta", SecretKey: signing.Secret("ts")},
		},
		{
			name: "own before Terraform's", env: map[string]string{
				"SCP_ACCESS_KEY": "a", "SCP_SECRET_KEY": "s", "SCP_TF_ACCESS_KEY": "ta", "SCP_TF_SECRET_KEY": "ts",
			},
			want: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s")},
		},
		{name: "none", wantErr: "SCP_ACCESS_KEY and SCP_SECRET_KEY, or SCP_TF_ACCESS_KEY and SCP_TF_SECRET_KEY", none: true},
		{name: "half of own", env: map[string]string{"SCP_ACCESS_KEY": "a"}, wantErr: "SCP_SECRET_KEY is not"},
		{name: "other half of own", env: map[string]string{"SCP_SECRET_KEY": "s3cret"}, wantErr: "SCP_ACCESS_KEY is not"},
		{name: "half of each", env: map[string]string{"SCP_ACCESS_KEY": "a", "SCP_TF_SECRET_KEY": "ts"}, wantErr: "SCP_SECRET_KEY is not"},
		{name: "half of own, whole of Terraform's", env: map[string]string{
			"SCP_SECRET_KEY": "s3cret", "SCP_TF_ACCESS_KEY": "ta", "SCP_TF_SECRET_KEY": "ts",
		}, wantErr: "SCP_ACCESS_KEY is not"},
		{name: "half of Terraform's", env: map[string]string{"SCP_TF_ACCESS_KEY": "ta"}, wantErr: "SCP_TF_SECRET_KEY is not"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"SCP_ACCESS_KEY", "SCP_SECRET_KEY", "SCP_TF_ACCESS_KEY", "SCP_TF_SECRET_KEY"} {
				t.Setenv(name, c.env[name])
			}
			creds, err := signing.CredentialsFromEnv()
			require.Equal(t, c.want, creds)
			if c.wantErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wantErr)
			require.NotContains(t, err.Error(), "s3cret")
			if c.none {
				require.ErrorIs(t, err, signing.ErrNoCredentials)
			} else {
				require.NotErrorIs(t, err, signing.ErrNoCredentials)
			}
		})
	}
}
