//! Which addresses may be called.

use std::net::IpAddr;

use auth_outbound::{AddressPolicy, Exceptions, ForbiddenAddress, OutboundError, OutboundHttp, Proxies, Reach};
use rstest::rstest;

use crate::limits::{PATIENT, answer};
use crate::server::Server;

fn reach(reach: Reach) -> AddressPolicy {
    reach.into()
}

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
    assert_eq!(reach(Reach::PublicOnly).parse(address).err(), refused);
}

#[test]
fn development_may_call_plain_http_on_this_machine() {
    assert!(reach(Reach::LoopbackToo).parse("http://127.0.0.1:3000/issuer").is_ok());
    assert!(reach(Reach::LoopbackToo).parse("http://localhost").is_ok());
    assert_eq!(reach(Reach::LoopbackToo).parse("ftp://localhost").err(), Some(ForbiddenAddress::Scheme));
}

#[test]
fn inner_networks_are_called_over_tls_only() {
    assert!(reach(Reach::PrivateToo).parse("https://10.0.0.1/sms").is_ok());
    assert!(reach(Reach::PrivateToo).parse("https://gateway.internal").is_ok());
    assert_eq!(reach(Reach::PrivateToo).parse("http://10.0.0.1/sms").err(), Some(ForbiddenAddress::Scheme));
}

/// Listed: 10.1.0.0/16, fd12::/16, and the host `idp.corp.example`.
fn excepted() -> AddressPolicy {
    let networks = ["10.1.0.0/16", "fd12::/16", "169.254.0.0/16", "fd00::/8", "::ffff:0:0/96", "64:ff9b::/96"];
    let networks = networks.map(|network| network.parse().unwrap()).to_vec();
    AddressPolicy::new(Reach::PublicOnly, Exceptions::new(networks, ["IDP.corp.example.".to_owned()]))
}

#[rstest]
#[case("8.8.8.8", true, true)]
#[case("10.1.2.3", true, true)]
#[case("::ffff:10.1.2.3", true, true)]
#[case("fd12::1", true, true)]
#[case("10.2.0.1", false, true)]
#[case("100.64.0.1", false, true)]
#[case("127.0.0.1", false, false)]
#[case("224.0.0.1", false, false)]
#[case("::1", false, false)]
fn what_the_operator_lists_is_admitted(#[case] ip: IpAddr, #[case] to_all: bool, #[case] to_the_host: bool) {
    let policy = excepted();
    assert_eq!(policy.admits(ip), to_all, "{ip}");
    assert_eq!(policy.admits_as("other.example", ip), to_all, "{ip}");
    assert_eq!(policy.admits_as("idp.CORP.example", ip), to_the_host, "{ip}");
    assert!(!policy.admits_as("a.idp.corp.example", ip) || to_all, "{ip}");
}

/// Wherever clouds hand out credentials, in every spelling, whatever is listed and however far requests reach.
#[rstest]
#[case("169.254.169.254")]
#[case("169.254.170.2")]
#[case("100.100.100.200")]
#[case("168.63.129.16")]
#[case("192.0.0.192")]
#[case("fd00:ec2::254")]
#[case("fd00:ec2::23")]
#[case("fd20:ce::254")]
#[case("fe80::a9fe:a9fe")]
#[case("::ffff:169.254.169.254")]
#[case("::169.254.169.254")]
#[case("64:ff9b::a9fe:a9fe")]
#[case("2002:a9fe:a9fe::1")]
fn metadata_is_never_admitted(#[case] ip: IpAddr) {
    let everything = ["0.0.0.0/0", "::/0"].map(|network| network.parse().unwrap()).to_vec();
    let everything = Exceptions::new(everything, ["idp.corp.example".to_owned()]);
    let everywhere = AddressPolicy::new(Reach::PublicOnly, everything);
    for policy in [excepted(), everywhere, reach(Reach::PrivateToo), reach(Reach::LoopbackToo)] {
        assert!(!policy.admits(ip) && !policy.admits_as("idp.corp.example", ip), "{ip}: {policy:?}");
    }
}

#[test]
fn addresses_that_the_operator_lists_are_called_over_tls_only() {
    let policy = excepted();
    assert!(policy.parse("https://10.1.2.3/realms/x").is_ok());
    assert!(policy.parse("https://[fd12::1]").is_ok());
    assert_eq!(policy.parse("http://10.1.2.3").err(), Some(ForbiddenAddress::Scheme));
    assert_eq!(policy.parse("https://10.2.0.1").err(), Some(ForbiddenAddress::NotPublic));
    for address in ["https://metadata.google.internal", "http://Metadata.Google.Internal.", "http://169.254.169.254"] {
        assert!(reach(Reach::LoopbackToo).parse(address).is_err(), "{address}");
    }
}

fn through(proxy: &Server, policy: impl Into<AddressPolicy>) -> OutboundHttp {
    let url = proxy.url().join("/").ok();
    let proxies = Proxies::new(url.clone(), url, "");
    OutboundHttp::builder(policy).timeouts(PATIENT).proxies(proxies).without_tls().build().unwrap()
}

#[tokio::test]
async fn a_proxy_gets_the_request_and_the_name() {
    let proxy = Server::answering(&answer(200, "{}")).await;
    let http = through(&proxy, Reach::LoopbackToo);
    http.get(&"http://login.invalid/x".parse().unwrap()).send().await.unwrap();
    let here = Server::answering(&answer(200, "{}")).await;
    http.get(&here.url()).send().await.unwrap();
    let [request] = proxy.requests().try_into().unwrap();
    assert!(request.starts_with("GET http://login.invalid/x HTTP/1.1"), "{request}");
}

/// The fake refuses to open a tunnel, so every request fails; what matters is whether it was asked.
#[rstest]
#[case("https://login.invalid", true)]
#[case("https://8.8.8.8", true)]
#[case("https://10.1.2.3", true)]
#[case("https://idp.corp.example", true)]
#[case("https://10.2.0.1", false)]
#[case("https://169.254.169.254", false)]
#[case("https://[fd00:ec2::254]", false)]
#[case("https://metadata.google.internal", false)]
#[case("https://intranet", false)]
#[case("https://vault.internal", false)]
#[case("https://printer.local.", false)]
#[case("https://router.home.arpa", false)]
#[tokio::test]
async fn what_a_proxy_is_asked_for(#[case] address: &str, #[case] asked: bool) {
    let proxy = Server::answering(&answer(403, "")).await;
    let outcome = through(&proxy, excepted()).get(&address.parse().unwrap()).send().await;
    assert_eq!(matches!(outcome, Err(OutboundError::Forbidden(_))), !asked, "{outcome:?}");
    let host = address.strip_prefix("https://").unwrap();
    let asked_for = proxy.requests().iter().any(|request| request.starts_with(&format!("CONNECT {host}:443 ")));
    assert_eq!(asked_for, asked, "{:?}", proxy.requests());
}

/// The resolver lets a proxy's own name pass, wherever it is. Nothing else may use that.
#[tokio::test]
async fn a_proxy_is_no_party() {
    let proxies = Proxies::new("http://proxy.invalid:3128".parse().ok(), None, "proxy.invalid");
    let http = OutboundHttp::builder(Reach::PublicOnly).proxies(proxies).without_tls().build().unwrap();
    let outcome = http.get(&"https://proxy.invalid/".parse().unwrap()).send().await;
    assert!(matches!(outcome, Err(OutboundError::Forbidden(_))), "{outcome:?}");
}
