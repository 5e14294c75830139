const SERVICE: &str = "virtualserver";
const VERSION: &str = "1.2";
fn pin(h: &mut HeaderMap) {
    h.insert("scp-api-version", format!("{} {}", SERVICE, VERSION).parse().unwrap());
}
