package clients

//go:generate go tool virtualserver -version 1.1 -package clients -o . // want `generates the client of version 1.1`
//go:generate go tool virtualserver -version 1.3 -package clients -o .
//go:generate go run example.com/other -version 1.1
