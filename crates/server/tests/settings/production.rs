//! What is refused for real users.

use crate::{DEFAULT_TOML, load, production, provider, refused};

#[test]
fn production_refuses_what_is_only_fit_for_trying_out() {
    let sample = "c2FtcGxlLXNlcnZlci1rZXktZG8tbm90LXVzZS0hISE=";
    assert!(DEFAULT_TOML.contains(sample), "the sample is the documented one");
    let zeros = format!("{}=", "A".repeat(43));
    let mut cases = vec![
        (vec![("DATABASE_URL", "")], "database.url (AUTH__DATABASE__URL or DATABASE_URL) must be set in production"),
        (vec![("AUTH__LIMITS__ENABLED", "false")], "limits.enabled (AUTH__LIMITS__ENABLED) must be true in production"),
        (vec![("AUTH__SMS__KIND", "log")], "sms.kind (AUTH__SMS__KIND) must not be log in production"),
        (vec![("AUTH__TOKENS__KEY_FILES", "")], "tokens.key_files"),
        (vec![("AUTH__SECRETS__SERVER_KEY", "")], "secrets.server_key (AUTH__SECRETS__SERVER_KEY) must be set"),
        (vec![("AUTH__SECRETS__SERVER_KEY", sample)], "secrets.server_key (AUTH__SECRETS__SERVER_KEY) must be random"),
        (vec![("AUTH__SECRETS__SERVER_KEY", &zeros)], "secrets.server_key (AUTH__SECRETS__SERVER_KEY) must be random"),
    ];
    for kind in ["oidc", "github"] {
        for issuer in ["http://id.example.com", "https://localhost:9", "https://127.0.0.1"] {
            cases.push((provider(kind, issuer), "providers.example.issuer "));
        }
    }
    let mut api = provider("github", "");
    api.push(("AUTH__PROVIDERS__EXAMPLE__API_BASE", "http://api.example.com"));
    cases.push((api, "providers.example.api_base "));
    let mut redirect = provider("oidc", "https://id.example.com");
    redirect[4].1 = "http://app.example.com/done";
    cases.push((redirect, "providers.example.redirect_uris "));
    for (overrides, said) in cases {
        let variables = [production(), overrides].concat();
        let message = refused(&variables);
        assert!(message.starts_with(said), "{message}");
        assert!(!message.contains(sample), "{message}");
        let elsewhere: Vec<_> = variables.into_iter().filter(|(name, _)| *name != "AUTH_PROFILE").collect();
        load(&elsewhere).expect("fine in local");
        load(&[elsewhere, vec![("AUTH_PROFILE", "test")]].concat()).expect("fine in test");
    }
    load(&[production(), provider("oidc", "https://id.example.com")].concat()).expect("fit for production");
}
