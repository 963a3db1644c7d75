//! Passing the bot gate.

use auth_domain::captcha::PosedPuzzle;
use auth_domain::clients::ClientId;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::{Network, Origin};
use auth_domain::secret_bytes::SecretBytes;
use serde_json::{Value, json};

use crate::{Caller, TestApp, TestAppBuilder};

/// The server key of services whose images a test reads: 32 bytes that are no sample.
const KEY: [u8; 32] = *b"key of tests that read captchas!";
/// The same in base64.
const KEY_TEXT: &str = "a2V5IG9mIHRlc3RzIHRoYXQgcmVhZCBjYXB0Y2hhcyE=";

impl TestAppBuilder {
    /// Uses a server key that [`CaptchaFlows`] know. The characters of an image follow from the key, and from nothing
    /// that a client gets.
    #[must_use]
    pub fn with_readable_images(self) -> Self {
        self.set("AUTH__SECRETS__SERVER_KEY", KEY_TEXT)
    }
}

/// What people do at the bot gate.
pub trait CaptchaFlows: Caller {
    /// Asks for a puzzle; `None` is what SDKs ask for.
    fn puzzle(&self, kind: Option<&str>) -> impl Future<Output = Value> + Send {
        async move {
            let body =
                kind.map_or_else(|| json!({ "state": "POST:/x", "redirect_uri": "" }), |kind| json!({ "type": kind }));
            self.post("/auth/v1/captcha/data", body).await.ok()
        }
    }

    /// Asks for an image, reads it, and returns the pass. The caller is the default client's, on this machine.
    fn captcha_token(&self, app: &TestApp) -> impl Future<Output = String> + Send {
        async move {
            let puzzle = self.puzzle(None).await;
            let token = puzzle["token"].as_str().expect("a token").to_owned();
            let key = read_image(app, &token);
            let earned = self.post("/auth/v1/captcha/data/verify", json!({ "token": token, "key": key })).await.ok();
            assert_eq!(earned["expires_in"], 10, "{earned}");
            earned["captcha_token"].as_str().expect("a token").to_owned()
        }
    }
}

impl<C: Caller> CaptchaFlows for C {}

/// The characters of the image that came with this token, for the default client on this machine.
///
/// # Panics
/// If the token is none, or the service has another key than that of [`TestAppBuilder::with_readable_images`].
#[must_use]
pub fn read_image(app: &TestApp, token: &str) -> String {
    let key = ServerKey::new(SecretBytes::new(KEY));
    let origin = Origin {
        client: ClientId::parse("default").expect("a client id"),
        client_is_proven: true,
        device: None,
        network: Network::of([127, 0, 0, 1].into()),
        user_agent: None,
        language: None,
        captcha: None,
    };
    let puzzle = PosedPuzzle::open(token, &key, &origin, app.now()).expect("a puzzle of this service");
    puzzle.seed(&key, &origin).characters().iter().collect()
}
