//! Tests: what is refused is named, with the form that would do, and never repeated.

use proptest::prelude::*;

use super::read;

/// Each is refused with a reason that has these words, and nothing of what was exported.
fn assert_named(refused: &[(&str, &str)]) {
    for (exported, named) in refused {
        let reason = read(exported).expect_err(exported).to_string();
        assert!(reason.contains(named), "{exported}: {reason}");
        assert!(!reason.contains("hunter2") && !reason.contains("Lah/6CG"), "{exported}: {reason}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let hex = "5f4dcc3b5aa765d61d8327deb882cf99";
    assert_named(&[
        ("{noop}hunter2hunter2", "plain password"),
        ("{PLAIN}hunter2hunter2", "plain password"),
        ("!hunter2hunter2", "leave it out"),
        ("*", "leave it out"),
        ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "one digest"),
        ("{MD5}X03MO1qnZdYdgyfeuILPmQ==", "one digest"),
        ("sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8", "one digest"),
        ("sha256$seasalt$a5c0ce49beb3626e062e1cf44061a86eb65f44a72e02c23ea0d354b5667bbd4c", "one digest"),
        (
            "sha512$seasalt$882834679b424a6fc91b9e5aa4933624e7bc0e0f86cf62a90d60b37f126ecea316b1bb8c5de8860ac6235495956b4e7241baa05ad8ace852e76cc335fa6189f9",
            "one digest",
        ),
        (
            "grub.pbkdf2.sha512.10000.30313233343536373839616263646566.EB9935F2571378576E92C7106370F7AD1770639696E30740567639D9DE6B25276ADDB0660BCEF55128F207BE673C362136DD9105918960EAA6037031263C761A",
            "`$pbkdf2-sha512$i=…$SALT$OUTPUT`",
        ),
        (hex, "digest in hexadecimal"),
        ("cbfdac6008f9cab4083784cbd1874f76618d2a97", "digest in hexadecimal"),
        ("$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "old crypt"),
        ("$apr1$saltsalt$T5.PvOXsmXSJAgCyc5mUc1", "old crypt"),
        ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "yescrypt"),
        ("$2x$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "faulty bcrypt"),
        ("$2b$04$abcdefghijklmnopqrstuu", "60 characters"),
        ("{PKCS5S2}MDEyMzQ1Njc4OWFiY2RlZv9JevnqxTZP", "must be of PBKDF2"),
        (
            "$fbscrypt$v=1,n=18,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
            "Firebase",
        ),
        ("$P$Zabcdefghabcdefghijklmnopqrstuv", "phpass"),
        ("$6$rounds=9999999$saltsalt$aaaa", "SHA-crypt"),
        ("{SSHA}AAAA", "SSHA512"),
        (r#"{"secretData":"{}","credentialData":"{}"}"#, "Keycloak"),
        ("lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==", "fbscrypt"),
        (&format!("{hex}:{hex}{hex}{hex}{hex}"), "$scrypt$ln=14,r=16,p=1"),
        ("hunter2", "no form that is read"),
        ("", "no form that is read"),
        (&"A".repeat(5_000), "no form that is read"),
    ]);
}

#[test]
fn what_costs_too_much_is_refused_with_its_bound() {
    assert_named(&[
        ("$2b$16$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "a cost of 4 to 15"),
        ("{bcrypt}$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "a cost of 4 to 15"),
        ("bcrypt_sha256$$2b$16$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "a cost of 4 to 15"),
        ("$wp$2y$16$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "a cost of 4 to 15"),
        ("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "m=262144"),
        ("argon2$argon2id$v=19$m=102400,t=99,p=8$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "t=10"),
        ("pbkdf2_sha256$4294967295$seasalt$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc=", "2000000 rounds"),
        ("{PBKDF2}2000001$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAA", "2000000 rounds"),
        ("pbkdf2:sha256:2000001$seasalt$00112233445566778899aabbccddeeff", "2000000 rounds"),
        ("pbkdf2:sha256$seasalt$00112233445566778899aabbccddeeff", "2000000 rounds"),
        (":pbkdf2:sha512:9999999:64:c2FsdA==:AAAAAAAAAAAAAAAAAAAAAA==", "2000000 rounds"),
        ("scrypt:1048576:8:1$seasalt$00112233445566778899aabbccddeeff", "ln at most 17"),
        ("scrypt:32767:8:1$seasalt$00112233445566778899aabbccddeeff", "ln at most 17"),
        ("scrypt$16384$seasalt$8$6$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc=", "p at most 5"),
        ("{scrypt}$ff0801$c2FsdHNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc=", "ln at most 17"),
    ]);
}

proptest! {
    #[test]
    fn reading_never_panics(
        text in "\\PC{0,80}|(pbkdf2_sha256|scrypt|bcrypt_sha256\\$|pbkdf2:sha1:1|:pbkdf2:sha512|\\{ssha\\}|\\{pbkdf2\\}|\\$(P|S|wp\\$2y|s0|fbscrypt|bcrypt-sha256))\\$?[a-zé0-9=,:$+/.]{0,90}|A[AQ][A-Za-z0-9+/]{20,90}",
    ) {
        let _ = read(&text);
    }
}
