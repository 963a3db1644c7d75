//! Sections of adapters, as crates outside of this one make them.

use std::fs;

use auth_settings::{
    Environment, NoSection, Problem, Section, SectionKind, SectionTree, SetSection, SettingsError, SettingsProfile,
    WebAddress, read,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tempfile::TempDir;

/// A vendor's, of every sort of key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Twilio {
    #[serde(deserialize_with = "read::value")]
    account: String,
    #[serde(deserialize_with = "read::value")]
    token: SecretString,
    #[serde(default, deserialize_with = "read::optional")]
    base: Option<WebAddress>,
    #[serde(default)]
    retry: Retry,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    #[serde(default, deserialize_with = "read::optional_whole::<1, 5, _, _>")]
    times: Option<u8>,
    #[serde(default, deserialize_with = "read::optional")]
    key: Option<SecretString>,
}

impl Section for Twilio {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.base.as_ref().map_or(Ok(()), |base| base.check("base", profile))
    }
}

const COMPLETE: [(&str, &str); 2] = [("AUTH__TWILIO__ACCOUNT", "AC1"), ("AUTH__TWILIO__TOKEN", "hunter2")];

fn tree(variables: &[(&str, &str)]) -> SectionTree {
    SectionTree::read(&Environment::new(variables.iter().copied())).expect("readable")
}

fn take(variables: &[(&str, &str)]) -> Result<Twilio, SettingsError> {
    tree(variables).take("twilio")
}

fn refused(more: &[(&str, &str)]) -> String {
    let variables = [&COMPLETE, more].concat();
    take(&variables).map(drop).expect_err("it should have been refused").to_string()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn a_section_is_read_into_the_type_of_its_adapter() {
    let folder = folder(&[("local.toml", "[twilio]\nbase = 'https://api.example.com'\nretry = { times = 3 }\n")]);
    let config = ("AUTH_CONFIG_DIR", folder.path().to_str().expect("UTF-8"));
    let section = take(&[&COMPLETE[..], &[config]].concat()).expect("complete");
    assert_eq!((section.account.as_str(), section.token.expose_secret()), ("AC1", "hunter2"));
    assert_eq!((section.base.expect("set").as_str(), section.retry.times), ("https://api.example.com", Some(3)));
}

#[test]
fn secrets_may_come_from_files_wherever_they_are() {
    let folder = folder(&[("token", "hunter2\n"), ("key", "hunter3")]);
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let section = take(&[
        ("AUTH__TWILIO__ACCOUNT", "AC1"),
        ("AUTH__TWILIO__TOKEN_FILE", &path("token")),
        ("AUTH__TWILIO__RETRY__KEY_FILE", &path("key")),
    ]);
    let section = section.expect("complete");
    assert_eq!(section.token.expose_secret(), "hunter2");
    assert_eq!(section.retry.key.expect("set").expose_secret(), "hunter3");
    let both = refused(&[("AUTH__TWILIO__TOKEN_FILE", &path("token"))]);
    assert!(both.starts_with("twilio.token_file (AUTH__TWILIO__TOKEN_FILE) and twilio.token are both set"), "{both}");
    let none = refused(&[("AUTH__TWILIO__ACCOUNT_FILE", &path("token"))]);
    assert!(none.starts_with("twilio.account_file (AUTH__TWILIO__ACCOUNT_FILE) is not a setting"), "{none}");
}

#[test]
fn problems_name_key_variable_and_file_and_no_secret() {
    for (variable, value, said) in [
        (
            "AUTH__TWILIO__TOKN",
            "hunter2",
            "twilio.tokn (AUTH__TWILIO__TOKN) is not a setting; [twilio] has: account, token, token_file, base, retry",
        ),
        (
            "AUTH__TWILIO__RETRY__TIME",
            "hunter2",
            "twilio.retry.time (AUTH__TWILIO__RETRY__TIME) is not a setting; [twilio.retry] has: times, key, key_file",
        ),
        (
            "AUTH__TWILIO__RETRY__TIMES",
            "6",
            "twilio.retry.times (AUTH__TWILIO__RETRY__TIMES) must be a whole number from 1 to 5, not \"6\"",
        ),
        (
            "AUTH__TWILIO__BASE",
            "https://u:hunter2@x",
            "twilio.base (AUTH__TWILIO__BASE) must be an http or https address",
        ),
        ("AUTH__TWILIO__RETRY", "hunter2", "twilio.retry (AUTH__TWILIO__RETRY) is a section, not a setting"),
    ] {
        let message = refused(&[(variable, value)]);
        assert!(message.starts_with(said) && !message.contains("hunter2"), "{message}");
    }
    let folder = folder(&[("local.toml", "[twilio]\naccount = 'AC1'\n")]);
    let missing = take(&[("AUTH_CONFIG_DIR", folder.path().to_str().expect("UTF-8"))]).map(drop).expect_err("no token");
    assert_eq!(missing.to_string(), "twilio.token (AUTH__TWILIO__TOKEN) is missing");
    let whole = tree(&[("AUTH__TWILIO", "hunter2")]).take::<Twilio>("twilio").map(drop).expect_err("no section");
    assert_eq!(whole.to_string(), "twilio (AUTH__TWILIO) is a section, not a setting: set the keys in it");
}

#[test]
fn what_is_only_fit_for_trying_out_is_refused_in_production() {
    let plain = ("AUTH__TWILIO__BASE", "http://127.0.0.1:9");
    take(&[&COMPLETE[..], &[plain]].concat()).expect("fine in local");
    let message = refused(&[("AUTH_PROFILE", "production"), plain]);
    let said = "twilio.base (AUTH__TWILIO__BASE) must be an https address of another machine in production";
    assert_eq!(message, said);
}

#[test]
fn a_section_that_nobody_takes_is_unknown_and_one_that_is_taken_is_named() {
    let mut tree = tree(&[("AUTH__TWILO__TOKEN", "hunter2"), ("AUTH__TWILIO__ACCOUNT", "AC1"), COMPLETE[1]]);
    for built_in in ["smtp", "phone_numbers"] {
        let _: Anything = tree.take(built_in).expect("nothing is set");
    }
    tree.take::<Twilio>("twilio").expect("complete");
    let set = SetSection { path: "twilio".into(), keys: vec!["account".into(), "token".into()] };
    assert!(tree.set().contains(&set), "{:?}", tree.set());
    let message = tree.settings().map(drop).expect_err("a misspelt section").to_string();
    let known = message.split_once("sections are: ").expect(&message).1;
    assert!(message.starts_with("twilo (AUTH__TWILO) is not a setting"), "{message}");
    assert!(known.split(", ").any(|one| one == "twilio") && !message.contains("hunter2"), "{message}");
}

/// Takes what the built-in files hold.
#[derive(Debug, Clone, Deserialize)]
struct Anything {}

impl Section for Anything {}

#[test]
fn what_the_built_in_files_set_for_absent_adapters_does_not_count() {
    let mut bare = tree(&[]);
    assert_eq!(bare.word("sms.kind", &["none", "twilio"]), Ok(None), "the built-in word is that of an absent vendor");
    bare.settings().expect("nothing else is set");
    let own = tree(&[("AUTH__SMS__KIND", "log")]).word("sms.kind", &["none", "twilio"]).expect_err("nobody has it");
    assert_eq!(own.to_string(), "sms.kind (AUTH__SMS__KIND) must be one of none, twilio, not \"log\"");
    let smtp = tree(&[("AUTH__SMTP__URL", "x")]).settings().map(drop).expect_err("nobody takes it");
    assert!(smtp.to_string().starts_with("smtp (AUTH__SMTP) is not a setting"), "{smtp}");
}

fn vendors() -> [SectionKind<&'static str>; 2] {
    [SectionKind::new("twilio", |_: Twilio| "twilio"), SectionKind::new("log", |_: NoSection| "log")]
}

#[test]
fn one_vendor_is_chosen_and_the_others_are_looked_over() {
    let variables = [("AUTH__SMS__TWILIO__ACCOUNT", "AC1")];
    assert_eq!(tree(&variables).take_chosen("sms", &vendors(), Some("log")), Ok(Some("log")));
    assert_eq!(tree(&variables).take_chosen("sms", &vendors(), None), Ok(None));
    let chosen = tree(&variables).take_chosen("sms", &vendors(), Some("twilio")).expect_err("incomplete");
    assert_eq!(chosen.to_string(), "sms.twilio.token (AUTH__SMS__TWILIO__TOKEN) is missing");
    let misspelt = tree(&[("AUTH__SMS__TWILIO__ACCONT", "x")]).take_chosen("sms", &vendors(), Some("log"));
    assert!(misspelt.expect_err("unknown").to_string().contains("[sms.twilio] has: account, token"));
    let mut tree = tree(&[("AUTH__SMS__TWILO__ACCOUNT", "x")]);
    tree.take_chosen("sms", &vendors(), None).expect("nothing is set for them");
    let message = tree.settings().map(drop).expect_err("a misspelt vendor").to_string();
    assert!(message.contains(
        "sms.twilo (AUTH__SMS__TWILO) is not a setting; [sms] has: kind, countries, allow_every_country, twilio"
    ));
}

/// Another kind, with a key of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carrier {
    #[serde(deserialize_with = "read::value")]
    account: String,
    #[serde(default, deserialize_with = "read::optional")]
    pin: Option<SecretString>,
}

impl Section for Carrier {}

fn each(variables: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
    let kinds = [
        SectionKind::new("twilio", |section: Twilio| section.account),
        SectionKind::new("carrier", |section: Carrier| format!("{} {}", section.account, section.pin.is_some())),
    ];
    tree(variables).take_each("lines", &kinds).map_err(|error| error.to_string())
}

#[test]
fn sections_say_of_which_kind_they_are() {
    let found = each(&[
        ("AUTH__LINES__B__KIND", "twilio"),
        ("AUTH__LINES__B__ACCOUNT", "AC1"),
        ("AUTH__LINES__B__TOKEN", "hunter2"),
        ("AUTH__LINES__B__PIN", ""),
        ("AUTH__LINES__A__KIND", "carrier"),
        ("AUTH__LINES__A__ACCOUNT", "1"),
        ("AUTH__LINES__A__PIN", "1234"),
    ]);
    assert_eq!(found, Ok(vec![("a".into(), "1 true".into()), ("b".into(), "AC1".into())]));
    assert_eq!(each(&[]), Ok(vec![]));
    let carrier = [("AUTH__LINES__A__KIND", "carrier"), ("AUTH__LINES__A__ACCOUNT", "1")];
    for (variables, said) in [
        (vec![("AUTH__LINES__A__ACCOUNT", "1")], "lines.a.kind (AUTH__LINES__A__KIND) is missing"),
        (
            vec![("AUTH__LINES__A__KIND", "pigeon")],
            "lines.a.kind (AUTH__LINES__A__KIND) must be one of twilio, carrier, not \"pigeon\"",
        ),
        (
            [&carrier[..], &[("AUTH__LINES__A__TOKEN", "hunter2")]].concat(),
            "lines.a.token (AUTH__LINES__A__TOKEN) is only for kind twilio",
        ),
        (
            [&carrier[..], &[("AUTH__LINES__A__PINN", "hunter2")]].concat(),
            "lines.a.pinn (AUTH__LINES__A__PINN) is not a setting; [lines.a] has: kind, account, pin, pin_file",
        ),
        (
            vec![("AUTH__LINES__A__PINN", "hunter2")],
            "lines.a.pinn (AUTH__LINES__A__PINN) is not a setting; [lines.a] has: kind, account, token, token_file, base, retry, pin, pin_file",
        ),
        (vec![("AUTH__LINES", "hunter2")], "lines (AUTH__LINES) is a section, not a setting: set the keys in it"),
        (
            vec![("AUTH__LINES__A", "hunter2")],
            "lines.a (AUTH__LINES__A) is a section, not a setting: set the keys in it",
        ),
    ] {
        assert_eq!(each(&variables), Err(said.to_owned()));
    }
}

#[test]
fn errors_of_adapters_become_problems() {
    let problem = Problem::from("x".parse::<u8>().expect_err("no number"));
    assert_eq!(problem.of_section("sms.twilio").to_string(), "sms.twilio: invalid digit found in string");
    let at = Problem::at("base", "may not be called").of_section("sms.twilio").to_string();
    assert_eq!(at, "sms.twilio.base (AUTH__SMS__TWILIO__BASE) may not be called");
}

#[test]
fn where_settings_come_from_is_known_without_their_values() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("local.toml"), "[logging]\nlevel = 'debug'\n[twilio]\naccount = 'a'\n")
        .expect("a file");
    let path = folder.path().to_str().expect("UTF-8");
    let environment = Environment::new([("AUTH_CONFIG_DIR", path), ("AUTH__TWILIO__RETRY__TIMES", "3")]);
    let sources = SectionTree::read(&environment).expect("readable").sources();
    let from = |name: &str| sources.iter().find(|source| source.from == name).expect(name).keys.clone();
    assert_eq!(from(&format!("{path}/local.toml")), ["logging.level", "twilio.account"]);
    assert_eq!(from("the environment"), ["twilio.retry.times"]);
    let defaults = from("defaults");
    assert!(defaults.contains(&"logging.format".to_owned()) && !defaults.contains(&"logging.level".to_owned()));
    assert_eq!(sources.len(), 3);
}
