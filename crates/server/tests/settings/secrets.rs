//! Providers, and secrets of all sections.

use std::fs;

use auth_domain::external_identities::ProviderId;
use auth_providers::{GitHubSection, GitHubSettings, OidcSection, OidcSettings};
use auth_senders::{SmsWebhookSection, SmtpSection};
use auth_settings::{Environment, Profile, SectionKind, SectionTree};
use secrecy::ExposeSecret;

use crate::{SERVER_KEY, configure, folder, provider, refused, text};

/// The configuration of the only provider.
enum Provider {
    Oidc(OidcSettings),
    GitHub(GitHubSettings),
}

fn only_provider(environment: &Environment) -> Provider {
    configure(environment).expect("valid");
    let id = || ProviderId::parse("example").expect("an id");
    let kinds = [
        SectionKind::new("oidc", move |section: OidcSection| section.into_settings(id(), "").map(Provider::Oidc)),
        SectionKind::new("github", move |section: GitHubSection| section.into_settings(id()).map(Provider::GitHub)),
    ];
    let found = SectionTree::read(environment).and_then(|mut tree| tree.take_each("providers", &kinds)).expect("valid");
    let [(name, provider)] = <[_; 1]>::try_from(found).unwrap_or_else(|_| panic!("one provider"));
    assert_eq!(name, "example");
    provider.expect("complete")
}

#[test]
fn a_provider_is_named_by_its_variables() {
    let oidc = only_provider(&Environment::new(provider("oidc", "https://id.example.com/")));
    let Provider::Oidc(oidc) = oidc else { panic!("oidc") };
    assert_eq!(oidc.issuer, "https://id.example.com/", "as written");
    assert_eq!(oidc.redirect_uris, ["https://app.example.com/a", "https://app.example.com/b"]);

    let mut github = provider("github", "http://127.0.0.1:9");
    github.push(("AUTH__PROVIDERS__EXAMPLE__API_BASE", "http://127.0.0.1:9/api"));
    let Provider::GitHub(github) = only_provider(&Environment::new(github)) else { panic!("github") };
    assert_eq!(github.authorize_base, "http://127.0.0.1:9");
    assert_eq!(github.api_base, "http://127.0.0.1:9/api");
}

/// Every secret, with a valid value.
fn secrets() -> [(&'static str, &'static str); 5] {
    [
        ("AUTH__DATABASE__URL", "postgres://auth:hunter2@localhost/auth"),
        ("AUTH__SMTP__URL", "smtp://auth:hunter2@localhost"),
        ("AUTH__SMS__WEBHOOK__SECRET", "hunter2"),
        ("AUTH__SECRETS__SERVER_KEY", SERVER_KEY),
        ("AUTH__PROVIDERS__EXAMPLE__CLIENT_SECRET", "hunter2"),
    ]
}

const BESIDE_SECRETS: [(&str, &str); 7] = [
    ("AUTH__SMTP__FROM", "no-reply@example.com"),
    ("AUTH__SMS__KIND", "webhook"),
    ("AUTH__SMS__WEBHOOK__URL", "https://sms.example.com"),
    ("AUTH__PROVIDERS__EXAMPLE__KIND", "github"),
    ("AUTH__PROVIDERS__EXAMPLE__ISSUER", ""),
    ("AUTH__PROVIDERS__EXAMPLE__CLIENT_ID", "abc"),
    ("AUTH__PROVIDERS__EXAMPLE__REDIRECT_URIS", "https://app.example.com/a"),
];

#[test]
fn secrets_come_from_files_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut variables: Vec<(String, String)> =
        BESIDE_SECRETS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (variable, secret) in secrets() {
        let path = folder.path().join(variable);
        fs::write(&path, format!("{secret}\n")).expect("a file");
        variables.push((format!("{variable}_FILE"), text(&path).to_owned()));
    }
    let environment = Environment::new(variables);
    let settings = configure(&environment).expect("valid").settings;
    let mut tree = SectionTree::read(&environment).expect("valid");
    let smtp = tree.take::<SmtpSection>("smtp").expect("valid").into_settings().expect("set");
    let webhook = tree.take::<SmsWebhookSection>("sms.webhook").expect("valid").into_settings(Profile::Local);
    let Provider::GitHub(github) = only_provider(&environment) else { panic!("github") };
    assert_eq!(settings.database.url.expect("set").expose(), "postgres://auth:hunter2@localhost/auth");
    assert_eq!(smtp.url.expose_secret(), "smtp://auth:hunter2@localhost");
    assert_eq!(webhook.expect("complete").secret.expose_secret(), "hunter2");
    assert!(settings.secrets.server_key.is_some());
    assert_eq!(github.client_secret.expose_secret(), "hunter2");
}

#[test]
fn a_secret_file_must_be_readable_and_alone() {
    let folder = folder(&[("secret", "hunter2"), ("empty", "\n")]);
    let path = |name: &str| text(&folder.path().join(name)).to_owned();
    for (variable, _) in secrets() {
        let file = format!("{variable}_FILE");
        for (name, beside, message) in [
            ("secret", "hunter2", "are both set"),
            ("missing", "", "which cannot be read: No such file"),
            ("empty", "", "which is empty"),
        ] {
            let said = refused(&[(&file, &path(name)), (variable, beside)]);
            assert!(said.contains(&format!("({file})")) && said.contains(message), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
        let both_empty = refused(&[(&file, ""), (variable, ""), ("AUTH__NO", "x")]);
        assert!(both_empty.starts_with("no (AUTH__NO)") || both_empty.contains("is missing"), "{both_empty}");
    }
    let elsewhere = refused(&[("AUTH__TOKENS__ISSUER_FILE", &path("secret"))]);
    assert!(elsewhere.starts_with("tokens.issuer_file (AUTH__TOKENS__ISSUER_FILE) is not a setting"), "{elsewhere}");
}

#[test]
fn secrets_are_never_printed() {
    let variables = [&BESIDE_SECRETS[..], &secrets()[..]].concat();
    let environment = Environment::new(variables.iter().copied());
    let configuration = configure(&environment).expect("valid");
    let tree = SectionTree::read(&environment).expect("valid");
    for printed in [format!("{configuration:?} {tree:?}"), format!("{configuration:#?}"), format!("{environment:?}")] {
        assert!(!printed.contains("hunter2") && !printed.contains(SERVER_KEY), "{printed}");
    }
    for (variable, bad) in [
        ("AUTH__DATABASE__URL", "mysql://auth:hunter2@localhost"),
        ("AUTH__SMTP__URL", "hunter2"),
        ("AUTH__SECRETS__SERVER_KEY", "hunter2"),
        ("AUTH__HTTP__PUBLIC_URL", "https://auth:hunter2@example.com"),
        ("AUTH__DATABASE", "postgres://auth:hunter2@localhost"),
        ("AUTH__SECRETS", "hunter2"),
    ] {
        let said = refused(&[(variable, bad)]);
        assert!(said.contains(variable) && !said.contains("hunter2"), "{said}");
    }
}
