//! The message that stops the start.

use auth_settings::Environment;

use crate::{configure, folder, load, provider, refused, text};

#[test]
fn a_bad_value_is_named_with_its_key() {
    for (variable, value, message) in [
        (
            "AUTH__VERIFICATION__MAX_TRIES",
            "x",
            "verification.max_tries (AUTH__VERIFICATION__MAX_TRIES) must be a whole number from 1 to 10, not \"x\"",
        ),
        (
            "AUTH__VERIFICATION__MAX_TRIES",
            "11",
            "verification.max_tries (AUTH__VERIFICATION__MAX_TRIES) must be a whole number from 1 to 10, not \"11\"",
        ),
        (
            "AUTH__VERIFICATION__CODE_TTL_SECONDS",
            "",
            "verification.code_ttl_seconds (AUTH__VERIFICATION__CODE_TTL_SECONDS) must be a whole number from 1 to 3600, not empty",
        ),
        ("AUTH__VERIFICATION__RESEND_AFTER_SECONDS", "-1", "must be a whole number from 0 to 3600"),
        ("AUTH__VERIFICATION__REVEAL_EXISTENCE", "maybe", "must be true or false"),
        ("AUTH__HTTP__LISTEN", "8080", "must be an address and a port"),
        ("AUTH__HTTP__LISTEN", "", "not empty"),
        ("AUTH__HTTP__PUBLIC_URL", "id.example.com", "must be an http or https address"),
        ("AUTH__HTTP__TRUSTED_PROXIES", "10.0.0.0/33", "must be an address or a network"),
        ("AUTH__HTTP__ALLOWED_ORIGINS", "https://x.example/path", "or an origin"),
        ("AUTH__HTTP__BODY_LIMIT_BYTES", "1e6", "must be a whole number"),
        ("AUTH__HTTP__WORKERS", "0", "must be a whole number from 1 to"),
        ("AUTH__ADMIN__LISTEN", "somewhere", "must be an address and a port"),
        ("AUTH__DATABASE__POOL_SIZE", "0", "must be a whole number from 1 to"),
        ("AUTH__DATABASE__DATA_DIR", "", "must be a path"),
        ("AUTH__LIMITS__ENABLED", "0", "must be true or false"),
        ("AUTH__SESSIONS__REFRESH_TTL_SECONDS", "99999999999", "must be a whole number from 1 to"),
        ("AUTH__SESSIONS__MAX_PER_USER", "0", "must be a whole number from 1 to"),
        ("AUTH__TOKENS__ACCESS_TTL_SECONDS", "59", "must be a whole number from 60 to"),
        ("AUTH__TOKENS__ALGORITHM", "HS256", "must be one of ES256, EdDSA, RS256, not \"HS256\""),
        ("AUTH__TOKENS__ISSUER", "ftp://x", "must be an http or https address"),
        ("AUTH__PASSWORDS__MIN_CHARS", "7", "must be a whole number from 8 to"),
        ("AUTH__PASSWORDS__MEMORY_KIB", "64", "must be a whole number from 7168 to"),
        ("AUTH__PHONE_NUMBERS__COUNTRIES", "86,zz", "must hold calling codes"),
        ("AUTH__PHONE_NUMBERS__DEFAULT_REGION", "China", "must be a region of two letters"),
        ("AUTH__PHONE_NUMBERS__MOBILE_RANGES", "+86 16*", "must be a number with +"),
        ("AUTH__HTTP__FORWARDED_HEADER", "via", "must be one of forwarded, x-forwarded-for"),
        ("AUTH__CLIENTS__DEFAULT_CLIENT_ID", "a b", "must be 1 to 64 letters"),
        ("AUTH__CLIENTS__UNKNOWN", "ignore", "must be one of default, refuse"),
        ("AUTH__SMTP__FROM", "nobody", "must be an e-mail address"),
        ("AUTH__SMS__KIND", "pigeon", "must be one of none, log, webhook"),
        ("AUTH__SMS__WEBHOOK__URL", "x", "must be an http or https address"),
        ("AUTH__LOGGING__LEVEL", "loud", "must be one of error, warn, info, debug, trace"),
    ] {
        let said = refused(&[(variable, value)]);
        assert!(said.contains(variable) && said.contains(message), "{variable}={value}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
    let said = refused(&[("AUTH_PROFILE", "staging")]);
    assert_eq!(said, "AUTH_PROFILE must be local, test or production, not \"staging\"");
}

#[test]
fn settings_that_need_each_other_say_so() {
    for (variables, key, message) in [
        (vec![("AUTH__SMTP__URL", "smtp://localhost")], "smtp.from", "must be set where smtp.url is"),
        (vec![("AUTH__SMS__KIND", "webhook")], "sms.webhook.url", "must be set for sms.kind webhook"),
        (
            vec![
                ("AUTH__SMS__KIND", "webhook"),
                ("AUTH__SMS__WEBHOOK__URL", "https://sms.example"),
                ("AUTH__SMS__COUNTRIES", ""),
            ],
            "sms.countries",
            "must list the calling codes",
        ),
        (provider("oidc", ""), "providers.example.issuer", "must be set for kind oidc"),
        (provider("saml", "https://x.example"), "providers.example.kind", "must be one of oidc, github"),
        (provider("oidc", "https://x.example")[1..].to_vec(), "providers.example.kind", "is missing"),
        (provider("oidc", "https://x.example")[..4].to_vec(), "providers.example.redirect_uris", "is missing"),
        (
            [provider("github", ""), vec![("AUTH__PROVIDERS__EXAMPLE__CLIENT_SECRET", "")]].concat(),
            "providers.example.client_secret",
            "must be set for kind github",
        ),
        (
            [provider("oidc", "https://x.example"), vec![("AUTH__PROVIDERS__EXAMPLE__API_BASE", "https://y.example")]]
                .concat(),
            "providers.example.api_base",
            "is only for kind github",
        ),
        (
            provider("oidc", "https://x.example/{tenantid}/v2.0"),
            "providers.example.tenants",
            "must list the tenants whose people may sign in",
        ),
        (
            [provider("oidc", "https://x.example"), vec![("AUTH__PROVIDERS__EXAMPLE__KEY_ID", "x")]].concat(),
            "providers.example.private_key",
            "must be set together with team_id and key_id",
        ),
        (
            [
                provider("oidc", "https://x.example"),
                vec![
                    ("AUTH__PROVIDERS__EXAMPLE__KEY_ID", "x"),
                    ("AUTH__PROVIDERS__EXAMPLE__TEAM_ID", "x"),
                    ("AUTH__PROVIDERS__EXAMPLE__PRIVATE_KEY", "x"),
                ],
            ]
            .concat(),
            "providers.example.private_key",
            "must not be set together with client_secret",
        ),
        (
            [provider("oidc", "https://x.example"), vec![("AUTH__PROVIDERS__EXAMPLE__RESPONSE_MODE", "fragment")]]
                .concat(),
            "providers.example.response_mode",
            "must be query or form_post",
        ),
        (vec![("AUTH__OUTBOUND__ALLOWED_HOSTS", "10.0.0.1")], "outbound.allowed_hosts", "must be the name of a host"),
        (
            vec![("AUTH__OUTBOUND__ALLOWED_NETWORKS", "idp.x")],
            "outbound.allowed_networks",
            "must be an address or a network",
        ),
        (
            vec![("DATABASE_URL", "postgres://auth@db.example.com/auth?sslmode=require")],
            "database.url",
            "must say sslmode=verify-full",
        ),
    ] {
        let said = refused(&variables);
        assert!(said.starts_with(key) && said.contains(message), "{said}");
    }
    let far = ("DATABASE_URL", "postgres://auth@db.example.com/auth");
    load(&[far, ("AUTH__DATABASE__ALLOW_INSECURE", "true")]).expect("the operator's explicit wish");
}

#[test]
fn an_unknown_variable_stops_the_start() {
    for (variable, key) in [
        ("AUTH__VERIFICATION__MAX_TRYS", "verification.max_trys (AUTH__VERIFICATION__MAX_TRYS) is not a setting"),
        ("AUTH__HTPP__LISTEN", "htpp (AUTH__HTPP) is not a setting"),
        ("AUTH__PROVIDERS__EXAMPLE__SECRET", "providers.example.secret"),
        ("AUTH__HTTP__LISTEN__PORT", "http.listen"),
        ("AUTH__HTTP", "http (AUTH__HTTP) is a section"),
        ("AUTH__", "AUTH__ is not the name of a setting"),
    ] {
        let said = refused(&[(variable, "hunter2")]);
        assert!(said.starts_with(key), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    load(&[("AUTH_SOMETHING", "x"), ("AUTHOR", "x")]).expect("not ours");
}

#[test]
fn a_problem_in_a_file_names_the_file() {
    for (file, said) in [
        (
            "[http]\nlisten = 8080",
            "http.listen (AUTH__HTTP__LISTEN) must be an address and a port, such as 127.0.0.1:8080, not 8080 [",
        ),
        ("[http]\nlistn = 'x'", "http.listn (AUTH__HTTP__LISTN) is not a setting; [http] has: listen, public_url"),
        ("[htpp]\nlisten = 'x'", "htpp (AUTH__HTPP) is not a setting; sections are: http, admin"),
        (
            "[providers.GitHub]\nkind = 'github'\nclient_id = 'x'\nclient_secret = 'x'\nredirect_uris = ['https://x.example']",
            "providers.GitHub (AUTH__PROVIDERS__GITHUB) must be named with",
        ),
    ] {
        let folder = folder(&[("local.toml", file)]);
        let message = refused(&[("AUTH_CONFIG_DIR", text(folder.path()))]);
        assert!(message.starts_with(said), "{message}");
        assert!(message.ends_with("local.toml]"), "{message}");
    }
    let folder = folder(&[("local.toml", "[http\n")]);
    let message = refused(&[("AUTH_CONFIG_DIR", text(folder.path()))]);
    assert!(message.contains("local.toml: TOML parse error at line 1"), "{message}");
}

#[test]
fn variables_must_be_text() {
    use std::os::unix::ffi::OsStringExt;
    let value = std::ffi::OsString::from_vec(vec![0xff]);
    let error = configure(&Environment::new([("AUTH__HTTP__LISTEN", value)])).map(drop).expect_err("not UTF-8");
    assert_eq!(error, "AUTH__HTTP__LISTEN must be UTF-8");
}
