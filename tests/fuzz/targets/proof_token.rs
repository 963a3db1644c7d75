//! Verification tokens, provider tokens and sudo tokens.

#![no_main]

use auth_domain::proofs::ProofToken;

auth_fuzz::text!(|text| {
    if let Some(token) = ProofToken::parse(text) {
        assert_eq!(token.expose(), text, "one spelling only");
    }
});
