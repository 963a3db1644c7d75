//! Tests: hashes as other programs export them. They were made by the programs and libraries that are named, or by Python's
//! hashlib in their form.

use auth_domain::credentials::PasswordHash;

use super::read;
use crate::formats;
use crate::memory::Memory;

const PHRASE: &str = "correct horse battery staple";

const OF_THE_PHRASE: &[(&str, &str)] = &[
    ("Django", "pbkdf2_sha256$1000$seasalt2024salt$rZ4cl3GoPy1Zegm36FTGjf6NDCO4KPQdRnhywoWJm4o="),
    ("Django", "pbkdf2_sha1$1000$seasalt2024salt$y6diBC2FNsd2gkh2vZfFvDVQrfo="),
    ("Django", "bcrypt_sha256$$2b$04$T551uEhOLci4lE/pu2xdkOd0BzhgsAgiDXKx52nf9W/Dac.Py/Qgi"),
    ("Django", "bcrypt$$2b$04$IYXcsj73CMYsc6KSLR.wY.0KXY1GHq3Go/Ob8F.D7LKD6VTfkWRdy"),
    ("Django", "argon2$argon2id$v=19$m=256,t=2,p=2$c2Vhc2FsdDIwMjRzYWx0$VDxlK7hlCOFbGhH6aWw+q2HbzQITVyThaUDKhcUzRG4"),
    (
        "Django",
        "scrypt$1024$seasalt2024salt$8$5$PNNGdP06JMV1Gukf5ryOO4/dTGJzbOe8J0wBDLG28WxnHX7AXeCV8YY8wTjPigt8MLxcYDFkViEiBaEnNJ8sPg==",
    ),
    ("passlib", "$pbkdf2-sha256$1000$2JtzjnEuJSSEcE4JobQ2pg$Yfe3glMammg8adlkPUyqOTZvupIxgfepQH16E7XXK4s"),
    ("passlib", "$pbkdf2$1000$AqD03vufs5YS4hyD0PqfUw$Wytox4Ox44GrBmT/ud3TD1cUe10"),
    (
        "passlib",
        "$pbkdf2-sha512$1000$fA/BOMd4b43RuncOQWitVQ$bxjfdi1HCHe2167DeY4PBuF4uTVPVaxi5VT3ZIwOMgOOxFozHslTD5PgH818r6iH/F3BUcu0ijhfwpp02atuMg",
    ),
    ("passlib", "$scrypt$ln=10,r=8,p=1$urf2PodQyvkfY8yZc44xBg$vwIWK0LR3bTkN1xn3sel3OgJjS4VhFwDRuDzzfX81Ls"),
    ("passlib", "$bcrypt-sha256$v=2,t=2b,r=4$ZGlVg64srn29hviE..o/5e$YPe2LedNgJyUH3a3SaFT8XffzN1FoPy"),
    ("passlib", "$bcrypt-sha256$2b,4$7VyCk9mRgiSUT7FpLrmkuu$XKSIdYeupd9ZebbYZ4wwXuaNBq9cWE2"),
    ("passlib", "$5$rounds=1000$JQrhWqzrY1RDhiYs$OOxIQdx2b4Tbo4MbdqJi.HRWDUb9Lx6iKMgImzmUu8/"),
    (
        "passlib",
        "$6$rounds=1000$4cmjf6rmyNCQlCTF$/elBlPWPrdXTvaCaUSsR3yEtO7qTlgsgGJkQ30b2E61v3/pBx3kDnFI/.Y6dm945G7F5jQKQVO3XPrys0fk5z0",
    ),
    ("WordPress, phpass", "$P$53H80vHgEwzJQsGWcI31eCjW.tcx1Q."),
    ("phpBB", "$H$5iUbekahnJeZnaVPr.nLqKOYyIma421"),
    ("glibc", "$5$saltsalt$3hGFMknrJ4ZpFPe7XZe397oIMEp7sbvqrcsX/ONJ3i."),
    ("glibc", "$6$saltsalt$CPgxBHZBXfhC6lX1yxpdEsbQfXmg3WXVj8AoVwyNFLfb5AtbfM8k6A8yehv1z6sgzoH/DUIs7YK9hVnGhTjhW/"),
    ("LDAP", "{SSHA}wDl6px/lMqMCKPNUkrvAxSGlY0D9X8tZ"),
    ("LDAP", "{SSHA256}TXpfQVPqA4tLGKtI+NbcKFjg/9aeypCLdNpB8zpGOEnR2rvX+j9HqA=="),
    (
        "LDAP",
        "{SSHA512}TlYKelo2u9/CpDodFhHdX8cfzGHBF1Vs2TpBazRz+Tyh3LiCSESM4pnIjOhL+kb1OPVjkBH4f0d7x7YK8vEzul/rvTdmrLW2",
    ),
    ("LDAP", "{PBKDF2}1000$8PHy8/T19vf4.fr7/P3./w$b1ALU8iwgU5.fFcj2U3.nlZfu20"),
    ("LDAP", "{pbkdf2}1000$MDEyMzQ1Njc4OWFiY2RlZg$wmIXv0mv7iouqkc9CKjRvCX21po"),
    ("LDAP", "{PBKDF2-SHA256}1000$EgJAqJWyVurdGyNESAmh9A$Vbf/7lhoqExvhBOYqPISrxS8riUDElpWZFsl.ITiIDg"),
    (
        "Werkzeug",
        "pbkdf2:sha256:1000$48lqxHQ1nQdK3LAU$e379b8b80cd2bf99e6984a8b30f297ab6589037c9b24a090b9b708c054edcd29",
    ),
    (
        "Werkzeug",
        "pbkdf2:sha512:1000$Ny670jIMoWfFxqiA$ef7e73bb9bbe512b1fe5f3c6d64b98214ba3e490dcad243c5198017c8171b53db1c7564e1511cc9b4e503ffa733bae002992fd97fc454a6660dae40b2caa7021",
    ),
    ("Werkzeug", "pbkdf2:sha1:1000$nG7DM9TYlRUDE3tQ$3dbb05d559019b5d086fb50131e954b7824f77cc"),
    (
        "Werkzeug",
        "scrypt:1024:8:1$9LdPRYV4imR7RGJE$c79133269149d04cabe194245d7d77d68f3c70ad9355211d95d43aa737d577506dd647d6cec2abc7662083b532d7216e5f906c5d95e87874e3881ebe6e126419",
    ),
    ("ASP.NET 3", "AQAAAAAAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWbCYhe/Sa/uKi6qRz0IqNG8JfbWmnGJ7WSpzRYyCYOPSg=="),
    ("ASP.NET 3", "AQAAAAEAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWbKpKrZLKBjWwHgRwf1/YUbQlMwRL7Couw5PliaJEGmUg=="),
    ("ASP.NET 3", "AQAAAAIAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWbltNbah7IMnIYk9yYSv6ZEMTXWCGmjNasMadI2FFejZg=="),
    ("ASP.NET 2", "ADAxMjM0NTY3ODlhYmNkZWbCYhe/Sa/uKi6qRz0IqNG8JfbWmnGJ7WSpzRYyCYOPSg=="),
    ("Atlassian", "{PKCS5S2}MDEyMzQ1Njc4OWFiY2RlZv9JevnqxTZPxHvfDhqJNBSivHEyER7s/DJ1AgyG5/F7"),
    ("Spring", "{scrypt}$a0801$MDEyMzQ1Njc4OWFiY2RlZg==$7AnzIswxwEinpwz+ntydndYfVHPvOACmX9Vvo8hO1qM="),
    ("lambdaworks", "$s0$a0801$MDEyMzQ1Njc4OWFiY2RlZg==$7AnzIswxwEinpwz+ntydndYfVHPvOACmX9Vvo8hO1qM="),
    (
        "better-auth, put together",
        "$scrypt$ln=10,r=16,p=1$MDEyMzQ1Njc4OWFiY2RlZg$CSzt2r/ycvE1kx9FXw7uCuFGT+JSZ/ZKqxttvE5ErYV+lzbtnzJd/YhSTVQNsBX6CMv8HY9TlvwgncS6S3Deaw",
    ),
    ("WordPress", "$wp$2y$04$abcdefghijklmnopqrstuuV0klnHbXcaXKo7A89DBGKqZVoAS9L2u"),
    ("Drupal", "$S$6saltsaltXs/pk1js4pZVDYVira0AXNDmJHe873zEVMkLzCKPqgi"),
    (
        "MediaWiki",
        ":pbkdf2:sha512:1000:64:MDEyMzQ1Njc4OWFiY2RlZg==:5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ==",
    ),
    (
        "Keycloak",
        r#"{"type": "password", "secretData": "{\"value\": \"yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplLYbawB4lwjdPCI3Ns1d3pRT9/+PGa1sFXN8qwjZx9S8g==\", \"salt\": \"MDEyMzQ1Njc4OWFiY2RlZg==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 1000, \"algorithm\": \"pbkdf2-sha256\", \"additionalParameters\": {}}"}"#,
    ),
    (
        "Keycloak",
        r#"{"type": "password", "secretData": "{\"value\": \"wmIXv0mv7iouqkc9CKjRvCX21ppxie1kqc0WMgmDj0o+97VK8UW9s9Quxr8AjR3iqH5sGSrNnbDLUPu+/v6crg==\", \"salt\": \"MDEyMzQ1Njc4OWFiY2RlZg==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 1000, \"algorithm\": \"pbkdf2\", \"additionalParameters\": {}}"}"#,
    ),
    (
        "Keycloak",
        r#"{"type": "password", "secretData": "{\"value\": \"5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ==\", \"salt\": \"MDEyMzQ1Njc4OWFiY2RlZg==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 1000, \"algorithm\": \"pbkdf2-sha512\", \"additionalParameters\": {}}"}"#,
    ),
    (
        "Keycloak",
        r#"{"secretData": "{\"value\": \"6v921DcCh4JgNTUk8Zy5XG6tyoURKEoHlKq0MC/5wLE=\", \"salt\": \"MDEyMzQ1Njc4OWFiY2RlZg==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 2, \"algorithm\": \"argon2\", \"additionalParameters\": {\"hashLength\": [\"32\"], \"memory\": [\"256\"], \"type\": [\"id\"], \"version\": [\"1.3\"], \"parallelism\": [\"1\"]}}"}"#,
    ),
];

fn is_of(hash: &PasswordHash, password: &str) -> bool {
    let stored = formats::read(hash.as_str()).expect("what was read can be checked");
    stored.matches(password.as_bytes(), &mut Memory::default())
}

/// What is stored says by itself what it is, and its cost without the salt.
fn assert_stored_well(exported: &str) -> PasswordHash {
    let hash = read(exported).unwrap_or_else(|reason| panic!("{exported} {reason}"));
    assert_eq!(read(hash.as_str()).as_ref(), Ok(&hash), "what is stored can be imported again");
    assert!(hash.cost().len() < 40 && hash.cost().contains('$'), "{}", hash.cost());
    hash
}

#[test]
fn hashes_of_other_programs_match_their_passwords_only() {
    for (program, exported) in OF_THE_PHRASE {
        let hash = assert_stored_well(exported);
        assert!(is_of(&hash, PHRASE), "{program}: {exported}");
        assert!(!is_of(&hash, "correct horse battery stapler"), "{program}: {exported}");
    }
}

#[test]
fn wrappers_are_taken_off() {
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    let crypt = "$5$saltsalt$3hGFMknrJ4ZpFPe7XZe397oIMEp7sbvqrcsX/ONJ3i.";
    let argon2 = "$argon2id$v=19$m=256,t=2,p=2$c2Vhc2FsdDIwMjRzYWx0$VDxlK7hlCOFbGhH6aWw+q2HbzQITVyThaUDKhcUzRG4";
    for (wrapper, inner) in [
        ("{bcrypt}", bcrypt),
        ("{BLF-CRYPT}", bcrypt),
        ("{CRYPT}", bcrypt),
        ("1|", bcrypt),
        ("bcrypt$", bcrypt),
        ("{crypt}", crypt),
        ("{SHA256-CRYPT}", crypt),
        ("{ARGON2ID}", argon2),
        ("{argon2@SpringSecurity_v5_8}", argon2),
        ("3|", argon2),
        (" ", argon2),
    ] {
        let read = read(&format!("{wrapper}{inner}"));
        assert_eq!(read, Ok(PasswordHash::new(inner.to_owned())), "{wrapper}");
    }
}

/// The rounds of Spring's are not written, and too many for a test without optimisation.
#[test]
fn spring_has_parameters_that_it_does_not_write() {
    for (exported, stored) in [
        (
            "{pbkdf2}30313233343536374e50fd32249389f6312eedb7fa6820e6f3c61f8803fad3f4cf6b16325c48a4f1",
            "$pbkdf2-sha1$i=185000,l=32$MDEyMzQ1Njc$TlD9MiSTifYxLu23+mgg5vPGH4gD+tP0z2sWMlxIpPE",
        ),
        (
            "{pbkdf2@SpringSecurity_v5_8}303132333435363738396162636465661b7dde587e07ce652e09b0e2c4ad3cc75fe745bace00410a53b775d3c827aa98",
            "$pbkdf2-sha256$i=310000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$G33eWH4HzmUuCbDixK08x1/nRbrOAEEKU7d108gnqpg",
        ),
    ] {
        assert_eq!(assert_stored_well(exported).as_str(), stored);
    }
}

/// The example of Firebase's own tool, in both spellings. The project's key is not stored.
#[test]
fn firebase_with_its_key_and_separator() {
    let key = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    let (salt, output) = (
        "42xEC+ixf3L2lw==",
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
    );
    for exported in [
        format!("$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk={key}${salt}${output}"),
        format!("$firescrypt$ln=14,r=8,p=1${salt}${output}$Bw==${key}"),
    ] {
        let hash = assert_stored_well(&exported);
        assert!(!hash.as_str().contains(&key[..20]), "{hash:?}");
        assert!(is_of(&hash, "user1password") && !is_of(&hash, "user2password"), "{exported}");
    }
}
