package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// liveFlags adds the flags that say what of an endpoint may come to harm.
func liveFlags(cmd *cobra.Command, flags *runFlags) {
	f := cmd.Flags()
	choiceVar(cmd, &flags.allow, "allow", conformance.HarmNames(), "the most harmful `class` of cases to ask (default dangerous on this machine, else refused)")
	f.StringVar(&flags.config.SacrificeServer, "sacrifice-server", "", "`ID` of --server once more: its owner lets it come to harm")
	stateDirVar(cmd, &flags.config.StateDir)
}

// stateDirVar adds --state-dir.
func stateDirVar(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "state-dir", "", "keep in this `directory` what volumes were attached to (default ~/.local/state/scp-conformance)")
	_ = cmd.MarkFlagDirname("state-dir")
}

// mockFixture is what of the mock's default world may be tried.
var mockFixture = conformance.Fixture{
	Volume: mock.VolumeID, Server: mock.ServerID, SpareVolume: mock.SpareID,
	OtherServer: mock.OtherServerID, SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
}

// fixtureEach gives each version that is asked a fixture of its own, and returns the world that has them all.
func fixtureEach(config *conformance.Config) mock.World {
	world := mock.DefaultWorld()
	for i := 1; i < min(config.Parallel, len(config.Clients)); i++ {
		twin, id := mock.DefaultWorld().Twin(i)
		world.Servers, world.Volumes = append(world.Servers, twin.Servers...), append(world.Volumes, twin.Volumes...)
		config.More = append(config.More, conformance.Fixture{
			Volume: id(mock.VolumeID), Server: id(mock.ServerID), SpareVolume: id(mock.SpareID),
			OtherServer: id(mock.OtherServerID), SharedVolume: id(mock.SharedID), OSVolume: id(mock.OSVolumeID),
		})
	}
	return world
}

// completeHarm fills in what depends on whether the endpoint is live: what may be asked of it, of which volumes and
// servers, and how patiently.
func (f *runFlags) completeHarm(cmd *cobra.Command, config *conformance.Config) error {
	if config.Live && config.Endpoint == "" {
		return errors.New("--live is for an endpoint: name it with --endpoint")
	}
	config.Live = config.IsLive()
	config.Harm = conformance.DefaultHarm(config.Live)
	if f.allow != "" {
		if err := config.Harm.UnmarshalText([]byte(f.allow)); err != nil {
			return err
		}
	}
	changed := cmd.Flags().Changed
	if config.Live {
		if !changed("timeout") {
			config.Timeout = conformance.DefaultLiveTimeout
		}
		if !changed("settle") {
			config.Settle = conformance.DefaultLiveSettle
		}
		return nil
	}
	fixture := &config.Fixture
	for flag, id := range map[string]struct{ named, mocks *string }{
		"volume":        {&fixture.Volume, &mockFixture.Volume},
		"spare-volume":  {&fixture.SpareVolume, &mockFixture.SpareVolume},
		"server":        {&fixture.Server, &mockFixture.Server},
		"other-server":  {&fixture.OtherServer, &mockFixture.OtherServer},
		"shared-volume": {&fixture.SharedVolume, &mockFixture.SharedVolume},
		"os-volume":     {&fixture.OSVolume, &mockFixture.OSVolume},
	} {
		if !changed(flag) {
			*id.named = *id.mocks
		}
	}
	return completeStateDir(config)
}

// completeStateDir names the directory of the ledger for an endpoint. The built-in mock ends with the run, and
// needs none.
func completeStateDir(config *conformance.Config) (err error) {
	if config.Endpoint != "" && config.StateDir == "" {
		config.StateDir, err = conformance.DefaultStateDir()
	}
	return err
}
