//! The address that a body names, whatever its kind.

use auth_domain::identifier::{IdentifierKind, Schemes};

use super::OtherFields;
use crate::error::ApiError;

/// The address fields of a body: those that its document names, and those of kinds that the program registered.
pub(crate) struct Addresses {
    named: Vec<(&'static str, Option<String>)>,
    others: OtherFields,
}

impl Addresses {
    /// Of these fields, by their names.
    pub(crate) fn new(named: Vec<(&'static str, Option<String>)>, others: OtherFields) -> Self {
        Self { named, others }
    }

    /// Every address that is present, in the order of the registered kinds that reach a person.
    pub(crate) fn present(self, schemes: &Schemes) -> Vec<(IdentifierKind, String)> {
        let Self { mut named, mut others } = self;
        let mut take = |kind: IdentifierKind| {
            let field = named.iter_mut().find(|(name, _)| *name == kind.name());
            field.map_or_else(|| others.take(kind.name()), |(_, raw)| raw.take())
        };
        schemes.reachable().filter_map(|scheme| Some((scheme.kind(), take(scheme.kind())?))).collect()
    }

    /// The only address that is present.
    ///
    /// # Errors
    /// [`ApiError`] when there is none, or more than one.
    pub(crate) fn one(self, schemes: &Schemes) -> Result<(IdentifierKind, String), ApiError> {
        let mut present = self.present(schemes);
        match (present.pop(), present.pop()) {
            (Some(only), None) => Ok(only),
            (None, _) => {
                let kinds = names(schemes.reachable().map(|scheme| scheme.kind()), "or");
                Err(ApiError::invalid(format!("{kinds} is required")))
            }
            (Some(one), Some(other)) => {
                let kinds = names([one.0, other.0].into_iter(), "and");
                Err(ApiError::invalid(format!("{kinds} cannot be used together")))
            }
        }
    }
}

/// The names of kinds in alphabetical order, as a list with `word` before the last.
pub(crate) fn names(kinds: impl Iterator<Item = IdentifierKind>, word: &str) -> String {
    let mut names: Vec<_> = kinds.map(IdentifierKind::name).collect();
    names.sort_unstable();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => "no kind of address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auth_domain::identifier::{EmailScheme, Identifier, IdentifierError, IdentifierScheme, PhoneNumberScheme};
    use auth_domain::messages::Channel;

    use super::*;

    /// A kind of a team's own that reaches a person.
    struct Pager;

    impl IdentifierScheme for Pager {
        fn kind(&self) -> IdentifierKind {
            IdentifierKind::new("pager")
        }

        fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
            Ok(Identifier::from_parts(self.kind(), raw.to_owned(), raw.to_owned()))
        }

        fn channel(&self) -> Option<Channel> {
            Some(Channel::SMS)
        }
    }

    #[test]
    fn a_body_names_one_address_of_a_registered_kind() {
        let ours: Vec<Arc<dyn IdentifierScheme>> = vec![Arc::new(PhoneNumberScheme::default()), Arc::new(EmailScheme)];
        let with_pager = ours.iter().cloned().chain([Arc::new(Pager) as Arc<dyn IdentifierScheme>]).collect();
        let (ours, with_pager) = (Schemes::new(ours), Schemes::new(with_pager));
        for (schemes, body, expected) in [
            (&ours, r#"{}"#, Err("email or phone_number is required")),
            (&ours, r#"{"email":"a@b"}"#, Ok(("email", "a@b"))),
            (&ours, r#"{"email":"a@b","phone_number":"1"}"#, Err("email and phone_number cannot be used together")),
            (&ours, r#"{"pager":"7"}"#, Err("email or phone_number is required")),
            (&with_pager, r#"{"pager":"7"}"#, Ok(("pager", "7"))),
            (&with_pager, r#"{"pager":""}"#, Err("email, pager or phone_number is required")),
            (&with_pager, r#"{"pager":7}"#, Err("email, pager or phone_number is required")),
            (&with_pager, r#"{"pager":"7","phone_number":"1"}"#, Err("pager and phone_number cannot be used together")),
        ] {
            let mut others: OtherFields = serde_json::from_str(body).expect("an object");
            let named = ["phone_number", "email"].map(|name| (name, others.take(name)));
            let found = Addresses::new(named.into(), others).one(schemes);
            let found = found.map(|(kind, raw)| (kind.name(), raw)).map_err(|error| error.to_string());
            assert_eq!(found, expected.map(|(kind, raw)| (kind, raw.to_owned())).map_err(str::to_owned), "{body}");
        }
    }
}
