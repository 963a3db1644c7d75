//! Device ids.

#![no_main]

use auth_domain::origin::DeviceId;

auth_fuzz::text!(|text| {
    if let Ok(id) = DeviceId::parse(text) {
        assert_eq!(id.as_str(), text, "one spelling only");
    }
});
