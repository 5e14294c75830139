package virtualserver

type APIClient struct{}
