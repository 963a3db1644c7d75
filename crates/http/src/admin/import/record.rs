//! From a line to a record.

use auth_application::admin::ImportRecord;
use auth_domain::Timestamp;
use auth_domain::accounts::UserStatus;
use auth_domain::identifier::Schemes;
use serde_json::{Map, Value};

/// The longest name of an unknown field that is repeated to the operator, in bytes.
const MAX_SHOWN_NAME: usize = 40;

/// Reads a line. What is wrong with it is said without repeating any value.
///
/// Unlike requests, lines must not have unknown fields: a misspelt `password_hash` would make a
/// million users who cannot sign in.
pub(super) fn read(line: &[u8], schemes: &Schemes) -> Result<ImportRecord, String> {
    let object: Map<String, Value> =
        serde_json::from_slice(line).map_err(|_| "the line must be a JSON object".to_owned())?;
    let mut record = ImportRecord::default();
    for (name, value) in object {
        if !is_absent(&value) {
            take(&mut record, &name, value, schemes)?;
        }
    }
    Ok(record)
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn take(record: &mut ImportRecord, name: &str, value: Value, schemes: &Schemes) -> Result<(), String> {
    match name {
        "id" => record.id = Some(text(name, value)?.parse().map_err(|error| format!("id {error}"))?),
        "password_hash" => record.password_hash = Some(hash(value)?),
        // The word of clients, and the admin API's.
        "name" | "nickname" => record.profile.nickname = shown(&value),
        "gender" => record.profile.gender = shown(&value),
        "picture" => record.profile.picture = shown(&value),
        "locale" => record.profile.locale = shown(&value),
        "description" => record.profile.description = shown(&value),
        "status" => {
            let word = UserStatus::from_name(&text(name, value)?);
            record.status = word.ok_or("status must be ACTIVE or BLOCKED")?;
        }
        "created_at" => record.created_at = Some(instant(&text(name, value)?)?),
        _ => take_identifier(record, name, value, schemes)?,
    }
    Ok(())
}

/// Takes `email`, `email_verified`, and the same for every other kind.
fn take_identifier(record: &mut ImportRecord, name: &str, value: Value, schemes: &Schemes) -> Result<(), String> {
    if schemes.get(name).is_some() {
        record.identifiers.push((name.to_owned(), text(name, value)?));
        return Ok(());
    }
    match name.strip_suffix("_verified").filter(|kind| schemes.get(kind).is_some_and(|kind| kind.channel().is_some())) {
        Some(kind) => {
            let verified = value.as_bool().ok_or_else(|| format!("{name} must be true or false"))?;
            record.verified.extend(verified.then(|| kind.to_owned()));
            Ok(())
        }
        None => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    let is_plain = name.len() <= MAX_SHOWN_NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_plain { format!("{name} is no field of a user") } else { "a field is no field of a user".to_owned() }
}

/// A text, or an object, as Keycloak exports what it keeps of a password.
fn hash(value: Value) -> Result<String, String> {
    match value {
        Value::Object(_) => Ok(value.to_string()),
        value => text("password_hash", value),
    }
}

/// A text that is only shown. What is no text is left out.
fn shown(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn text(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(format!("{name} must be a text")),
    }
}

/// Reads an instant since 1970, cut to the microseconds that are stored.
fn instant(text: &str) -> Result<Timestamp, String> {
    let at: Option<Timestamp> = text.parse().ok();
    let at = at.filter(|at| at.timestamp() >= 0).and_then(|at| Timestamp::from_timestamp_micros(at.timestamp_micros()));
    at.ok_or_else(|| "created_at must be an instant since 1970 such as 2024-05-01T08:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, UsernameScheme};
    use proptest::prelude::*;

    use super::*;

    fn schemes() -> Schemes {
        Schemes::new(vec![
            Arc::new(PhoneNumberScheme::default()),
            Arc::new(EmailScheme),
            Arc::new(UsernameScheme::default()),
        ])
    }

    #[test]
    fn a_full_line() {
        let line = br#"{"id":"3742118560412631040","username":"ann","email":"ann@example.com","email_verified":true,
            "phone_number":null,"password_hash":"$2b$","nickname":"Ann","status":"BLOCKED","locale":"",
            "created_at":"2024-05-01T10:00:00+02:00"}"#;
        let record = read(line, &schemes()).expect("readable");
        assert_eq!(record.identifiers.len(), 2);
        assert_eq!(record.verified, ["email"]);
        assert_eq!(record.status, UserStatus::Blocked);
        assert_eq!(record.created_at.map(|at| at.to_rfc3339()), Some("2024-05-01T08:00:00+00:00".into()));
        assert!(record.id.is_some() && record.profile.locale.is_none());
    }

    #[test]
    fn other_spellings() {
        let record =
            read(br#"{"name":"Ann","password_hash":{"secretData":"{}","n":1}}"#, &schemes()).expect("readable");
        assert_eq!(record.profile.nickname.as_deref(), Some("Ann"));
        assert_eq!(record.password_hash.as_deref(), Some(r#"{"n":1,"secretData":"{}"}"#));
    }

    #[test]
    fn what_is_only_shown_refuses_no_line() {
        let line = br#"{"username":"ann","name":7,"gender":true,"picture":{},"locale":["zh"],"description":1.5}"#;
        let profile = read(line, &schemes()).expect("readable").profile;
        let parts = [profile.nickname, profile.gender, profile.picture, profile.locale, profile.description];
        assert!(parts.iter().all(Option::is_none), "{parts:?}");
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        for (line, problem) in [
            (&b"[]"[..], "the line must be a JSON object"),
            (b"{\"username\":\"hunter2\"", "the line must be a JSON object"),
            (br#"{"username":["hunter2"]}"#, "username must be a text"),
            (br#"{"password_hash":["hunter2"]}"#, "password_hash must be a text"),
            (br#"{"passwordhash":"hunter2"}"#, "passwordhash is no field of a user"),
            (br#"{"password":"hunter2"}"#, "password is no field of a user"),
            (br#"{"username_verified":true}"#, "username_verified is no field of a user"),
            (br#"{"a\nb":"hunter2"}"#, "a field is no field of a user"),
            (br#"{"email_verified":"hunter2"}"#, "email_verified must be true or false"),
            (br#"{"status":"hunter2"}"#, "status must be ACTIVE or BLOCKED"),
            (br#"{"id":"12"}"#, "id must be a user id of 19 digits"),
            (br#"{"created_at":"hunter2"}"#, "created_at must be an instant since 1970 such as 2024-05-01T08:00:00Z"),
        ] {
            assert_eq!(read(line, &schemes()).map(drop), Err(problem.to_owned()), "{}", String::from_utf8_lossy(line));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(line in "\\PC{0,80}|\\{\"(id|email|created_at|status)\":\"?\\PC{0,40}\"?\\}") {
            let _ = read(line.as_bytes(), &schemes());
        }
    }
}
