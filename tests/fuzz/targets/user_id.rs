//! User ids.

#![no_main]

use auth_domain::accounts::UserId;

auth_fuzz::text!(|text| {
    if let Ok(id) = text.parse::<UserId>() {
        assert_eq!(id.to_string(), text, "one spelling only");
    }
});
