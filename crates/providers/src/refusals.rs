//! What the client is told when a grant proves nothing. Clients classify an answer by words in its text, so these
//! texts avoid the words that stand for other errors (a test checks this). They say which check failed but never with
//! which value.

pub(crate) const CODE: &str = "the authorization code was refused by the third party";
pub(crate) const UNCONFIRMED_EMAIL: &str = "the account at the third party has no confirmed e-mail address";
pub(crate) const MALFORMED: &str = "the ID token is malformed";
pub(crate) const TYPE: &str = "the token is not an ID token";
pub(crate) const ALGORITHM: &str = "the ID token is signed with an algorithm that is not allowed";
pub(crate) const UNKNOWN_KEY: &str = "the ID token is signed with an unknown key";
pub(crate) const SIGNATURE: &str = "the signature of the ID token is wrong";
pub(crate) const ISSUER: &str = "the ID token is from another issuer";
pub(crate) const TENANT: &str = "the ID token is of a tenant that may not sign in here";
pub(crate) const AUDIENCE: &str = "the ID token is meant for another audience";
pub(crate) const AUTHORIZED_PARTY: &str = "the ID token was issued to another authorized party";
pub(crate) const EXPIRED: &str = "the ID token has expired";
pub(crate) const NOT_YET_VALID: &str = "the ID token is not valid yet";
pub(crate) const TOO_OLD: &str = "the ID token was issued too long ago: fetch a fresh one";
pub(crate) const NONCE: &str = "the nonce of the ID token is not that of this flow";
pub(crate) const NONCE_NOT_SHOWN: &str = "the ID token has a nonce: the field nonce must show it";
pub(crate) const NONCE_SHOWN: &str = "the ID token does not have the nonce that the field nonce shows";
pub(crate) const SUBJECT: &str = "the ID token names no usable subject";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_holds_a_word_that_means_something_else_to_clients() {
        let texts = [
            CODE,
            UNCONFIRMED_EMAIL,
            MALFORMED,
            TYPE,
            ALGORITHM,
            UNKNOWN_KEY,
            SIGNATURE,
            ISSUER,
            TENANT,
            AUDIENCE,
            AUTHORIZED_PARTY,
            EXPIRED,
            NOT_YET_VALID,
            TOO_OLD,
            NONCE,
            NONCE_NOT_SHOWN,
            NONCE_SHOWN,
            SUBJECT,
        ];
        let words = [
            "identity provider",
            "not enabled",
            "login method",
            "password",
            "credentials",
            "verification",
            "does not match",
            "token expired",
            "token error",
            "not found",
            "blocked",
            "pending",
            "review",
            "locked",
            "network",
            "timeout",
        ];
        for text in texts {
            for word in words {
                assert!(!text.to_lowercase().contains(word), "{text:?} holds {word:?}");
            }
        }
    }
}
