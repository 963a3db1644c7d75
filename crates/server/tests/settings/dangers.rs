//! Values that switch a protection off.

use crate::{Variables, folder, load, production, provider, text};

/// What must be set beside.
type Beside = &'static [(&'static str, &'static str)];

type Values = &'static [&'static str];

#[derive(Clone)]
struct Dangerous {
    beside: Beside,
    key: &'static str,
    values: Values,
    harmless: Values,
    accepted_by: &'static str,
}

const HASH: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const CLIENT: Beside = &[
    ("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "confidential"),
    ("AUTH__CLIENTS__REGISTERED__SHOP__SECRET_HASHES", HASH),
];
const SMS: Beside = &[
    ("AUTH__SMS__KIND", "webhook"),
    ("AUTH__SMS__WEBHOOK__URL", "https://sms.example.com"),
    ("AUTH__SMS__WEBHOOK__SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
];
const SMTP: Beside = &[("AUTH__SMTP__FROM", "no-reply@example.com")];

fn table() -> Vec<Dangerous> {
    [listeners(), connections(), origins(), outgoing(), limits(), gate(), guessing(), owners(), records()].concat()
}

fn one(key: &'static str, values: Values, harmless: Values, accepted_by: &'static str) -> Dangerous {
    Dangerous { beside: &[], key, values, harmless, accepted_by }
}

fn listeners() -> Vec<Dangerous> {
    vec![
        one(
            "http.trusted_proxies",
            &["0.0.0.0/0,::/0", "0.0.0.0/1, 128.0.0.0/1", "::/0", "8.0.0.0/7", "2000::/3", "8.0.0.0/6"],
            &[
                "",
                "127.0.0.1",
                "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7",
                "104.16.0.0/13,172.64.0.0/13,162.158.0.0/15,2606:4700::/32,2a06:98c0::/29",
                "13.32.0.0/12,17.16.0.0/12",
            ],
            "http.allow_any_proxy",
        ),
        one(
            "http.public_url",
            &["http://id.example.com", "http://192.168.1.2:8080"],
            &["https://id.example.com", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:9", ""],
            "http.allow_plain_public_url",
        ),
        one(
            "admin.listen",
            &["0.0.0.0:8081", "[::]:8081", "[::ffff:0.0.0.0]:8081", "203.0.113.5:8081", "[2001:db8::1]:8081"],
            &["127.0.0.1:8081", "[::1]:0", "10.0.0.5:8081", "192.168.3.4:8081", "[fd00::5]:8081"],
            "admin.allow_exposed",
        ),
        one(
            "tokens.issuer",
            &["http://id.example.com"],
            &["https://id.example.com", "http://localhost:8080"],
            "tokens.allow_plain_issuer",
        ),
        one("admin.key_life_days", &["3654", "36525"], &["3653", "1"], "admin.allow_long_life"),
    ]
}

fn connections() -> Vec<Dangerous> {
    let high = |key, values, harmless| one(key, values, harmless, "http.allow_high");
    vec![
        high("http.max_connections_per_network", &["10001", "1000000"], &["10000", "1"]),
        high("http.max_unfinished_per_network", &["1001", "1000000"], &["1000", "1"]),
        high("http.max_requests_per_network", &["1001", "1000000"], &["1000", "1"]),
        high("http.connection_memory_bytes", &["1073741825", "4294967295"], &["1073741824", "1048576"]),
    ]
}

fn origins() -> Vec<Dangerous> {
    let of_client = |dangerous| Dangerous { beside: CLIENT, ..dangerous };
    vec![
        one(
            "http.allowed_origins",
            &["*", "https://app.example.com,*"],
            &["https://app.example.com", "capacitor://localhost", "http://localhost:5173", ""],
            "http.allow_any_origin",
        ),
        one(
            "http.allowed_origins",
            &["http://app.example.com", "https://app.example.com, http://app.example.com:8080"],
            &["http://127.0.0.1:5173,http://app.localhost"],
            "http.allow_plain_origins",
        ),
        of_client(one(
            "clients.registered.shop.allowed_origins",
            &["*"],
            &["https://shop.example.com", ""],
            "clients.registered.shop.allow_any_origin",
        )),
        of_client(one(
            "clients.registered.shop.allowed_origins",
            &["http://shop.example.com"],
            &["http://localhost:3000"],
            "clients.registered.shop.allow_plain_origins",
        )),
    ]
}

fn outgoing() -> Vec<Dangerous> {
    let smtp = one(
        "smtp.url",
        &["smtp://mail.example.com", "smtp://u:hunter2@mail.example.com?tls=opportunistic", "smtp://10.0.0.25:25"],
        &[
            "smtps://u:hunter2@mail.example.com",
            "smtp://u:hunter2@mail.example.com:587?tls=required",
            "smtp://localhost:25",
            "smtp://127.0.0.1",
            "smtp://[::1]:25",
        ],
        "smtp.allow_insecure",
    );
    let sms = one("sms.countries", &["*", "86,*"], &["86,852"], "sms.allow_every_country");
    let unsent = one("sms.countries", &[], &["*"], "sms.allow_every_country");
    let inner = one(
        "outbound.allowed_networks",
        &["127.0.0.1", "10.0.0.0/8,::1", "0.0.0.0/0", "10.0.0.0/7", "169.254.0.0/16", "203.0.113.0/24", "fe80::/10"],
        &["", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7", "10.1.2.3", "fd12:3456::/32"],
        "outbound.allow_any_network",
    );
    vec![Dangerous { beside: SMTP, ..smtp }, Dangerous { beside: SMS, ..sms }, unsent, inner]
}

fn limits() -> Vec<Dangerous> {
    let high = |key, values, harmless| one(key, values, harmless, "limits.allow_high");
    // So few that the factor is no danger to codes as well.
    let few_codes: Beside = &[("AUTH__VERIFICATION__MAX_SENDS_PER_DAY", "10")];
    vec![
        Dangerous { beside: few_codes, ..high("limits.hard_factor", &["11", "100"], &["10", "2"]) },
        high("limits.sends_per_network", &["1000000", "1035"], &["1000"]),
        high("limits.sends_per_network_seconds", &["1"], &["60", "86400"]),
        high("limits.sends_per_country_and_day", &["10000001", "100000000"], &["10000000", "1"]),
        high("limits.sends_per_day", &["10000001", "100000000"], &["10000000", "1"]),
        high("limits.lookups_per_network", &["1000"], &["600"]),
        high("limits.anonymous_sign_ins_per_network", &["100000"], &["1000"]),
        high("limits.provider_tokens_per_network", &["1000000"], &["600"]),
        high("limits.encrypted_requests_per_network", &["1000000"], &["600"]),
        high("limits.edits_per_account", &["100000"], &["1000"]),
        high("limits.edits_per_network", &["1000000"], &["10000"]),
        high("limits.writes_per_network", &["1000000"], &["10000"]),
        high("limits.repeats_per_network", &["1000000"], &["1000"]),
        high("limits.hashes_per_account", &["1000"], &["600"]),
        high("limits.password_tries_per_account_and_network", &["1000"], &["100"]),
        high("limits.password_tries_per_network", &["1000000"], &["1000"]),
        high("limits.password_tries_per_account", &["101", "100000"], &["100", "1"]),
        high("limits.password_tries_seconds", &[], &["300", "86400"]),
    ]
}

fn gate() -> Vec<Dangerous> {
    let easy = |values, harmless| one("captcha.proof_of_work_numbers", values, harmless, "captcha.allow_easy");
    let images: Beside = &[("AUTH__CAPTCHA__PROOF_OF_WORK", "false")];
    let on_for_a_client: Beside = &[
        ("AUTH__CAPTCHA__MODE", "off"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__CAPTCHA", "soft"),
    ];
    let off: Beside = &[("AUTH__CAPTCHA__MODE", "off")];
    let puzzles = |values, harmless| one("captcha.puzzles_per_network", values, harmless, "captcha.allow_high");
    vec![
        easy(&["1000", "9999"], &["10000", "100000000"]),
        Dangerous { beside: images, ..easy(&[], &["1000"]) },
        Dangerous { beside: on_for_a_client, ..easy(&["1000"], &[]) },
        puzzles(&["1000", "1000000"], &["600", "1"]),
        Dangerous { beside: off, ..puzzles(&["1000"], &[]) },
        one("captcha.puzzles_per_network_seconds", &["1"], &["60", "86400"], "captcha.allow_high"),
    ]
}

fn owners() -> Vec<Dangerous> {
    vec![
        one("notices.per_address", &["1", "4"], &["5", "10000"], "notices.allow_few"),
        one("recovery.window_seconds", &["1", "86399"], &["86400", "31622400"], "recovery.allow_short_window"),
        one("sessions.presence_seconds", &["3601", "86400"], &["3600", "0"], "sessions.allow_long_presence"),
    ]
}

fn records() -> Vec<Dangerous> {
    vec![
        one("events.retention_days", &["36500", "3654"], &["3653", "30"], "events.allow_long_retention"),
        one("events.retention_days", &["1", "4"], &["5"], "events.allow_short_retention"),
    ]
}

fn guessing() -> Vec<Dangerous> {
    let weak = |key, values, harmless| one(key, values, harmless, "passwords.allow_weak_hashes");
    let high = |key, values, harmless| one(key, values, harmless, "guesses.allow_high");
    let small: Beside = &[("AUTH__PASSWORDS__MEMORY_KIB", "7168")];
    let deep: Beside = &[("AUTH__LIMITS__HARD_FACTOR", "10")];
    let guesses =
        |values, harmless| one("verification.max_sends_per_day", values, harmless, "verification.allow_guessing");
    vec![
        one("verification.max_tries", &[], &["10"], "verification.allow_guessing"),
        guesses(&["201", "10000"], &["200", "1"]),
        Dangerous { beside: deep, ..guesses(&["101", "200"], &["100", "1"]) },
        high("guesses.wrong_codes_per_account", &["4", "1000"], &["3", "1"]),
        high("guesses.wrong_codes_per_network", &["4", "1000"], &["3", "1"]),
        high("guesses.wrong_codes_seconds", &[], &["86400", "2678400"]),
        high("guesses.wrong_passwords_per_account", &["101", "1000000"], &["100", "1"]),
        high("guesses.wrong_codes_in_all_per_day", &["100001", "1000000000"], &["100000", "1"]),
        high("guesses.wrong_passwords_in_all_per_day", &["2000001", "1000000000"], &["2000000", "1"]),
        weak("passwords.memory_kib", &["7168", "19455"], &["19456", "1048576"]),
        weak("passwords.iterations", &["1"], &["2", "20"]),
        Dangerous { beside: small, ..weak("passwords.iterations", &["4"], &["5"]) },
    ]
}

fn variable(key: &str) -> String {
    format!("AUTH__{}", key.replace('.', "__")).to_uppercase()
}

/// The settings at this point of the table, and what becomes of them in production.
fn judged(variables: &[(&str, &str)]) -> (Vec<String>, Result<(), String>) {
    let settings =
        load(&[&production()[..], variables].concat()).unwrap_or_else(|said| panic!("{variables:?}: {said}"));
    let accepted = settings.accepted.iter().map(ToString::to_string).collect();
    (accepted, settings.check_dangers().map_err(|error| error.to_string()))
}

#[test]
fn each_is_refused_in_production_unless_its_setting_accepts_it() {
    for Dangerous { beside, key, values, accepted_by, .. } in table() {
        let (variable, accepting) = (variable(key), variable(accepted_by));
        for value in values {
            let variables = [beside, &[(variable.as_str(), *value)]].concat();
            let said = judged(&variables).1.expect_err(value);
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(said.ends_with(&format!("; if you mean it, set {accepted_by} = true")), "{value}: {said}");
            assert!(said.contains(key.split('.').next().expect("a section")) && !said.contains("hunter2"), "{said}");

            let accepted = judged(&[&variables[..], &[(&accepting, "true")]].concat());
            assert_eq!(accepted.1, Ok(()), "{accepting}");
            assert!(
                accepted.0.iter().any(|line| line.ends_with(&format!("(accepted by {accepted_by})"))),
                "{accepted:?}"
            );

            for profile in ["local", "test"] {
                let settings = load(&[&variables[..], &[("AUTH_PROFILE", profile)]].concat()).expect("fine elsewhere");
                assert_eq!((settings.accepted.len(), settings.check_dangers()), (0, Ok(())), "{profile} {value}");
            }
        }
    }
}

#[test]
fn their_harmless_neighbours_are_not() {
    for Dangerous { beside, key, harmless, .. } in table() {
        let variable = variable(key);
        for value in harmless {
            let judged = judged(&[beside, &[(variable.as_str(), *value)]].concat());
            assert_eq!(judged, (vec![], Ok(())), "{variable}={value}");
        }
    }
}

#[test]
fn easy_proofs_of_work_are_no_danger_where_nobody_is_asked_for_one() {
    let off = [("AUTH__CAPTCHA__MODE", "off"), ("AUTH__CAPTCHA__PROOF_OF_WORK_NUMBERS", "1000")];
    for (sentence, client) in [
        ("no client", vec![]),
        ("a client without a mode of its own", CLIENT.to_vec()),
        ("a client that is off, too", [CLIENT, &[("AUTH__CLIENTS__REGISTERED__SHOP__CAPTCHA", "off")]].concat()),
    ] {
        let (accepted, checked) = judged(&[&off[..], &client[..]].concat());
        assert_eq!(checked, Ok(()), "{sentence}");
        assert!(!accepted.iter().any(|line| line.contains("proof_of_work_numbers")), "{sentence}: {accepted:?}");
    }
}

#[test]
fn the_defaults_are_no_danger() {
    assert_eq!(judged(&[]), (vec![], Ok(())));
}

#[test]
fn accepting_one_does_not_accept_another() {
    let others: Vec<_> = table().iter().map(|dangerous| variable(dangerous.accepted_by)).collect();
    for Dangerous { beside, key, values, accepted_by, .. } in table() {
        let (variable, own) = (variable(key), variable(accepted_by));
        for value in values {
            let is_there = |name: &&String| !name.contains("SHOP") || beside == CLIENT;
            let mut others: Variables<'_> = others
                .iter()
                .filter(|name| **name != own)
                .filter(is_there)
                .map(|name| (name.as_str(), "true"))
                .collect();
            others.dedup();
            assert!(
                judged(&[beside, &[(variable.as_str(), *value)], &others[..]].concat()).1.is_err(),
                "{key} = {value}"
            );
        }
    }
}

#[test]
fn all_are_told_at_once_and_those_of_files_with_their_file() {
    let folder =
        folder(&[("production.toml", "[admin]\nlisten = '0.0.0.0:8081'\n[smtp]\nurl = 'smtp://mail.example.com'\n")]);
    let variables = [
        ("AUTH_CONFIG_DIR", text(folder.path())),
        ("AUTH__SMTP__FROM", "no-reply@example.com"),
        ("AUTH__HTTP__ALLOWED_ORIGINS", "*"),
    ];
    let said = judged(&variables).1.expect_err("three");
    let [origins, admin, smtp] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert!(origins.starts_with("http.allowed_origins (AUTH__HTTP__ALLOWED_ORIGINS) is *, so that"), "{said}");
    assert!(
        admin.starts_with("admin.listen (AUTH__ADMIN__LISTEN) is not") && admin.ends_with("production.toml]"),
        "{said}"
    );
    assert!(smtp.starts_with("smtp.url (AUTH__SMTP__URL) does not") && smtp.ends_with("production.toml]"), "{said}");
}

#[test]
fn what_is_named_for_what_it_permits_or_left_out_is_only_told() {
    for (variable, value) in [
        ("AUTH__ANONYMOUS__ENABLED", "true"),
        ("AUTH__CLIENTS__UNKNOWN", "default"),
        ("AUTH__HTTP__LISTEN", "0.0.0.0:8080"),
        ("AUTH__DATABASE__ALLOW_INSECURE", "true"),
        ("AUTH__CAPTCHA__MODE", "off"),
        ("AUTH__CLIENTS__REGISTERED__SHOP__CAPTCHA", "off"),
        ("AUTH__LIMITS__HARD_FACTOR", "1"),
        ("AUTH__LOGGING__LEVEL", "warn"),
        ("AUTH__LOGGING__LEVEL", "error"),
        ("AUTH__METRICS__OPEN", "true"),
        ("AUTH__NOTICES__ENABLED", "false"),
        ("AUTH__RECOVERY__WINDOW_SECONDS", "0"),
    ] {
        let variables = match variable {
            "AUTH__DATABASE__ALLOW_INSECURE" => vec![("DATABASE_URL", "postgres://auth@db.example.com/auth")],
            "AUTH__CLIENTS__REGISTERED__SHOP__CAPTCHA" => CLIENT.to_vec(),
            _ => vec![],
        };
        let (accepted, checked) = judged(&[&variables[..], &[(variable, value)]].concat());
        assert_eq!((accepted.len(), checked), (1, Ok(())), "{accepted:?}");
        assert!(!accepted[0].contains("accepted by"), "{accepted:?}");
    }
}

#[test]
fn a_sample_of_a_secret_signs_nothing_for_real_users() {
    let sample = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert!(crate::DEFAULT_TOML.contains(sample), "the sample is the documented one");
    let both = format!("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX,{sample}");
    for (variable, url) in [
        ("AUTH__WEBHOOKS__CRM__SECRETS", "AUTH__WEBHOOKS__CRM__URL"),
        ("AUTH__RULES__FRAUD__SECRETS", "AUTH__RULES__FRAUD__URL"),
        ("AUTH__SMS__WEBHOOK__SECRET", "AUTH__SMS__WEBHOOK__URL"),
    ] {
        let sms: &[_] = if url.contains("SMS") { &SMS[..1] } else { &[] };
        let countries: &[_] = if url.contains("SMS") { &[("AUTH__SMS__COUNTRIES", "86")] } else { &[] };
        for secret in [sample, &both] {
            let variables = [sms, countries, &[(url, "https://x.example.com"), (variable, secret)]].concat();
            let said = load(&[&production()[..], &variables].concat()).map(drop).expect_err("a sample");
            assert!(said.contains(&format!("({variable}) must be random in production")), "{said}");
            assert!(!said.contains(sample), "{said}");
            load(&variables).expect("fine in local");
        }
    }
    load(&[production(), provider("oidc", "https://id.example.com")].concat()).expect("fit for production");
}
