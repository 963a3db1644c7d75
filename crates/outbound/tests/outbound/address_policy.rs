//! Which addresses may be called.

use std::net::IpAddr;

use auth_outbound::{ForbiddenAddress, Reach};
use rstest::rstest;

#[rstest]
#[case("0.0.0.0")]
#[case("10.0.0.1")]
#[case("10.255.255.255")]
#[case("100.64.0.0")]
#[case("100.127.255.255")]
#[case("127.0.0.1")]
#[case("127.255.255.255")]
#[case("169.254.169.254")]
#[case("172.16.0.0")]
#[case("172.31.255.255")]
#[case("192.0.0.8")]
#[case("192.0.2.1")]
#[case("192.88.99.1")]
#[case("192.168.0.1")]
#[case("198.18.0.1")]
#[case("198.19.255.255")]
#[case("198.51.100.1")]
#[case("203.0.113.1")]
#[case("224.0.0.1")]
#[case("239.255.255.255")]
#[case("240.0.0.1")]
#[case("255.255.255.255")]
#[case("::")]
#[case("::1")]
#[case("::127.0.0.1")]
#[case("::ffff:127.0.0.1")]
#[case("::ffff:10.0.0.1")]
#[case("::ffff:8.8.8.8")]
#[case("64:ff9b::a00:1")]
#[case("64:ff9b::a9fe:a9fe")]
#[case("64:ff9b:1::1")]
#[case("100::1")]
#[case("2001::1")]
#[case("2001:db8::1")]
#[case("2002:7f00:1::1")]
#[case("3fff::1")]
#[case("fc00::1")]
#[case("fd12:3456::1")]
#[case("fe80::1")]
#[case("fec0::1")]
#[case("ff02::1")]
fn addresses_off_the_public_internet_are_refused(#[case] ip: IpAddr) {
    assert!(!Reach::PublicOnly.admits(ip), "{ip}");
    assert!(Reach::PrivateToo.admits(ip) && Reach::LoopbackToo.admits(ip), "{ip}");
}

#[rstest]
#[case("1.1.1.1")]
#[case("9.255.255.255")]
#[case("11.0.0.0")]
#[case("100.63.255.255")]
#[case("100.128.0.0")]
#[case("140.82.121.4")]
#[case("172.15.255.255")]
#[case("172.32.0.0")]
#[case("192.167.255.255")]
#[case("198.17.255.255")]
#[case("198.20.0.0")]
#[case("223.255.255.255")]
#[case("2606:50c0:8000::153")]
#[case("2001:4860:4860::8888")]
#[case("2a00:1450:4001:80b::200e")]
#[case("64:ff9b::808:808")]
fn public_addresses_are_admitted(#[case] ip: IpAddr) {
    assert!(Reach::PublicOnly.admits(ip), "{ip}");
}

#[rstest]
#[case("https://login.example", None)]
#[case("https://8.8.8.8:8443/x", None)]
#[case("http://login.example", Some(ForbiddenAddress::Scheme))]
#[case("ftp://login.example", Some(ForbiddenAddress::Scheme))]
#[case("file:///etc/passwd", Some(ForbiddenAddress::Scheme))]
#[case("https://user@login.example", Some(ForbiddenAddress::Credentials))]
#[case("https://user:secret@login.example", Some(ForbiddenAddress::Credentials))]
#[case("https://127.0.0.1", Some(ForbiddenAddress::NotPublic))]
#[case("https://2130706433", Some(ForbiddenAddress::NotPublic))]
#[case("https://0x7f.1", Some(ForbiddenAddress::NotPublic))]
#[case("https://0177.0.0.1", Some(ForbiddenAddress::NotPublic))]
#[case("https://127.0.0.1.", Some(ForbiddenAddress::NotPublic))]
#[case("https://１２７.0.0.1", Some(ForbiddenAddress::NotPublic))]
#[case("https://[::1]", Some(ForbiddenAddress::NotPublic))]
#[case("https://[::ffff:7f00:1]", Some(ForbiddenAddress::NotPublic))]
#[case("login.example", Some(ForbiddenAddress::Malformed))]
#[case("https://", Some(ForbiddenAddress::Malformed))]
fn addresses_are_read_before_they_are_called(#[case] address: &str, #[case] refused: Option<ForbiddenAddress>) {
    assert_eq!(Reach::PublicOnly.parse(address).err(), refused);
}

#[test]
fn development_may_call_plain_http_on_this_machine() {
    assert!(Reach::LoopbackToo.parse("http://127.0.0.1:3000/issuer").is_ok());
    assert!(Reach::LoopbackToo.parse("http://localhost").is_ok());
    assert_eq!(Reach::LoopbackToo.parse("ftp://localhost").err(), Some(ForbiddenAddress::Scheme));
}

#[test]
fn inner_networks_are_called_over_tls_only() {
    assert!(Reach::PrivateToo.parse("https://10.0.0.1/sms").is_ok());
    assert!(Reach::PrivateToo.parse("https://gateway.internal").is_ok());
    assert_eq!(Reach::PrivateToo.parse("http://10.0.0.1/sms").err(), Some(ForbiddenAddress::Scheme));
}
