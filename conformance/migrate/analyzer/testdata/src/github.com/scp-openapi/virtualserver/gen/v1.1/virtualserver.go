// Package virtualserver stands for the client of version 1.1.
package virtualserver

const APIVersion = "1.1"

type VolumeID string

func Detach(id VolumeID) error { return nil }
