package mock

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// Twin is a world like this one whose volumes and servers have other IDs, so that a mock can have both:
//
//	twin, id := world.Twin(1)
//	world.Servers = append(world.Servers, twin.Servers...)
//	world.Volumes = append(world.Volumes, twin.Volumes...)
//
// Twins with different numbers have different IDs, and id tells which ID of the twin stands for one of the world.
func (w World) Twin(number int) (twin World, id func(string) string) {
	id = func(original string) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", number, original))
		sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // a UUID of version 4
		return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	}
	renamed := func(ids []string) (list []string) {
		for _, original := range ids {
			list = append(list, id(original))
		}
		return list
	}
	twin = World{Servers: renamed(w.Servers), Volumes: slices.Clone(w.Volumes)}
	for i, v := range twin.Volumes {
		twin.Volumes[i].ID, twin.Volumes[i].Servers = id(v.ID), renamed(v.Servers)
	}
	return twin, id
}
