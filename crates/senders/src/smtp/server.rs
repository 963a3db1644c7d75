//! The mail server that a URL names, and how to get a connection to it that is ready for messages.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::failure::{SmtpFailure, Step, within};
use super::settings::{SmtpSettingsError, SmtpTimeouts};
use super::unbuffered::Unbuffered;

/// Where to connect, and how to begin the conversation.
pub(super) struct MailServer {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    login: Option<Credentials>,
}

impl MailServer {
    /// Reads the forms that [`super::settings::SmtpSettings::url`] lists; `own_name` is the default EHLO name.
    pub(super) fn parse(url: &SecretString, own_name: &str) -> Result<Self, SmtpSettingsError> {
        let url = Url::parse(url.expose_secret().trim())
            .map_err(|_| refused("is not a URL; percent-encode : / ? # @ % in user and password"))?;
        if url.fragment().is_some() {
            return Err(refused("must not have a fragment; percent-encode # in the password"));
        }
        let host = host(&url)?;
        let (default_port, tls) = protection(&url, &host)?;
        let port = url.port().unwrap_or(default_port);
        if port == 0 {
            return Err(refused("must not name port 0"));
        }
        Ok(Self { host, port, tls, hello: hello(&url, own_name)?, login: login(&url)? })
    }

    /// Whether the URL lets the password be sent unencrypted.
    pub(super) fn sends_password_unprotected(&self) -> bool {
        self.login.is_some() && matches!(self.tls, Tls::None | Tls::Opportunistic(_))
    }

    /// Connects, encrypts and signs in as the URL says. The limit on connecting is for each address of the host, so that
    /// an unreachable one leaves time for the next.
    pub(super) async fn connect(&self, timeouts: &SmtpTimeouts) -> Result<AsyncSmtpConnection, SmtpFailure> {
        let limit = timeouts.answer;
        let mut connection = self.open(timeouts.connect, limit).await?;
        within(limit, Step::StartTls, self.encrypt(&mut connection)).await?;
        if let Some(login) = &self.login {
            within(limit, Step::SignIn, connection.auth(DEFAULT_MECHANISMS, login)).await?;
        }
        Ok(connection)
    }

    async fn open(&self, per_address: Duration, limit: Duration) -> Result<AsyncSmtpConnection, SmtpFailure> {
        let (host, port) = (self.host.as_str(), self.port);
        if let Tls::Wrapper(tls) = &self.tls {
            let tls = Some(tls.clone());
            let greeted =
                AsyncSmtpConnection::connect_tokio1((host, port), Some(per_address), &self.hello, tls, None).await;
            return greeted.map_err(|e| SmtpFailure::at(Step::Connect, &e));
        }
        let stream = Unbuffered::connect(host, port, per_address).await;
        let stream = stream.map_err(|e| SmtpFailure::Broken { step: Step::Connect, what: e.to_string() })?;
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        within(limit, Step::Connect, greeting).await
    }

    async fn encrypt(&self, connection: &mut AsyncSmtpConnection) -> Result<(), lettre::transport::smtp::Error> {
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await
            }
            _ => Ok(()),
        }
    }
}

fn refused(what: &'static str) -> SmtpSettingsError {
    SmtpSettingsError::Url(what)
}

fn host(url: &Url) -> Result<String, SmtpSettingsError> {
    match url.host() {
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        Some(host) if is_host_name(&host.to_string()) => Ok(host.to_string()),
        _ => Err(refused("must name a host, in ASCII")),
    }
}

fn is_host_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

/// Returns the default port and the TLS mode for the scheme and the `tls` parameter.
fn protection(url: &Url, host: &str) -> Result<(u16, Tls), SmtpSettingsError> {
    let parameters = || TlsParameters::new(host.to_owned()).map_err(|e| SmtpSettingsError::Tls(e.to_string()));
    match (url.scheme(), tls_parameter(url)?.as_deref()) {
        ("smtps", None) => Ok((SUBMISSIONS_PORT, Tls::Wrapper(parameters()?))),
        ("smtps", Some(_)) => Err(refused("is already smtps://; remove its tls parameter")),
        ("smtp", None) => Ok((SMTP_PORT, Tls::None)),
        ("smtp", Some("required")) => Ok((SUBMISSION_PORT, Tls::Required(parameters()?))),
        ("smtp", Some("opportunistic")) => Ok((SUBMISSION_PORT, Tls::Opportunistic(parameters()?))),
        ("smtp", Some(_)) => Err(refused("has a tls parameter other than required and opportunistic")),
        _ => Err(refused("must start with smtp:// or smtps://")),
    }
}

fn tls_parameter(url: &Url) -> Result<Option<String>, SmtpSettingsError> {
    let mut tls = None;
    for (name, value) in url.query_pairs() {
        if name != "tls" || tls.is_some() {
            return Err(refused("has a parameter other than one tls=…; percent-encode ? in the password"));
        }
        tls = Some(value.into_owned());
    }
    Ok(tls)
}

fn hello(url: &Url, own_name: &str) -> Result<ClientId, SmtpSettingsError> {
    let path = url.path().trim_matches('/');
    let name = if path.is_empty() { own_name } else { path };
    if is_host_name(name) {
        return Ok(ClientId::Domain(name.to_owned()));
    }
    if path.is_empty() {
        return Ok(ClientId::default());
    }
    Err(refused("has a path that is not an EHLO name; percent-encode / in the password"))
}

/// Returns both or neither: with one half forgotten, mail would be sent without signing in.
fn login(url: &Url) -> Result<Option<Credentials>, SmtpSettingsError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(refused("has a password without a user")),
        (_, None) => Err(refused("has a user without a password")),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

fn decoded(part: &str) -> Result<String, SmtpSettingsError> {
    let text =
        percent_decode_str(part).decode_utf8().map_err(|_| refused("has a user or password that is not UTF-8"))?;
    if text.contains('\0') {
        return Err(refused("has a NUL in its user or password"));
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn parse(url: &str) -> Result<MailServer, SmtpSettingsError> {
        MailServer::parse(&url.into(), "example.com")
    }

    #[rstest]
    #[case("smtp://localhost", "localhost", 25)]
    #[case("smtp://localhost:2525", "localhost", 2525)]
    #[case("smtp://127.0.0.1:2525/", "127.0.0.1", 2525)]
    #[case("smtp://[::1]:2525", "::1", 2525)]
    #[case("smtp://mail.example.com?tls=required", "mail.example.com", 587)]
    #[case("smtp://mail.example.com?tls=opportunistic", "mail.example.com", 587)]
    #[case("smtps://mail.example.com", "mail.example.com", 465)]
    fn accepts(#[case] url: &str, #[case] host: &str, #[case] port: u16) {
        let server = parse(url).unwrap_or_else(|e| panic!("{url}: {e}"));
        assert_eq!((server.host.as_str(), server.port), (host, port), "{url}");
    }

    #[rstest]
    #[case("")]
    #[case("mail.example.com")]
    #[case("http://u:s3cret@mail.example.com")]
    #[case("smtp:u:s3cret@mail.example.com")]
    #[case("smtp://")]
    #[case("smtp://u:s3cret@")]
    #[case("smtp://u:s3cret@ma%20il")]
    #[case("smtp://u:s3cret@mail.example.com:0")]
    #[case("smtp://u:s3cret@mail.example.com:99999")]
    #[case("smtp://u@mail.example.com")]
    #[case("smtp://:s3cret@mail.example.com")]
    #[case("smtp://u:s3cret@mail.example.com?tls=yes")]
    #[case("smtp://u:s3cret@mail.example.com?tls=required&tls=opportunistic")]
    #[case("smtp://u:s3cret@mail.example.com?timeout=3")]
    #[case("smtps://u:s3cret@mail.example.com?tls=required")]
    #[case("smtp://u:s3c#ret@mail.example.com")]
    #[case("smtp://u:s3c/ret@mail.example.com")]
    #[case("smtp://u:s3c?ret@mail.example.com")]
    #[case("smtp://u:s3cret%FF@mail.example.com")]
    #[case("smtp://u:s3cret%00@mail.example.com")]
    #[case("smtp://u:s3cret@mail.example.com/a b")]
    fn refuses_without_repeating_the_url(#[case] url: &str) {
        let error = parse(url).err().unwrap_or_else(|| panic!("{url} was accepted"));
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("s3c") && !text.contains("example"), "{text}");
        }
    }

    #[test]
    fn credentials_are_percent_decoded() {
        let server = parse("smtp://me%40example.com:p%40ss%2Fw%3Ard+%E5%AF%86@localhost").expect("valid");
        let expected = Credentials::new("me@example.com".into(), "p@ss/w:rd+密".into());
        assert!(server.login == Some(expected));
    }

    #[test]
    fn the_ehlo_name_is_the_senders_domain_unless_given() {
        for (url, name) in [("smtp://localhost", "example.com"), ("smtp://localhost/auth.internal", "auth.internal")] {
            assert_eq!(parse(url).expect("valid").hello, ClientId::Domain(name.to_owned()));
        }
    }

    #[test]
    fn passwords_in_the_clear_are_noticed() {
        for (url, unprotected) in [
            ("smtp://u:p@localhost", true),
            ("smtp://u:p@localhost?tls=opportunistic", true),
            ("smtp://u:p@localhost?tls=required", false),
            ("smtps://u:p@localhost", false),
            ("smtp://localhost", false),
        ] {
            assert_eq!(parse(url).expect("valid").sends_password_unprotected(), unprotected, "{url}");
        }
    }
}
