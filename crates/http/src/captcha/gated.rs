//! The calls that a rule can send through the bot gate, by their paths.

use auth_domain::captcha::GatedCall;

const GATED: [(&str, GatedCall); 11] = [
    ("/auth/v1/verification", GatedCall::SendCode),
    ("/auth/v1/verification/verify", GatedCall::VerifyCode),
    ("/auth/v1/signup", GatedCall::SignUp),
    ("/auth/v1/signin", GatedCall::SignIn),
    ("/auth/v2/signin/username", GatedCall::SignIn),
    ("/auth/v1/signin/anonymously", GatedCall::SignInAnonymously),
    ("/auth/v1/signin/with/provider", GatedCall::SignInWithProvider),
    ("/auth/v1/provider/token", GatedCall::ExchangeProviderCode),
    ("/auth/v1/checkIfUserExist", GatedCall::LookUp),
    ("/auth/v1/checkUsername", GatedCall::LookUp),
    ("/auth/v1/reset", GatedCall::ResetPassword),
];

/// The call at a path, if a rule can send it through the bot gate.
#[must_use]
pub fn gated_call(path: &str) -> Option<GatedCall> {
    GATED.iter().find(|(gated, _)| *gated == path).map(|(_, call)| *call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_endpoints;

    #[test]
    fn every_gated_path_is_served() {
        let served = crate::public_document(&public_endpoints()).expect("a document");
        let served: serde_json::Value = serde_json::from_str(&served).expect("JSON");
        for (path, _) in GATED {
            assert!(served["paths"].get(path).is_some(), "{path}");
        }
        assert_eq!(gated_call("/auth/v1/nowhere"), None);
    }
}
