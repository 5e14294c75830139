API_VERSIONS = [("vpc", "1.0"), ("virtualserver", "1.3")]
