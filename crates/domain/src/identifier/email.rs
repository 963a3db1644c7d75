//! E-mail addresses: RFC 5321 sizes, RFC 5322 dot-atoms, IDNA domains.

use super::{AddressGroup, Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use crate::messages::Channel;
use crate::typed::pasted;

/// The longest local part: RFC 5321, 4.5.3.1.1.
const MAX_LOCAL_OCTETS: usize = 64;
/// The longest address: RFC 5321, 4.5.3.1.3, less the angle brackets.
const MAX_ADDRESS_OCTETS: usize = 254;
/// More than any normalised address needs; bounds the work on hostile input.
const MAX_RAW_OCTETS: usize = 1024;

/// Domains of which it is published that dots in a local part mean nothing, and the domain that they all mean.
const WITHOUT_DOTS: [(&str, &str); 2] = [("gmail.com", "gmail.com"), ("googlemail.com", "gmail.com")];

/// Addresses of the form `name@domain`; a domain without a dot is fine (the contract's example is
/// `user@example`). They are normalised before parsing, compared without regard to case, and shown as typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmailScheme;

impl IdentifierScheme for EmailScheme {
    fn kind(&self) -> IdentifierKind {
        IdentifierKind::EMAIL
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        if raw.len() > MAX_RAW_OCTETS {
            return Err(refused());
        }
        let normal = pasted(raw);
        let (local, domain) = normal.split_once('@').ok_or_else(refused)?;
        let domain = ascii_domain(domain).ok_or_else(refused)?;
        let shown = format!("{local}@{domain}");
        if !is_local_part(local) || shown.len() > MAX_ADDRESS_OCTETS {
            return Err(refused());
        }
        Ok(Identifier::from_parts(IdentifierKind::EMAIL, shown.to_ascii_lowercase(), shown))
    }

    /// A complete address is searched by its canonical form, because its domain is stored in Punycode. A part of an
    /// internationalised domain finds nobody: what it begins with in Punycode shows only when it is complete.
    fn beginnings(&self, raw: &str) -> Vec<String> {
        let address = self.parse(raw).map(|address| address.canonical().to_owned());
        let text = address.unwrap_or_else(|_| pasted(raw).to_ascii_lowercase());
        if text.is_empty() { Vec::new() } else { vec![text] }
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::EMAIL)
    }

    /// The mailbox: without what stands behind a plus sign, which most providers ignore (subaddresses, RFC 5233), and
    /// without dots where they mean nothing. For counting, it does no harm if a provider tells such addresses apart.
    fn groups(&self, of: &Identifier) -> Vec<AddressGroup> {
        let Some((local, domain)) = of.canonical().split_once('@') else { return Vec::new() };
        let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
        let mailbox = match WITHOUT_DOTS.iter().find(|(with, _)| *with == domain) {
            Some((_, domain)) => format!("{}@{domain}", name.replace('.', "")),
            None => format!("{name}@{domain}"),
        };
        vec![AddressGroup::Mailbox(mailbox)]
    }
}

fn refused() -> IdentifierError {
    IdentifierError::new(IdentifierKind::EMAIL, "must be an e-mail address of the form name@domain")
}

/// Whether this is a dot-atom of RFC 5322, 3.2.3: no quoted strings, no comments, ASCII only.
fn is_local_part(local: &str) -> bool {
    local.len() <= MAX_LOCAL_OCTETS && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The domain as lower-case A-labels. A last label of digits only would be the address of a
/// machine, to which mail must not be sent.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::STD3).ok()?.into_owned();
    let labels_fit = ascii.split('.').all(is_label);
    let last_is_a_name = ascii.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    (ascii.len() <= 255 && labels_fit && last_is_a_name).then_some(ascii)
}

/// Whether this is a label of RFC 1035, 2.3.4 and RFC 5321, 4.1.2: letters, digits and hyphens, with no hyphen
/// at either end.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_and_canonicalises() {
        for (raw, canonical, shown) in [
            ("user@example", "user@example", "user@example"),
            (" Ann.Lee+tag@EXAMPLE.com ", "ann.lee+tag@example.com", "Ann.Lee+tag@example.com"),
            ("user＠example.com", "user@example.com", "user@example.com"),
            ("a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("o'brien@example.ie", "o'brien@example.ie", "o'brien@example.ie"),
            ("\u{FEFF}user@example\u{200B}", "user@example", "user@example"),
            ("\u{202D} user@example \u{202C}\u{A0}", "user@example", "user@example"),
            ("\u{3164}user@example\u{2060}", "user@example", "user@example"),
        ] {
            let email = EmailScheme.parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!((email.canonical(), email.shown()), (canonical, shown), "{raw}");
        }
    }

    #[test]
    fn refuses() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long_address = format!("a@{}", vec!["b".repeat(60); 5].join("."));
        for raw in [
            "",
            "@",
            "user",
            "user@",
            "@example",
            "a@@b",
            "a b@example",
            ".a@example",
            "a.@example",
            "a..b@example",
            "a@-b.com",
            "a@b-.com",
            "a@b..com",
            "a@.com",
            "\"a b\"@example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@1",
            "a\0@example",
            "a@exa mple",
            "ünï@example.com",
            "a@exam\nple",
            "a,b@example",
            "<a@example>",
            "a\u{200B}b@example",
            "\u{FEFF}a\u{202C}@example",
            "\u{200B}\u{FEFF}",
            &long_local,
            &long_label,
            &long_address,
        ] {
            assert!(EmailScheme.parse(raw).is_err(), "{raw:?} was accepted");
        }
    }

    #[test]
    fn what_addresses_begin_with() {
        for (raw, expected) in [
            (" Ann.L", &["ann.l"][..]),
            ("ＡＮＮ．ｌｅｅ", &["ann.lee"]),
            ("ann＠exam", &["ann@exam"]),
            ("\u{202A}ann@example.com\u{202C}", &["ann@example.com"]),
            ("\u{200E}\u{2060}\u{FEFF}ann@\u{A0}\u{3000}", &["ann@"]),
            ("ann@bücher.exam", &["ann@xn--bcher-kva.exam"]),
            ("\u{FEFF} ", &[]),
        ] {
            assert_eq!(EmailScheme.beginnings(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn spellings_of_one_mailbox_belong_together() {
        for (raw, mailbox) in [
            ("Ann@Example.com", "ann@example.com"),
            ("ann+news@example.com", "ann@example.com"),
            ("ann+news+more@example.com", "ann@example.com"),
            ("a.nn@example.com", "a.nn@example.com"),
            ("a.n.n+x@gmail.com", "ann@gmail.com"),
            ("A.nn@GoogleMail.com", "ann@gmail.com"),
            ("+news@example.com", "+news@example.com"),
        ] {
            let address = EmailScheme.parse(raw).expect(raw);
            assert_eq!(EmailScheme.groups(&address), [AddressGroup::Mailbox(mailbox.to_owned())], "{raw}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_is_idempotent(raw in "\\PC{0,40}@?\\PC{0,40}") {
            if let Ok(email) = EmailScheme.parse(&raw) {
                prop_assert_eq!(EmailScheme.parse(email.shown()).map(|e| e.canonical().to_owned()), Ok(email.canonical().to_owned()));
                prop_assert_eq!(email.canonical().matches('@').count(), 1);
            }
        }

        #[test]
        fn case_does_not_make_another_address(local in "[a-z0-9]{1,20}", domain in "[a-z]{1,20}") {
            let lower = EmailScheme.parse(&format!("{local}@{domain}"))?;
            let upper = EmailScheme.parse(&format!("{local}@{domain}").to_uppercase())?;
            prop_assert_eq!(lower.canonical(), upper.canonical());
        }
    }
}
