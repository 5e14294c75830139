package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"
)

// control is where the control API of the mock listens. It asks for no keys: whoever reaches it decides what the
// mock says to everybody else.
type control struct {
	addr    string // "" for nowhere
	exposed bool   // whether other machines may reach it
}

func (c *control) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.addr, "control", "", "serve the control API too, at this `address`, such as 127.0.0.1:8081")
	f.BoolVar(&c.exposed, "control-exposed", false, "let --control listen where other machines can reach it, as in a container: everybody there controls the mock")
}

// listen listens at the address, and returns nil if there is none. The address is not on the port of the API.
func (c *control) listen(ctx context.Context, api net.Addr) (net.Listener, error) {
	if c.addr == "" {
		if c.exposed {
			return nil, errors.New("--control-exposed is for the control API: say where that listens with --control")
		}
		return nil, nil //nolint:nilnil // none is named
	}
	at, err := net.ResolveTCPAddr("tcp", c.addr)
	if err != nil {
		return nil, fmt.Errorf("--control: %w; name an address such as 127.0.0.1:8081", err)
	}
	if !at.IP.IsLoopback() && !c.exposed {
		return nil, fmt.Errorf("--control: other machines can reach %s, and the control API asks for no keys; "+
			"listen on 127.0.0.1, or allow it with --control-exposed", c.addr)
	}
	if taken, ok := api.(*net.TCPAddr); ok && at.Port == taken.Port {
		return nil, fmt.Errorf("--control: port %d is that of the API; name another port", at.Port)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("--control: %w; try another address", err)
	}
	return listener, nil
}
