// Package deploy tests what runs the command elsewhere: the Dockerfile and the manifest here, and the workflows.
package deploy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// documents reads the YAML documents of a file, by their kinds.
func documents(t *testing.T, name string) map[string]yaml.Node {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	byKind := map[string]yaml.Node{}
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return byKind
		}
		require.NoError(t, err)
		var head struct{ Kind string }
		require.NoError(t, document.Decode(&head))
		byKind[head.Kind] = document
	}
}

// TestManifestSchema holds the manifest against what Kubernetes accepts, and the schema against manifests that it
// must refuse.
func TestManifestSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("cronjob.schema.json")
	require.NoError(t, err)
	manifest := documents(t, "cronjob.yaml")
	valid := func(document yaml.Node) error {
		var value any
		require.NoError(t, document.Decode(&value))
		return schema.Validate(value)
	}
	for _, kind := range []string{"ConfigMap", "PersistentVolumeClaim", "CronJob"} {
		require.Contains(t, manifest, kind)
		require.NoError(t, valid(manifest[kind]))
	}

	for _, tt := range []struct{ name, right, wrong string }{
		{"misspelt field", "runAsNonRoot:", "runAsNonroot:"},
		{"wrong type", "backoffLimit: 0", "backoffLimit: none"},
		{"missing field", `schedule: "23 2 * * *"`, ""},
		{"wrong place", "concurrencyPolicy: Forbid", "backoffLimit: 0"},
		{"another API", "apiVersion: batch/v1\n", "apiVersion: batch/v1beta1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile("cronjob.yaml")
			require.NoError(t, err)
			require.Contains(t, string(data), tt.right)
			name := t.TempDir() + "/cronjob.yaml"
			require.NoError(t, os.WriteFile(name, []byte(strings.ReplaceAll(string(data), tt.right, tt.wrong)), 0o600))
			assert.Error(t, valid(documents(t, name)["CronJob"]))
		})
	}
}

// cronJob is what of a CronJob bears on harm.
type cronJob struct {
	Spec struct {
		Schedule          string
		ConcurrencyPolicy string `yaml:"concurrencyPolicy"`
		JobTemplate       struct {
			Spec struct {
				BackoffLimit          *int `yaml:"backoffLimit"`
				ActiveDeadlineSeconds int  `yaml:"activeDeadlineSeconds"`
				Template              struct{ Spec podSpec }
			}
		} `yaml:"jobTemplate"`
	}
}

type podSpec struct {
	RestartPolicy                 string         `yaml:"restartPolicy"`
	AutomountServiceAccountToken  *bool          `yaml:"automountServiceAccountToken"`
	TerminationGracePeriodSeconds int            `yaml:"terminationGracePeriodSeconds"`
	HostNetwork                   bool           `yaml:"hostNetwork"`
	HostPID                       bool           `yaml:"hostPID"`
	SecurityContext               map[string]any `yaml:"securityContext"`
	Containers                    []struct {
		Args []string
		Env  []struct {
			Name, Value string
			ValueFrom   struct {
				SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
			} `yaml:"valueFrom"`
		}
		SecurityContext map[string]any `yaml:"securityContext"`
		Resources       struct{ Requests, Limits map[string]string }
		VolumeMounts    []struct {
			MountPath string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
	}
	Volumes []map[string]any
}

// TestCronJob: one run at a time, once, within a time, with no more rights than it needs.
func TestCronJob(t *testing.T) {
	t.Parallel()
	manifest := documents(t, "cronjob.yaml")
	var job cronJob
	node := manifest["CronJob"]
	require.NoError(t, node.Decode(&job))
	assert.Equal(t, "Forbid", job.Spec.ConcurrencyPolicy)
	spec := job.Spec.JobTemplate.Spec
	require.NotNil(t, spec.BackoffLimit)
	assert.Zero(t, *spec.BackoffLimit)

	pod := spec.Template.Spec
	assert.Equal(t, "Never", pod.RestartPolicy)
	require.NotNil(t, pod.AutomountServiceAccountToken)
	assert.False(t, *pod.AutomountServiceAccountToken)
	assert.False(t, pod.HostNetwork || pod.HostPID)
	assert.Equal(t, map[string]any{
		"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
		"seccompProfile": map[string]any{"type": "RuntimeDefault"},
	}, pod.SecurityContext)
	for _, volume := range pod.Volumes {
		assert.NotContains(t, volume, "hostPath")
		assert.NotContains(t, volume, "emptyDir", "what a killed run left must outlive the pod")
	}

	require.Len(t, pod.Containers, 1)
	container := pod.Containers[0]
	assert.Equal(t, map[string]any{
		"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
		"capabilities": map[string]any{"drop": []any{"ALL"}},
	}, container.SecurityContext)
	assert.NotEmpty(t, container.Resources.Requests["cpu"])
	assert.NotEmpty(t, container.Resources.Limits["memory"])
	var keys []string
	for _, variable := range container.Env {
		assert.Empty(t, variable.Value, "%s does not come from the Secret", variable.Name)
		assert.NotEmpty(t, variable.ValueFrom.SecretKeyRef.Key)
		keys = append(keys, variable.Name)
	}
	assert.ElementsMatch(t, []string{"SCP_ACCESS_KEY", "SCP_SECRET_KEY"}, keys)

	// The image writes where its WORKDIR is, and a run ends before the Job does.
	var mounted []string
	for _, mount := range container.VolumeMounts {
		mounted = append(mounted, mount.MountPath)
	}
	assert.Contains(t, mounted, workdirOf(t))
	limit, err := time.ParseDuration(config(t, manifest)["limit"].(string))
	require.NoError(t, err)
	grace := time.Duration(pod.TerminationGracePeriodSeconds) * time.Second
	assert.LessOrEqual(t, limit+grace, time.Duration(spec.ActiveDeadlineSeconds)*time.Second)
}

// workdirOf is the directory in which the command of the image runs.
func workdirOf(t *testing.T) string {
	dir := ""
	for _, line := range instructions(t, "Dockerfile") {
		if name, ok := strings.CutPrefix(line, "WORKDIR "); ok {
			dir = name
		}
	}
	return dir
}

// config is the configuration file in the ConfigMap.
func config(t *testing.T, manifest map[string]yaml.Node) map[string]any {
	var configMap struct{ Data map[string]string }
	node := manifest["ConfigMap"]
	require.NoError(t, node.Decode(&configMap))
	var file map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(configMap.Data["scp-conformance.yaml"]), &file))
	return file
}

// TestConfig: what is shipped changes nothing.
func TestConfig(t *testing.T) {
	t.Parallel()
	file := config(t, documents(t, "cronjob.yaml"))
	assert.NotContains(t, file, "allow")
	assert.NotContains(t, file, "volume")
	assert.NotContains(t, file, "sacrifice-server")
}

// TestNetworkPolicy: the pod is asked nothing, and asks name servers and what speaks HTTPS.
func TestNetworkPolicy(t *testing.T) {
	t.Parallel()
	manifest := documents(t, "cronjob.yaml")
	var policy struct {
		Spec struct {
			PodSelector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			} `yaml:"podSelector"`
			PolicyTypes []string `yaml:"policyTypes"`
			Ingress     []any
			Egress      []struct {
				Ports []struct {
					Protocol string
					Port     int
				}
			}
		}
	}
	node := manifest["NetworkPolicy"]
	require.NoError(t, node.Decode(&policy))
	assert.Equal(t, []string{"Ingress", "Egress"}, policy.Spec.PolicyTypes)
	assert.Empty(t, policy.Spec.Ingress)
	require.Len(t, policy.Spec.Egress, 1)
	for _, to := range policy.Spec.Egress[0].Ports {
		assert.Contains(t, []int{53, 443}, to.Port)
	}

	var job struct {
		Spec struct {
			JobTemplate struct {
				Spec struct {
					Template struct {
						Metadata struct{ Labels map[string]string }
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	node = manifest["CronJob"]
	require.NoError(t, node.Decode(&job))
	assert.Equal(t, policy.Spec.PodSelector.MatchLabels, job.Spec.JobTemplate.Spec.Template.Metadata.Labels)
}
