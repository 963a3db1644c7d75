//! Third parties, and what clients do there.

use auth_providers::testing::{Approval, FakeGitHub, FakeOidc, Person};
use serde_json::json;
use url::form_urlencoded;

use crate::{Caller, unique_number};

/// A fake third party at which a person can sign in.
pub trait ThirdParty: Sync {
    /// The `provider_id` under which the builder registers it.
    const ID: &'static str;

    /// Plays the browser and the person: opens an address and consents.
    fn approve(&self, address: &str, person: &Person) -> Option<Approval>;
}

impl ThirdParty for FakeOidc {
    const ID: &'static str = "acme";

    fn approve(&self, address: &str, person: &Person) -> Option<Approval> {
        Self::approve(self, address, person)
    }
}

impl ThirdParty for FakeGitHub {
    const ID: &'static str = "github";

    fn approve(&self, address: &str, person: &Person) -> Option<Approval> {
        Self::approve(self, address, person)
    }
}

/// A person with an account at a third party that nobody else has.
#[must_use]
pub fn unique_person() -> Person {
    Person::new(&(1_000_000 + unique_number()).to_string())
}

/// The path and query of `GET /auth/v1/provider/uri`.
#[must_use]
pub fn provider_uri(fields: &[(&str, &str)]) -> String {
    format!("/auth/v1/provider/uri?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// The flows through third parties, for every caller.
pub trait ThirdPartyFlows: Caller {
    /// The address to send a browser to.
    fn locate(&self, provider: &str) -> impl Future<Output = String> + Send {
        async move {
            let answer = self.get(&provider_uri(&[("provider_id", provider)])).await.ok();
            answer["uri"].as_str().expect("an address").to_owned()
        }
    }

    /// Signs in there and returns with a code.
    fn fetch_code<P: ThirdParty>(&self, party: &P, person: &Person) -> impl Future<Output = String> + Send {
        async move {
            let address = self.locate(P::ID).await;
            party.approve(&address, person).expect("the third party shows no error page").code
        }
    }

    /// Signs in there and returns with a code, which earns a provider token.
    fn prove_identity<P: ThirdParty>(&self, party: &P, person: &Person) -> impl Future<Output = String> + Send {
        async move {
            let body = json!({ "provider_id": P::ID, "provider_code": self.fetch_code(party, person).await });
            let answer = self.post("/auth/v1/provider/token", body).await.ok();
            answer["provider_token"].as_str().expect("a token").to_owned()
        }
    }
}

impl<C: Caller + ?Sized> ThirdPartyFlows for C {}
