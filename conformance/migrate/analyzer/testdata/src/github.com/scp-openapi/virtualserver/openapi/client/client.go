package client

type Version struct{}

func MustVersion(service, number string) Version { return Version{} }
