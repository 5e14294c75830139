package signing

type TransportOption func()

func WithAPIVersion(version string) TransportOption { return nil }

func NewTransport(endpoint string, opts ...TransportOption) error { return nil }
