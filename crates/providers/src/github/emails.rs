//! The e-mail addresses of a user who shows none in public.

use auth_outbound::{OutboundError, OutboundHttp};
use serde_json::Value;
use url::Url;

use crate::party::fetch;

/// Returns the verified primary address, if the bearer of the token may ask for it: without the scope `user:email`, GitHub
/// answers as if there were no such page.
pub(super) async fn primary(http: &OutboundHttp, address: &Url, token: &str) -> Result<Option<String>, OutboundError> {
    match fetch::<Value>(http, address, Some(token)).await {
        Ok(listed) => Ok(chosen(&listed)),
        Err(OutboundError::Status(401 | 403 | 404)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn chosen(listed: &Value) -> Option<String> {
    let is = |entry: &Value, what: &str| entry.get(what) == Some(&Value::Bool(true));
    let found = listed.as_array()?.iter().find(|entry| is(entry, "primary") && is(entry, "verified"))?;
    found.get("email")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_verified_primary_address_is_chosen() {
        let entry = |email: &str, primary: bool, verified: bool| json!({"email": email, "primary": primary, "verified": verified});
        for (listed, found) in [
            (json!([entry("a@x", false, true), entry("b@x", true, true), entry("c@x", false, true)]), Some("b@x")),
            (json!([entry("a@x", false, true), entry("b@x", true, false)]), None),
            (json!([entry("a@x", false, true)]), None),
            (json!([]), None),
            (json!([7, {"email": 7, "primary": true, "verified": true}]), None),
            (json!([{"email": "a@x", "primary": "true", "verified": true}]), None),
            (json!([{"primary": true, "verified": true}]), None),
            (json!({"email": "a@x", "primary": true, "verified": true}), None),
            (json!(null), None),
        ] {
            assert_eq!(chosen(&listed).as_deref(), found, "{listed}");
        }
    }
}
