//! No code, token, password or full address appears in any log line or error answer.

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    Answer, Caller as _, Flows as _, SignedIn, TestApp, ThirdPartyFlows as _, everything_logged, unique_email,
    unique_person, unique_phone, unique_username,
};
use serde_json::json;

const SIGN_UP: &str = "/auth/v1/signup";
const VERIFY: &str = "/auth/v1/verification/verify";

/// The secrets of one run through everything, and the errors of that run.
#[derive(Default)]
struct Run {
    secrets: Vec<String>,
    codes: Vec<String>,
    refusals: Vec<Answer>,
}

#[tokio::test]
async fn nothing_secret_is_logged_or_returned() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().with_github(&github.base()).start().await;
    let mut run = Run::default();
    run.by_address(&app).await;
    run.by_third_party(&app, &github).await;
    run.while_the_database_fails(&app).await;
    drop(app);

    let logged = everything_logged();
    assert!(logged.contains("/auth/v1/signup") && logged.contains("message.delivered"), "the log is captured");
    for secret in &run.secrets {
        assert!(secret.len() >= 8, "{secret}");
        let lines: Vec<_> = logged.lines().filter(|line| line.contains(secret.as_str())).collect();
        assert!(lines.is_empty(), "{secret} was logged: {lines:#?}");
    }
    for code in &run.codes {
        let lines: Vec<_> = logged.lines().filter(|line| holds_number(line, code)).collect();
        assert!(lines.is_empty(), "the code {code} was logged: {lines:#?}");
    }
    for refusal in &run.refusals {
        assert_ne!(refusal.status, 200, "{refusal}");
        let body = String::from_utf8_lossy(&refusal.body);
        let told = run.secrets.iter().find(|secret| body.contains(secret.as_str()));
        assert_eq!(told, None, "{refusal}");
        let told = run.codes.iter().find(|code| holds_number(&body, code));
        assert_eq!(told, None, "{refusal}");
    }
}

impl Run {
    async fn by_address(&mut self, app: &TestApp) {
        for address in [unique_phone(), unique_email()] {
            let device = app.device();
            let password = format!("Canary-{}-Pässword", unique_username());
            let sent = device.send_code(&address).await;
            self.refusals.push(device.post("/auth/v1/verification", address.with(json!({}))).await);
            self.refusals.push(device.post(VERIFY, sent.wrong()).await);
            let token = device.verify(&sent).await;
            self.refusals.push(device.post(VERIFY, sent.body()).await);
            let body = address.with(json!({ "verification_token": token, "password": password }));
            for (field, value) in [("username", "!"), ("password", "short"), ("provider_token", "nonsense-canary")] {
                let mut refused = body.clone();
                refused[field] = json!(value);
                self.refusals.push(device.post(SIGN_UP, refused).await);
            }
            let user = SignedIn::by(device.line(), &device.post(SIGN_UP, body.clone()).await);
            user.me().await;
            let mut other = body;
            other["password"] = json!("Canary-other-password");
            self.refusals.push(device.post(SIGN_UP, other).await);
            let garbled = app.anonymous().signed_in(&format!("{}x", user.access_token()));
            self.refusals.push(garbled.get("/auth/v1/user/me").await);
            let known = address.with(json!({ "target": "NOT_USER" }));
            self.refusals.push(app.device().post("/auth/v1/verification", known).await);

            self.secrets.extend([
                address.text().to_owned(),
                address.text().replace(' ', ""),
                address.text().replace("+86 ", ""),
            ]);
            self.secrets.extend([password, token, "Canary-other-password".into(), "nonsense-canary".into()]);
            self.secrets.extend([user.access_token().to_owned(), user.refresh_token().to_owned()]);
            self.secrets.extend(user.access_token().split('.').skip(1).map(str::to_owned));
            self.codes.push(sent.code);
        }
    }

    async fn by_third_party(&mut self, app: &TestApp, github: &FakeGitHub) {
        let (device, mut person) = (app.device(), unique_person());
        person.email = Some("canary@third-party.example".into());
        let token = device.prove_identity(github, &person).await;
        device.post(SIGN_UP, json!({ "provider_token": token })).await.ok();
        let made_up = json!({ "provider_id": "github", "provider_code": "canary-code-of-a-third-party" });
        self.refusals.push(device.post("/auth/v1/provider/token", made_up).await);
        let again = json!({ "provider_token": token, "username": "another" });
        self.refusals.push(device.post(SIGN_UP, again).await);
        self.secrets.extend([token, "canary@third-party.example".into(), "canary-code-of-a-third-party".into()]);
        self.secrets.extend([FakeGitHub::CLIENT_SECRET.to_owned(), "gho_1".to_owned() + "x"].into_iter().take(1));
    }

    /// What a database says in an error may quote values.
    async fn while_the_database_fails(&mut self, app: &TestApp) {
        let device = app.device();
        let (phone, late) = (unique_phone(), unique_phone());
        let body = device.sign_up_body(&phone, json!({ "username": "Canary.Username" })).await;
        app.database().execute("ALTER TABLE identifiers ADD CONSTRAINT no_more CHECK (value = '') NOT VALID");
        self.refusals.push(device.post(SIGN_UP, body.clone()).await);
        app.database().execute("ALTER TABLE send_budgets ADD CONSTRAINT no_more CHECK (value = '') NOT VALID");
        self.refusals.push(device.post("/auth/v1/verification", late.with(json!({}))).await);
        for address in [phone, late] {
            self.secrets.extend([address.text().to_owned(), address.text().replace(' ', "")]);
        }
        self.secrets.extend(body["verification_token"].as_str().map(str::to_owned));
    }
}

/// Whether the text contains this number, and not just as part of a longer or fractional one.
fn holds_number(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + number.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
            && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}
