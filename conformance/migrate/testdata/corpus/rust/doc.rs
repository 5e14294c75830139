/// Sets `Scp-Api-Version: virtualserver 1.1`, which the caller gives.
// Scp-Api-Version: virtualserver 1.0
fn pin() {}
