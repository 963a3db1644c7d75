//! Which of several values for a key wins.

use auth_domain::identifier::{AllowedCountries, Country, IdentifierScheme as _, RegionCode};
use auth_server::ours::PhoneNumberSection;
use auth_settings::AllowedOrigins;

use crate::{folder, load, refused, section, text};

#[test]
fn each_layer_wins_over_those_before_it() {
    let folder = folder(&[
        (
            "default.toml",
            "[http]\nlisten = '127.0.0.1:1'\nbody_limit_bytes = 2000\nworkers = 3\n[database]\npool_size = 3\n",
        ),
        (
            "local.toml",
            "[http]\nlisten = '127.0.0.1:2'\nbody_limit_bytes = 3000\n[database]\nurl = 'postgres:///file'\n",
        ),
        ("test.toml", "[http]\nlisten = '127.0.0.1:9'\n"),
    ]);
    let mut variables = vec![("AUTH_CONFIG_DIR", text(folder.path())), ("AUTH__HTTP__LISTEN", "127.0.0.1:3")];
    let settings = load(&variables).expect("valid");
    assert_eq!(settings.http.listen.port(), 3, "the variable");
    assert_eq!(settings.http.body_limit_bytes, 3000, "the profile's file");
    assert_eq!(settings.http.workers(), 3, "the folder's default.toml");
    assert_eq!(settings.http.max_connections, 10_000, "the built-in default.toml");
    assert_eq!(settings.http.allowed_origins, AllowedOrigins::Any, "the built-in local.toml");

    let url = |variables: &[_]| load(variables).expect("valid").database.url.expect("set").expose().to_owned();
    assert_eq!(url(&variables), "postgres:///file");
    variables.push(("DATABASE_URL", "postgres:///plain"));
    assert_eq!(url(&variables), "postgres:///plain");
    variables.push(("AUTH__DATABASE__URL", ""));
    assert_eq!(url(&variables), "postgres:///plain");
    variables.push(("AUTH__DATABASE__URL", "postgres:///ours"));
    assert_eq!(url(&variables), "postgres:///ours");
}

#[test]
fn an_empty_variable_unsets_what_may_be_absent() {
    let folder =
        folder(&[("local.toml", "[database]\nurl = 'postgres:///x'\n[http]\ntrusted_proxies = ['10.0.0.0/8']\n")]);
    let settings = load(&[
        ("AUTH_CONFIG_DIR", text(folder.path())),
        ("AUTH_PROFILE", ""),
        ("AUTH__DATABASE__URL", ""),
        ("AUTH__HTTP__TRUSTED_PROXIES", ""),
        ("AUTH__PASSWORDS__MAX_QUEUED", ""),
    ])
    .expect("valid");
    assert!(settings.database.url.is_none() && settings.http.trusted_proxies.is_empty());
}

#[test]
fn a_named_folder_must_exist() {
    let message = refused(&[("AUTH_CONFIG_DIR", "/no/such/folder")]);
    assert!(message.starts_with("AUTH_CONFIG_DIR must name a folder"), "{message}");
    let empty = folder(&[]);
    load(&[("AUTH_CONFIG_DIR", text(empty.path()))]).expect("built-in files are enough");
}

#[test]
fn lists_are_read_from_files_and_variables() {
    let file = "[http]\ntrusted_proxies = ['10.0.0.0/8', '::1']\nallowed_origins = ['https://App.example.com/']\n\
                [phone_numbers]\ncountries = [86, '+852']\n";
    let folder = folder(&[("local.toml", file)]);
    let from_file = vec![("AUTH_CONFIG_DIR", text(folder.path()))];
    let from_variables = vec![
        ("AUTH__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("AUTH__HTTP__ALLOWED_ORIGINS", "https://app.example.com"),
        ("AUTH__PHONE_NUMBERS__COUNTRIES", "86,852"),
    ];
    for variables in [from_file, from_variables] {
        let settings = load(&variables).expect("valid");
        assert_eq!(settings.http.trusted_proxies.len(), 2);
        assert_eq!(settings.http.allowed_origins, AllowedOrigins::Only(vec!["https://app.example.com".into()]));
        let numbers = section::<PhoneNumberSection>(&variables, "phone_numbers");
        assert_eq!(numbers.countries(), AllowedCountries::only([86, 852]));
    }
}

#[test]
fn numbers_are_read_by_the_region_and_the_ranges_that_are_set() {
    let variables =
        [("AUTH__PHONE_NUMBERS__DEFAULT_REGION", "GB"), ("AUTH__PHONE_NUMBERS__MOBILE_RANGES", "+229 881xxxxx")];
    let scheme = section::<PhoneNumberSection>(&variables, "phone_numbers").scheme();
    for (typed, canonical) in [("07911 123456", "+447911123456"), ("+229 88 12 34 56", "+22988123456")] {
        let number = scheme.parse(typed).expect(typed);
        assert_eq!(number.canonical(), canonical);
        assert!(scheme.check_reachable(&number).is_ok(), "{typed}");
    }
    assert!(scheme.parse("13000000007").is_err(), "it is no number of that region");
    let settings = load(&[("AUTH__SMS__COUNTRIES", "us, 86")]).expect("valid");
    let countries = [Country::Region(RegionCode::parse("US").expect("a region")), Country::Code(86)];
    assert_eq!(settings.sms.countries, AllowedCountries::only(countries));
}
