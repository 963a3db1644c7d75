//! Login names and identities at third parties.

use auth_domain::accounts::ways_in::{Unbinding, WaysIn};
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::identifier::{EmailScheme, Identifier, IdentifierScheme as _, PhoneNumberScheme, UsernameScheme};

use super::unique;

/// An e-mail address that nobody has.
#[must_use]
pub fn sample_email() -> Identifier {
    spelled_email(&format!("Ann.{}@example.com", unique()))
}

/// The e-mail address with this spelling.
///
/// # Panics
/// If it is not valid.
#[must_use]
pub fn spelled_email(raw: &str) -> Identifier {
    EmailScheme.parse(raw).expect("an e-mail address")
}

/// A phone number that nobody has.
///
/// # Panics
/// After a hundred million numbers.
#[must_use]
pub fn sample_phone_number() -> Identifier {
    PhoneNumberScheme::default().parse(&format!("+86 130{:08}", unique())).expect("a phone number")
}

/// The spelling of a username that nobody has, with capitals to be kept.
#[must_use]
pub fn sample_username() -> String {
    format!("Ann-{}", unique())
}

/// The username with this spelling.
///
/// # Panics
/// If it is not valid.
#[must_use]
pub fn spelled_username(raw: &str) -> Identifier {
    UsernameScheme::default().parse(raw).expect("a username")
}

/// An identity at a third party that nobody has.
///
/// # Panics
/// Never: the provider's name is fixed.
#[must_use]
pub fn sample_external_profile() -> ExternalProfile {
    let number = unique();
    ExternalProfile {
        provider: ProviderId::parse("github").expect("a provider"),
        subject: format!("subject-{number}"),
        name: Some("Ann Lee".into()),
        picture: Some("https://example.com/ann.png".into()),
        email: Some(format!("ann.{number}@elsewhere.example")),
        phone_number: Some("+86 13900000000".into()),
    }
}

/// The removal of the identity at this third party, while people sign in through `github` and `google`, and by codes to
/// these addresses.
///
/// # Panics
/// Never: the providers' names are fixed.
#[must_use]
pub fn sample_unbinding(provider: ProviderId, reached: Vec<Identifier>) -> Unbinding {
    let configured = |name| ProviderId::parse(name).expect("a provider");
    let providers = ["github", "google"].map(configured).to_vec();
    Unbinding { provider, ways_in: WaysIn { providers, reached } }
}
