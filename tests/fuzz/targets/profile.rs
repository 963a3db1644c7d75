//! Profiles, whose parts are separated by line feeds.

#![no_main]

use auth_domain::profile::{Profile, RawProfile};

auth_fuzz::text!(|text| {
    let mut parts = text.split('\n');
    let raw = RawProfile {
        name: parts.next(),
        gender: parts.next(),
        picture: parts.next(),
        locale: parts.next(),
        description: parts.next(),
    };
    if let Ok(profile) = Profile::parse(&raw) {
        let again = RawProfile {
            name: profile.name.as_deref(),
            gender: profile.gender.map(|gender| gender.name()),
            picture: profile.picture.as_deref(),
            locale: profile.locale.as_deref(),
            description: profile.description.as_deref(),
        };
        assert_eq!(Profile::parse(&again).as_ref(), Ok(&profile), "what was read reads the same");
    }
});
