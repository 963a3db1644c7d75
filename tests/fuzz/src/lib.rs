//! What fuzz targets have in common. A target per parser that reads a request: no input may make it panic, and what
//! it takes must read the same when it is read again. Bodies, headers and queries are private to the `http` crate, and
//! ID tokens to the `providers` crate, which open doors to them for these targets (feature `fuzzing`).

use auth_domain::identifier::{Identifier, IdentifierScheme};

#[doc(hidden)]
pub use libfuzzer_sys;

/// A target that takes text.
#[macro_export]
macro_rules! text {
    (|$text:ident| $body:block) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            if let Ok($text) = std::str::from_utf8(bytes) {
                $body
            }
        });
    };
}

/// The forms of an identifier are spellings of that identifier.
///
/// # Panics
/// When they are not.
pub fn stays_the_same(scheme: &dyn IdentifierScheme, identifier: &Identifier) {
    for spelling in [identifier.canonical(), identifier.shown()] {
        let again = scheme.parse(spelling);
        let again = again.unwrap_or_else(|error| panic!("{spelling:?} of {identifier:?} is refused: {error}"));
        assert_eq!(again.canonical(), identifier.canonical(), "{spelling:?}");
    }
}
