//! The actions of a user.

use serde_json::{Value, json};

use crate::http::{Answer, call, post, request};
use crate::server::Server;

/// Requests a code.
pub(crate) fn ask_for_code(server: &Server, phone_number: &str) -> Answer {
    post(server.public, "/auth/v1/verification", &json!({ "phone_number": phone_number, "target": "ANY" }))
}

/// Requests a code by mail.
pub(crate) fn ask_for_mail(server: &Server, email: &str) -> Answer {
    post(server.public, "/auth/v1/verification", &json!({ "email": email, "target": "ANY" }))
}

/// Proves a phone number and returns the verification token.
pub(crate) fn prove(server: &Server, phone_number: &str) -> String {
    let asked = ask_for_code(server, phone_number);
    assert_eq!(asked.status, 200, "{}", asked.json());
    verify(server, &asked.text("verification_id"), &server.code_for(phone_number))
}

/// Exchanges a code for a verification token.
pub(crate) fn verify(server: &Server, verification_id: &str, code: &str) -> String {
    let body = json!({ "verification_id": verification_id, "verification_code": code });
    let verified = post(server.public, "/auth/v1/verification/verify", &body);
    assert_eq!(verified.status, 200, "{}", verified.json());
    verified.text("verification_token")
}

/// Makes the body of a sign-up.
pub(crate) fn sign_up_body(phone_number: &str, token: &str) -> Value {
    json!({ "phone_number": phone_number, "verification_token": token })
}

/// Signs up by phone.
pub(crate) fn sign_up(server: &Server, phone_number: &str) -> Answer {
    let token = prove(server, phone_number);
    let answer = post(server.public, "/auth/v1/signup", &sign_up_body(phone_number, &token));
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer
}

/// Reads the account behind an access token.
pub(crate) fn me(server: &Server, access_token: &str) -> Answer {
    let bearer = format!("Bearer {access_token}");
    call(server.public, &request("GET", "/auth/v1/user/me", &[("authorization", &bearer)], ""))
}
