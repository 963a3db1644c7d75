//! What is refused for real users.

use std::net::IpAddr;

use auth_extension::{Additions, Extension, Kit};
use auth_server::{Server, World};
use auth_settings::{Environment, NoSection};

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
        (
            vec![("AUTH__SECRETS__SERVER_KEY_PREVIOUS", sample)],
            "secrets.server_key_previous (AUTH__SECRETS__SERVER_KEY_PREVIOUS) must be random",
        ),
        (
            vec![
                ("AUTH__TRACES__ENDPOINT", "http://otel.example/v1/traces"),
                ("AUTH__TRACES__AUTHORIZATION", "Basic x"),
            ],
            "traces.endpoint (AUTH__TRACES__ENDPOINT) must be https in production",
        ),
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

/// The kit lends clients that reach what is listed, and no more.
#[test]
fn what_the_operator_allows_is_allowed_to_adapters() {
    let listed =
        [("AUTH__OUTBOUND__ALLOWED_NETWORKS", "10.20.0.0/16,fd12::/32"), ("AUTH__OUTBOUND__ALLOWED_HOSTS", "idp.x")];
    for (more, allowed) in [(&listed[..], true), (&[], false)] {
        let looked = Extension::new("look").section("look", move |_: NoSection, kit: &Kit| {
            let reach = kit.outbound().reach();
            let admits = |ip: &str| reach.admits(ip.parse::<IpAddr>().expect(ip));
            assert_eq!((admits("10.20.1.2"), admits("fd12::1")), (allowed, allowed));
            assert_eq!(reach.admits_as("idp.x", IpAddr::from([192, 168, 0, 1])), allowed);
            assert!(admits("8.8.8.8") && !admits("10.21.0.1") && !admits("127.0.0.1") && !admits("169.254.169.254"));
            Ok(Additions::new())
        });
        let variables = [&production()[..], more].concat();
        let configured = Server::new().with(looked).configure(&Environment::new(variables), World::of_this_machine());
        configured.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_proxy_that_speaks_no_http_is_refused_in_production() {
    let socks = ("https_proxy", "socks5://hunter2:1080");
    let said = refused(&[&production()[..], &[socks]].concat());
    assert!(
        said.starts_with("https_proxy must be the address of an HTTP proxy") && !said.contains("hunter2"),
        "{said}"
    );
    load(&[socks]).expect("not used in local");
    load(&[&production()[..], &[("HTTPS_PROXY", "http://proxy.corp.example:3128")]].concat()).expect("a proxy");
}
