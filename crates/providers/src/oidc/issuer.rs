//! Who issues: one issuer, or one for many tenants. Microsoft Entra has the latter: the discovery document names the issuer
//! with a placeholder, and each token names that of its tenant.

use crate::refusals;

/// Where documents have the tenant.
pub(super) const PLACEHOLDER: &str = "{tenantid}";

/// The tenant of everybody, by which the discovery document of all tenants is found.
const EVERYBODY: &str = "common";

/// The issuer of tokens.
#[derive(Clone, Copy)]
pub(super) struct Issuer<'a> {
    /// As the discovery document has it, perhaps with a placeholder.
    name: &'a str,
    /// Whose people may sign in; if there are none, the issuer knows no tenants.
    tenants: &'a [String],
}

impl<'a> Issuer<'a> {
    /// An issuer without tenants.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn only(name: &'a str) -> Self {
        Self { name, tenants: &[] }
    }

    /// `tenants` is empty for an issuer without them.
    pub(super) fn new(name: &'a str, tenants: &'a [String]) -> Self {
        Self { name, tenants }
    }

    /// Returns the start of the address of the discovery document.
    pub(super) fn base(self) -> String {
        self.name.replace(PLACEHOLDER, EVERYBODY)
    }

    /// Whether a discovery document that names `named` is that of this issuer (Discovery, 4.3): byte for byte. With tenants
    /// it may also have the placeholder where the operator names a group of tenants, such as `organizations`.
    pub(super) fn is_named(self, named: &str) -> bool {
        // The tenant is in the path, behind scheme and host.
        let pattern = named.split_once(PLACEHOLDER).filter(|(start, _)| start.matches('/').count() >= 3);
        let group = pattern.and_then(|(start, end)| self.name.strip_prefix(start)?.strip_suffix(end));
        self.name == named || (!self.tenants.is_empty() && group.is_some_and(|group| !group.contains('/')))
    }

    /// Checks who issued a token. With tenants, its tenant (`tid`) is listed, and its issuer is that of this tenant. The key
    /// set may restrict the key to an issuer, too; Entra's does.
    pub(super) fn check(
        self,
        issuer: Option<&str>,
        tenant: Option<&str>,
        of_key: Option<&str>,
    ) -> Result<(), &'static str> {
        let issuer = issuer.ok_or(refusals::ISSUER)?;
        if self.tenants.is_empty() {
            return if issuer == self.name { Ok(()) } else { Err(refusals::ISSUER) };
        }
        let is_listed = |tenant: &&str| self.tenants.iter().any(|listed| listed.eq_ignore_ascii_case(tenant));
        let tenant = tenant.filter(is_listed).ok_or(refusals::TENANT)?;
        let is_issuer = |name: &str| name.replace(PLACEHOLDER, tenant) == issuer;
        if is_issuer(self.name) && of_key.is_none_or(is_issuer) { Ok(()) } else { Err(refusals::ISSUER) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "https://login.example/{tenantid}/v2.0";

    #[test]
    fn a_document_names_the_issuer_or_with_tenants_its_pattern() {
        let tenants = ["t".to_owned()];
        for (configured, named, without, with) in [
            ("https://a.example", "https://a.example", true, true),
            ("https://a.example", "https://a.example/", false, false),
            (ALL, ALL, true, true),
            ("https://login.example/organizations/v2.0", ALL, false, true),
            ("https://login.example/v2.0", ALL, false, false),
            ("https://login.example/a/b/v2.0", ALL, false, false),
            ("https://login.example.evil/organizations/v2.0", ALL, false, false),
            ("https://login.example/organizations/v2.0", "{tenantid}", false, false),
            ("https://login.example/organizations/v2.0", "https://{tenantid}/organizations/v2.0", false, false),
            (ALL, "https://login.example/common/v2.0", false, false),
        ] {
            assert_eq!(Issuer::only(configured).is_named(named), without, "{configured} as {named}");
            assert_eq!(
                Issuer::new(configured, &tenants).is_named(named),
                with,
                "{configured} as {named}, with tenants"
            );
        }
        assert_eq!(Issuer::new(ALL, &tenants).base(), "https://login.example/common/v2.0");
    }

    #[test]
    fn a_token_is_of_a_listed_tenant_and_of_that_tenants_issuer() {
        let tenants = ["aa-1".to_owned(), "bb-2".to_owned()];
        let of = |tenant: &str| ALL.replace(PLACEHOLDER, tenant);
        for (iss, tid, key, checked) in [
            (of("aa-1"), Some("aa-1"), None, Ok(())),
            (of("bb-2"), Some("bb-2"), None, Ok(())),
            (of("aa-1"), Some("aa-1"), Some(ALL.to_owned()), Ok(())),
            (of("aa-1"), Some("aa-1"), Some(of("aa-1")), Ok(())),
            (of("aa-1"), Some("aa-1"), Some(of("bb-2")), Err(refusals::ISSUER)),
            (of("aa-1"), Some("bb-2"), None, Err(refusals::ISSUER)),
            (of("cc-3"), Some("cc-3"), None, Err(refusals::TENANT)),
            (of("cc-3"), Some("aa-1"), None, Err(refusals::ISSUER)),
            (of("aa-1"), None, None, Err(refusals::TENANT)),
            (of("AA-1"), Some("aa-1"), None, Err(refusals::ISSUER)),
            (ALL.to_owned(), Some(PLACEHOLDER), None, Err(refusals::TENANT)),
            (ALL.to_owned(), Some("aa-1"), None, Err(refusals::ISSUER)),
        ] {
            let issuer = Issuer::new(ALL, &tenants);
            assert_eq!(issuer.check(Some(&iss), tid, key.as_deref()), checked, "{iss} {tid:?} {key:?}");
        }
        let one = Issuer::only("https://login.example");
        assert_eq!(one.check(Some("https://login.example"), Some("cc-3"), Some("https://other.example")), Ok(()));
        assert_eq!(one.check(None, None, None), Err(refusals::ISSUER));
    }
}
