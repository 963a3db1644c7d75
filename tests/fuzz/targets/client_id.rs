//! Client ids.

#![no_main]

use auth_domain::clients::ClientId;

auth_fuzz::text!(|text| {
    if let Ok(id) = ClientId::parse(text) {
        assert_eq!(id.as_str(), text, "one spelling only");
    }
});
