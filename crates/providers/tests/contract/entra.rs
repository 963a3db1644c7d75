//! An issuer of many tenants, as Microsoft Entra is one.

use auth_providers::OidcSettings;
use auth_providers::testing::Person;
use rstest::rstest;

use super::support::{PATIENT, Scene, fault, id_token, refusal};

const OURS: &str = "8a1c3a53-0000-4000-8000-000000000001";
const PARTNERS: &str = "8a1c3a53-0000-4000-8000-000000000002";
const STRANGERS: &str = "8a1c3a53-0000-4000-8000-000000000003";

/// The issuer is that of the tenant in `written`.
fn scene(written: &'static str) -> Scene {
    let change = |settings: &mut OidcSettings| {
        settings.issuer = format!("{}/{written}/v2.0", settings.issuer);
        settings.tenants = [OURS, PARTNERS].map(str::to_owned).into();
    };
    let scene = Scene::with(PATIENT, change);
    scene.fake.serve_tenants();
    scene
}

#[rstest]
#[case("{tenantid}", "common")]
#[case("organizations", "organizations")]
#[tokio::test]
async fn people_of_listed_tenants_sign_in(#[case] written: &'static str, #[case] group: &str) {
    let scene = scene(written);
    for tenant in [OURS, PARTNERS] {
        scene.fake.add_claims(&[("tid", tenant)]);
        assert_eq!(scene.sign_in().await.unwrap().profile.subject, Person::ada().subject);
        let token = scene.fake.id_token(&Person::new(tenant), None);
        assert_eq!(scene.exchange(id_token(token)).await.unwrap().profile.subject, tenant);
    }
    assert_eq!(scene.fake.calls(&format!("/{group}/v2.0/.well-known/openid-configuration")), 1);
}

#[rstest]
#[case(&[("tid", STRANGERS)], "the ID token is of a tenant that may not sign in here")]
#[case(&[], "the ID token is of a tenant that may not sign in here")]
#[case(&[("tid", OURS), ("iss", "https://attacker.example")], "the ID token is from another issuer")]
#[tokio::test]
async fn others_do_not(#[case] claims: &[(&str, &str)], #[case] text: &str) {
    let scene = scene("{tenantid}");
    scene.fake.add_claims(claims);
    assert_eq!(refusal(scene.sign_in().await), text);
}

#[tokio::test]
async fn a_tenant_cannot_speak_for_another() {
    let scene = scene("{tenantid}");
    let of_strangers = scene.fake.issuer().replace("{tenantid}", STRANGERS);
    scene.fake.add_claims(&[("tid", OURS), ("iss", &of_strangers)]);
    assert_eq!(refusal(scene.sign_in().await), "the ID token is from another issuer");
}

#[tokio::test]
async fn without_a_list_there_are_no_tenants() {
    let scene = Scene::with(PATIENT, |settings| settings.issuer.push_str("/organizations/v2.0"));
    scene.fake.serve_tenants();
    scene.fake.add_claims(&[("tid", OURS)]);
    let token = scene.fake.id_token(&Person::ada(), None);
    assert!(fault(scene.exchange(id_token(token)).await).contains("names another issuer"));
}
