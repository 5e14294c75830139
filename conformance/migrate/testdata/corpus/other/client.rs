headers.insert(HeaderName::from_static("scp-api-version"), HeaderValue::from_static("virtualserver 1.1"));
