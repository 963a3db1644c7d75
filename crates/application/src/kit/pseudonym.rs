//! What remains of the names of deleted users.

use auth_domain::identifier::Identifier;
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Makes a keyed hash of each login name, such as `email=2Zk… username=u7Q…`. With a name and the server's key one
/// can tell whether it belonged to this account, but nobody can read the name from the hash.
#[must_use]
pub(crate) fn pseudonyms<'a>(key: &ServerKey, identifiers: impl IntoIterator<Item = &'a Identifier>) -> Option<String> {
    let pseudonym = |identifier: &Identifier| {
        let kind = identifier.kind().name();
        let hash = key.hash(KeyUse::Pseudonym, &[kind.as_bytes(), identifier.canonical().as_bytes()]);
        format!("{kind}={}", URL_SAFE_NO_PAD.encode(hash))
    };
    let pseudonyms: Vec<String> = identifiers.into_iter().map(pseudonym).collect();
    (!pseudonyms.is_empty()).then(|| pseudonyms.join(" "))
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::{EmailScheme, IdentifierScheme as _};
    use auth_domain::secret_bytes::SecretBytes;

    use super::*;

    #[test]
    fn one_name_has_one_pseudonym_whatever_its_spelling() {
        let key = ServerKey::new(SecretBytes::new([1; 32]));
        let email = |raw| EmailScheme.parse(raw).expect("valid");
        let ours = pseudonyms(&key, [&email("Ann@Example.com")]).expect("one name");
        assert_eq!(Some(&ours), pseudonyms(&key, [&email("ann@example.com")]).as_ref());
        assert_ne!(Some(&ours), pseudonyms(&key, [&email("bob@example.com")]).as_ref());
        assert!(!ours.to_lowercase().contains("ann") || ours.starts_with("email="), "{ours}");
        assert_eq!(pseudonyms(&key, []), None);
    }
}
