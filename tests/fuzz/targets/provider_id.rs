//! Provider ids.

#![no_main]

use auth_domain::external_identities::ProviderId;

auth_fuzz::text!(|text| {
    if let Ok(id) = ProviderId::parse(text) {
        assert_eq!(id.as_str(), text, "one spelling only");
    }
});
