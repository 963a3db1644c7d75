//! Where the database is, in either of libpq's two notations.

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::{Given, Setting};

/// How long silence is believed to be a pause, unless the address says otherwise, as libpq spells it. Without these, a
/// connection whose packets are swallowed is waited for until the system gives up, which takes a quarter of an hour.
///
/// Each address gets 3 s for the handshake; what was sent is confirmed within 6 s; and a connection that is not used is
/// looked after every 10 s.
const PATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("tcp_user_timeout", "6000"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "3"),
    ("keepalives_count", "3"),
];

/// `postgres://…`, or `host=… dbname=…`: a secret.
#[derive(Debug, Clone)]
pub struct DatabaseUrl {
    text: SecretString,
    is_uri: bool,
    route: Route,
}

/// What of an address decides where it leads, and whether others can read along.
#[derive(Debug, Clone, Default)]
struct Route {
    hosts: Vec<String>,
    modes: Vec<String>,
    /// The names of everything that is set by name.
    keys: Vec<String>,
}

impl DatabaseUrl {
    /// Reads an address; `None` when it is in neither notation.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let uri = ["postgres://", "postgresql://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let route = match uri {
            Some(rest) => of_uri(rest)?,
            None => of_pairs(text)?,
        };
        Some(Self { text: text.into(), is_uri: uri.is_some(), route })
    }

    /// The whole address, for libpq.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The whole address, for libpq, with limits on how long it waits for a server that does not answer. Limits that
    /// the address has are kept.
    #[must_use]
    pub fn with_patience(&self) -> String {
        let missing = PATIENCE.iter().filter(|(key, _)| !self.route.keys.iter().any(|set| set == key));
        let missing: Vec<_> = missing.map(|(key, value)| format!("{key}={value}")).collect();
        let text = self.expose();
        if missing.is_empty() {
            return text.to_owned();
        }
        if !self.is_uri {
            return format!("{text} {}", missing.join(" "));
        }
        let before = match text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{text}{before}{}", missing.join("&"))
    }

    /// The names of its hosts, without anything that is secret.
    #[must_use]
    pub fn hosts(&self) -> String {
        // A host in the query takes the place of an empty one before it.
        let named: Vec<_> = self.route.hosts.iter().map(String::as_str).filter(|host| !host.is_empty()).collect();
        if named.is_empty() { "a local socket".to_owned() } else { named.join(", ") }
    }

    /// Whether the address says that the connection must be encrypted.
    #[must_use]
    pub fn demands_tls(&self) -> bool {
        self.route.modes.iter().any(|mode| ["require", "verify-ca", "verify-full"].contains(&mode.as_str()))
    }

    /// What looks as if a part of the address were not percent-encoded, without repeating it.
    #[must_use]
    pub fn suspicion(&self) -> Option<String> {
        let rest = self.is_uri.then(|| self.expose().split_once("://")).flatten()?.1;
        let (named, _) = rest.split(['/', '?']).next()?.rsplit_once('@')?;
        let found = if named.contains('@') {
            "@ (%40)"
        } else if named.contains('#') {
            "# (%23)"
        } else if named.split('%').skip(1).any(|after| !is_hexadecimal(after)) {
            "% (%25)"
        } else {
            return None;
        };
        Some(format!("user or password contain {found}, which must be percent-encoded"))
    }

    /// Whether the connection stays on this machine or demands a verified server.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.route.is_protected()
    }
}

impl Setting for DatabaseUrl {
    const SECRET: bool = true;

    fn from_given(given: &Given) -> Result<Self, String> {
        const FORM: &str = "an address such as postgres://user:password@host/database, where : / ? # @ % in user and \
            password are percent-encoded (%3A %2F %3F %23 %40 %25)";
        given.parse_secret(FORM, |text| Self::parse(text.trim()))
    }
}

impl Route {
    fn add(&mut self, key: &str, value: &str) {
        self.keys.push(key.to_owned());
        match key {
            "host" | "hostaddr" => self.hosts.extend(value.split(',').map(str::to_owned)),
            // Its file, elsewhere, names the host: not known to stay here.
            "service" => self.hosts.push("a service".to_owned()),
            "sslmode" => self.modes.push(value.to_owned()),
            _ => {}
        }
    }

    fn is_protected(&self) -> bool {
        let verified = !self.modes.is_empty() && self.modes.iter().all(|mode| mode == "verify-full");
        verified || self.hosts.iter().all(|host| is_local(host))
    }
}

/// Whether a text begins with two hexadecimal digits.
fn is_hexadecimal(text: &str) -> bool {
    text.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
}

/// No host and a path are unix sockets; `@` starts an abstract one.
fn is_local(host: &str) -> bool {
    let loopback = || host.parse().is_ok_and(|address: std::net::IpAddr| address.to_canonical().is_loopback());
    host.is_empty() || host.starts_with(['/', '@']) || host.eq_ignore_ascii_case("localhost") || loopback()
}

/// `user:password@host:port,host:port/database?key=value`, after the scheme.
fn of_uri(rest: &str) -> Option<Route> {
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = before.split('/').next()?;
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let mut route = Route::default();
    for host in hosts.split(',') {
        route.add("host", &decoded(without_port(host)?));
    }
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        route.add(&key, &value);
    }
    Some(route)
}

fn without_port(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    (port.is_empty() || port.parse::<u16>().is_ok()).then_some(name)
}

/// Percent-decoded. A form's `+` for a space cannot occur in a host that is on this machine.
fn decoded(host: &str) -> String {
    form_urlencoded::parse(host.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// `key = value key='quoted \' value'`, at least one.
fn of_pairs(text: &str) -> Option<Route> {
    let mut route = Route::default();
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return None;
        }
        let (value, after) = value_of_pair(after.trim_start())?;
        route.add(key, &value);
        rest = after.trim_start();
    }
    Some(route)
}

/// The value at the start of `text`, and what follows it.
fn value_of_pair(text: &str) -> Option<(String, &str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(quoted));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.push(chars.next()?.1),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    (!quoted).then_some((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_the_machine_needs_a_verified_server() {
        for (text, protected) in [
            ("postgres://auth@localhost/auth", true),
            ("postgresql://auth:p%40ss@127.0.0.1:5432/auth", true),
            ("postgres://auth@[::1]:5432/auth?sslmode=disable", true),
            ("postgres:///auth?host=/run/postgresql", true),
            ("postgres://%2Frun%2Fpostgresql/auth", true),
            ("postgres:///auth", true),
            ("host=/tmp dbname=auth", true),
            ("dbname = auth user='o\\'neil'", true),
            ("postgres://auth:p@db.example.com/auth", false),
            ("postgres://auth:p@db.example.com/auth?sslmode=require", false),
            ("postgres://auth:p@db.example.com/auth?sslmode=verify-full", true),
            ("postgres://auth:p@db.example.com/auth?sslmode=verify-full&sslmode=disable", false),
            ("postgres://u:a@b@db.example.com/auth", false),
            ("postgres://localhost,db.example.com:5433/auth", false),
            ("postgres://localhost/auth?host=db.example.com", false),
            ("postgres://localhost/auth?hostaddr=192.0.2.1", false),
            ("postgres://localhost/auth?%68ost=db.example.com", false),
            ("postgres:///auth?service=main", false),
            ("host=db.example.com dbname=auth", false),
            ("host=db.example.com sslmode='verify-full' dbname=auth", true),
            ("host = 'db.example.com' dbname=auth", false),
            ("hostaddr=192.0.2.1 host=localhost", false),
            ("postgres://127.0.0.1.example.com/auth", false),
        ] {
            assert_eq!(DatabaseUrl::parse(text).map(|url| url.is_protected()), Some(protected), "{text}");
        }
    }

    #[test]
    fn silence_is_not_waited_for_unless_the_address_says_so() {
        let ours =
            "connect_timeout=3&tcp_user_timeout=6000&keepalives_idle=10&keepalives_interval=3&keepalives_count=3";
        let others = "tcp_user_timeout=6000&keepalives_idle=10&keepalives_interval=3&keepalives_count=3";
        for (text, expected) in [
            ("postgres://h/x", format!("postgres://h/x?{ours}")),
            ("postgres://h", format!("postgres://h?{ours}")),
            ("postgres:///x?host=/tmp", format!("postgres:///x?host=/tmp&{ours}")),
            ("postgres://h/x?", format!("postgres://h/x?{ours}")),
            ("postgres://h/x?connect_timeout=30", format!("postgres://h/x?connect_timeout=30&{others}")),
            ("postgres://h/x?connect%5Ftimeout=30&", format!("postgres://h/x?connect%5Ftimeout=30&{others}")),
            ("host=h dbname=x", format!("host=h dbname=x {}", ours.replace('&', " "))),
            ("host=h connect_timeout = 9", format!("host=h connect_timeout = 9 {}", others.replace('&', " "))),
        ] {
            assert_eq!(DatabaseUrl::parse(text).expect(text).with_patience(), expected);
        }
        let own = format!("postgres://h/x?{}", ours.replace('3', "4"));
        assert_eq!(DatabaseUrl::parse(&own).expect("valid").with_patience(), own);
    }

    #[test]
    fn hosts_are_named_without_secrets() {
        for (text, hosts) in [
            ("postgres://u:secret@db.example.com:5433/x?sslmode=require", "db.example.com"),
            ("postgres://a,b:5433/x", "a, b"),
            ("postgres:///x?host=/run/postgresql", "/run/postgresql"),
            ("postgres:///x", "a local socket"),
            ("dbname=x password=secret", "a local socket"),
            ("host=h password=secret", "h"),
        ] {
            assert_eq!(DatabaseUrl::parse(text).expect(text).hosts(), hosts);
        }
    }

    #[test]
    fn what_is_not_percent_encoded_is_suspected_and_not_repeated() {
        for (text, found) in [
            ("postgres://u:hunter2@h/x", None),
            ("postgres://u:hunter%402@h/x?sslmode=require", None),
            ("postgres:///x?host=/tmp", None),
            ("host=h password=hunter@2", None),
            ("postgres://u:hunter@2@h/x", Some("%40")),
            ("postgres://u:hunter%2@h/x", Some("%25")),
            ("postgres://u:hunter#2@h/x", Some("%23")),
        ] {
            let said = DatabaseUrl::parse(text).expect(text).suspicion();
            assert_eq!(said.is_some(), found.is_some(), "{text}: {said:?}");
            assert!(said.is_none_or(|said| said.contains(found.unwrap_or("-")) && !said.contains("hunter")), "{text}");
        }
        let demands = |text| DatabaseUrl::parse(text).expect(text).demands_tls();
        assert!(demands("postgres://h/x?sslmode=verify-full") && demands("host=h sslmode=require"));
        assert!(!demands("postgres://h/x") && !demands("postgres://h/x?sslmode=prefer"));
    }

    #[test]
    fn other_notations_are_refused_and_nothing_is_printed() {
        for text in ["", "mysql://localhost/x", "localhost", "host=", "host='x", "postgres://h:port/x", "=x"] {
            let accepted = DatabaseUrl::parse(text).is_some();
            assert_eq!(accepted, text == "host=", "{text}");
        }
        let url = DatabaseUrl::parse("postgres://u:hunter2@localhost/x").expect("valid");
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
