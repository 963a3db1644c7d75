//! Registered clients.

use auth_domain::clients::{ClientId, ClientKind};
use auth_settings::AllowedOrigins;

use crate::{folder, load, production, refused, text};

const HASH: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn shop<'a>(key: &'a str, value: &'a str) -> [(&'a str, &'a str); 2] {
    [("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public"), (key, value)]
}

#[test]
fn a_client_is_named_by_its_variables() {
    let settings = load(&[
        ("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "confidential"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__SECRET_HASHES", &format!("{HASH}, {HASH}")),
        ("AUTH__CLIENTS__REGISTERED__SHOP__ALLOWED_ORIGINS", "https://Shop.example.com/"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__SCENARIOS", "email,third_party"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__REDIRECT_URIS", "https://shop.example.com/done"),
        ("AUTH__CLIENTS__REGISTERED__APP__KIND", "public"),
        ("AUTH__CLIENTS__REGISTERED__APP__SCENARIOS", ""),
    ])
    .expect("valid");
    let [app, shop] = settings.clients.registered.as_slice() else { panic!("two clients") };
    assert_eq!(shop.client.id, ClientId::parse("shop").expect("an id"));
    assert!(shop.client.accepts("abc") && !shop.client.accepts("abd"));
    assert!(matches!(&shop.client.kind, ClientKind::Confidential(hashes) if hashes.len() == 2));
    assert_eq!(shop.allowed_origins, Some(AllowedOrigins::Only(vec!["https://shop.example.com".into()])));
    assert_eq!(shop.client.scenarios, Some(vec!["email".into(), "third_party".into()]));
    assert_eq!(shop.client.redirect_uris, Some(vec!["https://shop.example.com/done".into()]));
    assert!(!app.client.is_confidential() && app.allowed_origins.is_none());
    assert!(app.client.scenarios.is_none() && app.client.redirect_uris.is_none());
}

#[test]
fn an_empty_list_in_a_file_allows_nothing() {
    let file = "[clients.registered.\"Shop.App\"]\nkind = 'public'\nscenarios = []\nallowed_origins = []\n";
    let folder = folder(&[("local.toml", file)]);
    let settings = load(&[("AUTH_CONFIG_DIR", text(folder.path()))]).expect("valid");
    let shop = &settings.clients.registered[0];
    assert_eq!(shop.client.id.as_str(), "Shop.App");
    assert_eq!((&shop.client.scenarios, &shop.allowed_origins), (&Some(vec![]), &Some(AllowedOrigins::Only(vec![]))));
}

#[test]
fn mistakes_are_named() {
    let key = "AUTH__CLIENTS__REGISTERED__SHOP__";
    for (variable, value, said) in [
        ("KIND", "secret", "must be one of public, confidential"),
        ("KIND", "confidential", "must hold at least one hash"),
        ("SECRET_HASHES", HASH, "is only for kind confidential"),
        ("SECRET_HASHES", "hunter2", "must be sha256: and the hash"),
        ("SCENARIOS", "phone", "must be one of phone_number, email, third_party"),
        ("ALLOWED_ORIGINS", "https://x.example/path", "or an origin"),
        ("REDIRECT_URIS", "/done", "an absolute address"),
        ("SECRET", "hunter2", "is not a setting"),
    ] {
        let message = refused(&shop(&format!("{key}{variable}"), value)[usize::from(variable == "KIND")..]);
        assert!(message.starts_with("clients.registered.shop.") && message.contains(said), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let digits = refused(&[("AUTH__CLIENTS__REGISTERED__0000000000000000042__KIND", "public")]);
    assert!(digits.contains("one of them a letter"), "{digits}");
    let redirect = ("AUTH__CLIENTS__REGISTERED__SHOP__REDIRECT_URIS", "http://shop.example.com/done");
    let plain = [production(), shop(redirect.0, redirect.1).to_vec()].concat();
    assert!(refused(&plain).contains("clients.registered.shop.redirect_uris"));
}
