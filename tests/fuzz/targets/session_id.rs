//! Session ids.

#![no_main]

use auth_domain::sessions::SessionId;

auth_fuzz::text!(|text| {
    if let Some(id) = SessionId::parse(text) {
        assert_eq!(SessionId::parse(&id.to_string()), Some(id));
    }
});
