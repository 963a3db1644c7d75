//! The promises of `RequestDecrypter`: what SDKs encrypt is read, and nothing else.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use auth_ports::{DecryptRefusal, EncryptionKey, Failure, Halt, RequestDecrypter as _};
use auth_tokens::{RequestKey, RequestKeySource, RsaRequestDecrypter};
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

fn decrypter() -> RsaRequestDecrypter {
    RsaRequestDecrypter::new(RequestKeySource::Key(Box::new(RequestKey::generate().unwrap())))
}

fn block(key: &EncryptionKey, text: &str) -> Vec<u8> {
    let der = pem::parse(&key.pem).unwrap();
    let public = Pkcs1PublicEncryptingKey::new(PublicEncryptingKey::from_der(der.contents()).unwrap()).unwrap();
    let mut room = vec![0; public.ciphertext_size()];
    public.encrypt(text.as_bytes(), &mut room).unwrap().to_vec()
}

/// As `encryptLong` of the SDKs does it.
fn encrypt(key: &EncryptionKey, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = match chars.len() {
        ..=245 => vec![text.to_owned()],
        _ => chars.chunks(117).map(|piece| piece.iter().collect()).collect(),
    };
    STANDARD.encode(pieces.iter().map(|piece| block(key, piece)).collect::<Vec<_>>().concat())
}

async fn read(decrypter: &RsaRequestDecrypter, encrypted: &str) -> Result<String, Halt<DecryptRefusal>> {
    let key = decrypter.key().await.unwrap();
    decrypter.decrypt(&key.thumbprint, encrypted).await.map(|text| text.expose_secret().to_owned())
}

#[tokio::test]
async fn what_sdks_encrypt_is_read() {
    let decrypter = decrypter();
    let key = decrypter.key().await.unwrap();
    assert!(key.pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{}", key.pem);
    for text in [String::new(), "{}".into(), "密码".repeat(30), "a".repeat(245), "a".repeat(246), "b".repeat(8 * 117)]
    {
        assert_eq!(read(&decrypter, &encrypt(&key, &text)).await.unwrap(), text);
    }
}

#[tokio::test]
async fn a_number_without_its_leading_zeros_is_read() {
    let decrypter = decrypter();
    let key = decrypter.key().await.unwrap();
    // One block in 256 begins with a zero.
    let short = (0..20_000).map(|_| block(&key, "text")).find(|block| block[0] == 0).unwrap();
    assert_eq!(read(&decrypter, &STANDARD.encode(&short[1..])).await.unwrap(), "text");
}

#[tokio::test]
async fn nothing_else_is_read_and_all_of_it_looks_alike() {
    let decrypter = decrypter();
    let key = decrypter.key().await.unwrap();
    let (good, other) = (block(&key, "text"), RequestKey::generate().unwrap());
    let mut flipped = good.clone();
    flipped[100] ^= 1;
    let mut told = BTreeSet::new();
    for (case, encrypted) in [
        ("nothing", String::new()),
        ("no base64", "not base64!".into()),
        ("zeros", STANDARD.encode([0; 256])),
        ("above the modulus", STANDARD.encode([0xff; 256])),
        ("a flipped bit", STANDARD.encode(&flipped)),
        ("another key's", encrypt(other.public(), "text")),
        ("half a block more", STANDARD.encode([&good[..], &good[..128]].concat())),
        ("a block that is none", STANDARD.encode([&good[..], &flipped[..]].concat())),
        (
            "no text",
            STANDARD.encode({
                let der = pem::parse(&key.pem).unwrap();
                let public =
                    Pkcs1PublicEncryptingKey::new(PublicEncryptingKey::from_der(der.contents()).unwrap()).unwrap();
                public.encrypt(&[0xff; 8], &mut vec![0; 256]).unwrap().to_vec()
            }),
        ),
        ("too many blocks", STANDARD.encode(good.repeat(9))),
        ("far too many", STANDARD.encode(good.repeat(100_000))),
    ] {
        let error = read(&decrypter, &encrypted).await.expect_err(case);
        assert!(matches!(error, Halt::Refused(DecryptRefusal::Unreadable)), "{case}: {error:?}");
        told.insert(error.to_string());
    }
    assert_eq!(told.len(), 1, "{told:?}");
    let elsewhere = decrypter.decrypt(&other.public().thumbprint, &STANDARD.encode(&good)).await;
    assert!(matches!(elsewhere, Err(Halt::Refused(DecryptRefusal::UnknownKey))), "{elsewhere:?}");
}

#[tokio::test]
async fn the_key_is_made_when_it_is_first_asked_for_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.pem");
    let open = || RsaRequestDecrypter::new(RequestKeySource::File(path.clone()));
    let (first, second) = (open(), open());
    assert!(!path.exists());
    let (one, two) = tokio::join!(first.key(), second.key());
    assert_eq!(one.as_ref().unwrap(), two.as_ref().unwrap(), "made at once, and one of them is everybody's");
    assert_eq!(open().key().await.unwrap(), one.unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    std::fs::write(&path, "nonsense").unwrap();
    let error = open().key().await.unwrap_err();
    assert!(matches!(&error, Failure::Internal(cause) if cause.to_string().contains("request.pem")), "{error:?}");
}

#[tokio::test]
async fn beyond_the_queue_it_refuses_at_once() {
    let decrypter = decrypter();
    let key = decrypter.key().await.unwrap();
    let encrypted = encrypt(&key, &"a".repeat(8 * 117));
    let asked = (0..100).map(|_| decrypter.decrypt(&key.thumbprint, &encrypted));
    let outcomes = futures_util::future::join_all(asked).await;
    let refused =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. })))).count();
    assert!((1..=36).contains(&refused), "of 100 at once, 64 find a place: {refused}");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 100 - refused);
}

#[test]
fn other_keys_are_refused_and_none_is_shown() {
    let key = RequestKey::generate().unwrap();
    let pem = key.to_pem().unwrap();
    assert_eq!(RequestKey::from_pem(&pem).unwrap().public(), key.public());
    assert!(!format!("{key:?}").contains("PRIVATE"));
    let ec = auth_tokens::SigningKey::generate(auth_tokens::Algorithm::Es256).unwrap().to_pem();
    for text in ["", "nonsense", &ec, &pem.replace("PRIVATE KEY", "RSA PRIVATE KEY").replace('M', "N")] {
        assert!(RequestKey::from_pem(text).is_err());
    }
}
