//! The formats of stored hashes that can be checked. New hashes are always Argon2id.

mod argon2;
mod bcrypt;
mod crypt;
mod fields;
mod pbkdf2;
mod phpass;
mod salted_digest;
mod scrypt;
mod stored_hash;

pub(crate) use fields::{decimal, octets, stored};
pub(crate) use phpass::ALPHABET as PHPASS;
pub(crate) use stored_hash::StoredHash;

type Read = fn(&str) -> Option<Box<dyn StoredHash>>;

const FORMATS: [Read; 8] = [
    argon2::read,
    bcrypt::read,
    bcrypt::read_of_digest,
    crypt::read,
    pbkdf2::read,
    phpass::read,
    salted_digest::read,
    scrypt::read,
];

/// Reads a stored hash. `None` if it cannot be read, or costs more than its format's bounds allow.
pub(crate) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    FORMATS.iter().find_map(|read| read(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::memory::Memory;

    /// Checks that every hash is of its password. The hashes were made by other implementations.
    fn assert_vectors(vectors: &[(&str, &str)]) {
        for (password, hash) in vectors {
            let stored = read(hash).unwrap_or_else(|| panic!("{hash} is readable"));
            assert!(stored.matches(password.as_bytes(), &mut Memory::default()), "{hash}");
            assert!(!stored.matches(format!("{password}x").as_bytes(), &mut Memory::default()), "{hash}");
            assert!(!stored.matches(b"", &mut Memory::default()), "{hash}");
        }
    }

    const PHRASE: &str = "correct horse battery staple";

    #[test]
    fn known_hashes_match() {
        assert_vectors(&[
            // The reference implementation's test.c, with and without a version (which means 1.0).
            ("password", "$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"),
            ("password", "$argon2i$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs"),
            ("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
            // glibc's crypt.
            (PHRASE, "$2a$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG"),
            (PHRASE, "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG"),
            (PHRASE, "$2y$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG"),
            ("pässwörd-€", "$2b$05$abcdefghijklmnopqrstuuN4O8OUbqgAL/5PWSKIrOKb1vexTEIGq"),
            // OpenSSL, through Python's hashlib.
            (PHRASE, "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$7AnzIswxwEinpwz+ntydndYfVHPvOACmX9Vvo8hO1qM"),
            (PHRASE, "$scrypt$ln=4,r=8,p=4$MDEyMzQ1Njc4OWFiY2RlZg$LVITvHWFF1MBSfWNPWLmc9j3K0cC3m4+vgzcNpmgKNo"),
            (PHRASE, "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI"),
            (PHRASE, "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI"),
            (
                PHRASE,
                "$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ",
            ),
        ]);
    }

    #[test]
    fn hashes_that_cost_too_much_or_make_no_sense_are_refused() {
        let argon2 = |kind: &str, params: &str| {
            format!("${kind}${params}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
        };
        let phc = |start: &str| format!("{start}$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI");
        let bcrypt = |start: &str| format!("{start}abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG");
        let at_the_bounds = [
            argon2("argon2id", "v=19$m=262144,t=10,p=16"),
            bcrypt("$2b$15$"),
            phc("$scrypt$ln=17,r=8,p=5"),
            phc("$scrypt$ln=16,r=16,p=5"),
            phc("$pbkdf2-sha256$i=2000000"),
            phc("$pbkdf2$i=1000000"),
            phc("$pbkdf2-sha1$i=1000"),
            "$phpass-md5$ln=18$abcdefgh$abcdefghijklmnopqrstuv".to_owned(),
            "$5$rounds=1000000$saltsaltsaltsalt$".to_owned() + &"a".repeat(43),
        ];
        for hash in at_the_bounds {
            assert!(read(&hash).is_some(), "{hash}");
        }
        let refused = [
            argon2("argon2id", "v=19$m=262145,t=2,p=1"),
            argon2("argon2id", "v=19$m=19456,t=11,p=1"),
            argon2("argon2id", "v=19$m=19456,t=2,p=17"),
            argon2("argon2id", "v=19$m=4294967295,t=4294967295,p=4294967295"),
            argon2("argon2id", "v=19$m=4,t=2,p=1"),
            argon2("argon2id", "v=19$m=19456,t=0,p=1"),
            argon2("argon2id", "v=19$m=19456,m=262145,t=2,p=1"),
            argon2("argon2id", "v=18$m=19456,t=2,p=1"),
            argon2("argon2x", "v=19$m=19456,t=2,p=1"),
            bcrypt("$2b$16$"),
            bcrypt("$2b$31$"),
            bcrypt("$2b$03$"),
            bcrypt("$2x$04$"),
            bcrypt("$2$04$"),
            bcrypt("$2b$+4$"),
            bcrypt("$2b$4$"),
            phc("$scrypt$ln=18,r=8,p=1"),
            phc("$scrypt$ln=10,r=9,p=1"),
            phc("$scrypt$ln=10,r=8,p=6"),
            phc("$scrypt$ln=10,r=4294967295,p=4294967295"),
            phc("$scrypt$ln=0,r=8,p=1"),
            phc("$scrypt$ln=10,r=0,p=1"),
            phc("$scrypt$ln=10,r=8"),
            phc("$scrypt$ln=10,r=8,p=1,x=1"),
            phc("$scrypt$ln=10,r=8,p=1,p=4294967295"),
            phc("$pbkdf2-sha256$i=2000001"),
            phc("$pbkdf2-sha256$i=0"),
            phc("$pbkdf2-sha256"),
            phc("$pbkdf2-sha256$i=1000,l=16"),
            phc("$pbkdf2-sha256$i=1000,x=1"),
            phc("$pbkdf2-sha3$i=1000"),
            phc("$pbkdf2-sha1$i=1000001"),
            phc("$pbkdf2-sha256$i=+1000"),
            phc("$scrypt$ln=17,r=16,p=1"),
            phc("$scrypt$ln=10,r=15,p=1"),
            phc("$firebase-scrypt$ln=18,r=8,p=1"),
            phc("$salted-sha256$n=2"),
            phc("$salted-sha512$n=1"),
            phc("$bcrypt-of-sha256$r=4"),
            "$bcrypt-of-sha256$r=16$abcdefghijklmnopqrstuu$7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG".to_owned(),
            "$bcrypt-of-nothing$r=4$abcdefghijklmnopqrstuu$7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG".to_owned(),
            "$phpass-md5$ln=19$abcdefgh$abcdefghijklmnopqrstuv".to_owned(),
            "$phpass-md5$ln=6$abcdefgh$abcdefghijklmnopqrstuv".to_owned(),
            "$phpass-md5$ln=13$abcdefg!$abcdefghijklmnopqrstuv".to_owned(),
            "$phpass-sha512$ln=13$abcdefgh$abcdefghijklmnopqrstuv".to_owned(),
            "$5$rounds=1000001$saltsalt$".to_owned() + &"a".repeat(43),
            "$5$rounds=999$saltsalt$".to_owned() + &"a".repeat(43),
            "$5$rounds=05000$saltsalt$".to_owned() + &"a".repeat(43),
            "$5$$".to_owned() + &"a".repeat(43),
            "$5$saltsaltsaltsalts$".to_owned() + &"a".repeat(43),
            "$6$saltsalt$".to_owned() + &"a".repeat(43),
            phc("$sha256$i=1000"),
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1".to_owned(),
            "$argon2id".to_owned(),
            "$".to_owned(),
            String::new(),
            PHRASE.to_owned(),
            "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
        ];
        for hash in refused {
            assert!(read(&hash).is_none(), "{hash}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}|\\$(argon2id|argon2i|scrypt|pbkdf2-sha512|2b|6|P|S|wp\\$2y|s0|fbscrypt|bcrypt-sha256|phpass-md5)\\$[a-z0-9=,$+/.]{0,90}") {
            let _ = read(&text);
        }
    }
}
