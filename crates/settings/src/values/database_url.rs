//! Where the database is, in either of libpq's two notations.

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::{Given, Setting};

/// `postgres://…`, or `host=… dbname=…`: a secret.
#[derive(Debug, Clone)]
pub struct DatabaseUrl {
    text: SecretString,
    protected: bool,
}

/// What of an address decides whether others can read along.
#[derive(Default)]
struct Route {
    hosts: Vec<String>,
    modes: Vec<String>,
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
        Some(Self { text: text.into(), protected: route.is_protected() })
    }

    /// The whole address, for libpq.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether the connection stays on this machine or demands a verified server.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.protected
    }
}

impl Setting for DatabaseUrl {
    const SECRET: bool = true;

    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("an address such as postgres://user:password@host/database", |text| Self::parse(text.trim()))
    }
}

impl Route {
    fn add(&mut self, key: &str, value: &str) {
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
    fn other_notations_are_refused_and_nothing_is_printed() {
        for text in ["", "mysql://localhost/x", "localhost", "host=", "host='x", "postgres://h:port/x", "=x"] {
            let accepted = DatabaseUrl::parse(text).is_some();
            assert_eq!(accepted, text == "host=", "{text}");
        }
        let url = DatabaseUrl::parse("postgres://u:hunter2@localhost/x").expect("valid");
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
