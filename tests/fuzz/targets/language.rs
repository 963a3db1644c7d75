//! `Accept-Language` and `locale`.

#![no_main]

use auth_domain::messages::Language;

auth_fuzz::text!(|text| {
    let _ = Language::choose(text);
    let _ = Language::preferred(text);
});
