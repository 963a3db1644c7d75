//! `config/default.toml` against the program.

use std::collections::{BTreeMap, BTreeSet};

use auth_senders::SmtpSection;
use auth_settings::Environment;

use crate::{DEFAULT_TOML, configure, folder, load, refused, section, text};

/// Sections with their keys and examples; commented-out ones are `#key = example`, without a space.
fn documented() -> BTreeMap<String, Vec<(String, String)>> {
    let mut sections = BTreeMap::<_, Vec<_>>::new();
    let mut section = String::new();
    for line in DEFAULT_TOML.lines() {
        let line = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
            sections.entry(section.clone()).or_default();
        } else if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let (key, example) = line.split_once(" = ").expect(line);
            sections.entry(section.clone()).or_default().push((key.to_owned(), example.to_owned()));
        }
    }
    sections
}

fn variable(section: &str, key: &str) -> String {
    format!("AUTH__{}__{}", section.replace('.', "__"), key).to_uppercase()
}

#[test]
fn every_key_has_a_comment_of_its_own() {
    let lines: Vec<_> = DEFAULT_TOML.lines().collect();
    let is_key = |line: &str| line.trim_start_matches('#').starts_with(|c: char| c.is_ascii_lowercase());
    for pair in lines.windows(2).filter(|pair| is_key(pair[1])) {
        let shares = pair[1].contains("_file = ") && is_key(pair[0]);
        assert!(pair[0].starts_with("# ") || shares, "no comment above: {}", pair[1]);
    }
}

#[test]
fn every_documented_key_is_a_setting() {
    for (section, keys) in documented() {
        for (key, example) in keys {
            let name = variable(&section, &key);
            let value = example.trim_matches(['[', ']']).replace('"', "");
            if let Err(said) = load(&[(&name, &value)]) {
                assert!(!said.contains("is not"), "{said}");
            }
        }
    }
}

#[test]
fn every_setting_is_documented() {
    let documented = documented();
    for (section, keys) in &documented {
        let said = refused(&[(&variable(section, "no_such_key"), "x")]);
        let (_, known) = said.split_once(" has: ").expect(&said);
        let known: BTreeSet<_> = known.split(", ").map(str::to_owned).collect();
        let below = documented.keys().filter_map(|other| other.strip_prefix(&format!("{section}.")));
        let below = below.filter_map(|rest| rest.split('.').next());
        let written = keys.iter().map(|(key, _)| key.clone()).chain(below.map(str::to_owned)).collect();
        assert_eq!(known, written, "[{section}]");
    }
    let said = refused(&[("AUTH__NO_SUCH_SECTION__X", "x")]);
    let (_, known) = said.split_once("sections are: ").expect(&said);
    let known: BTreeSet<_> = known.split(", ").collect();
    let written = documented.keys().filter_map(|name| name.split('.').next()).collect();
    assert_eq!(known, written);
}

/// Each kind of provider has keys that the other does not have, and a client has a secret or a key.
#[test]
fn every_example_is_valid() {
    const GITHUB: [&str; 2] = ["authorize_base = ", "api_base = "];
    const KEY: [&str; 3] = ["team_id = ", "key_id = ", "private_key = "];
    const OIDC: [&str; 5] =
        ["id_tokens = ", "id_token_nonce = ", "authorized_parties = ", "tenants = ", "response_mode = "];
    for (kind, of_the_other) in [
        ("oidc", [&GITHUB[..], &KEY].concat()),
        ("oidc", [&GITHUB[..], &["client_secret = "]].concat()),
        ("github", [&OIDC[..], &KEY].concat()),
    ] {
        let uncommented = DEFAULT_TOML
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '#'])).unwrap_or(line))
            .filter(|line| !line.contains("_file = ") && !of_the_other.iter().any(|key| line.starts_with(key)))
            .collect::<Vec<_>>()
            .join("\n")
            .replace("kind = \"oidc\"", &format!("kind = \"{kind}\""));
        let folder = folder(&[("default.toml", &uncommented)]);
        let variables = [("AUTH_CONFIG_DIR", text(folder.path()))];
        let configuration = configure(&Environment::new(variables)).expect("every example");
        assert_eq!((configuration.providers().count(), configuration.settings.clients.registered.len()), (1, 1));
        let (settings, smtp) = (configuration.settings, section::<SmtpSection>(&variables, "smtp"));
        assert!(settings.secrets.server_key.is_some() && smtp.into_settings().is_some());
        assert!(settings.database.url.is_some());
    }
}
