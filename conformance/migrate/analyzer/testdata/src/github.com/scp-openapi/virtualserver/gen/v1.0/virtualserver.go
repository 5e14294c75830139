// Package virtualserver stands for the client of version 1.0.
package virtualserver

const APIVersion = "1.0"

type VolumeID string

func Detach(id VolumeID) error { return nil }
