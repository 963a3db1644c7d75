//! Devices in networks, and owners of accounts.

use auth_tests::{
    Address, Caller, Flows as _, Line, OnDevice, PASSWORD, SignedIn, TestApp, TestAppBuilder, unique_phone,
    unique_username,
};
use reqwest::header::HeaderMap;
use serde_json::json;

pub(super) const VERIFY: &str = "/auth/v1/verification/verify";

/// A device in a network, behind the trusted proxy.
#[derive(Clone)]
pub(super) struct At {
    pub(super) device: OnDevice,
    pub(super) network: String,
}

impl Caller for At {
    fn line(&self) -> &Line {
        self.device.line()
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = self.device.headers();
        headers.insert("x-forwarded-for", self.network.parse().expect("a header"));
        headers
    }
}

/// A new device in this network.
pub(super) fn at(app: &TestApp, network: &str) -> At {
    At { device: app.device(), network: network.to_owned() }
}

pub(super) fn behind_a_proxy() -> TestAppBuilder {
    TestApp::builder().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1")
}

/// Somebody who signed up on a device.
pub(super) struct Owner {
    pub(super) device: At,
    pub(super) phone: Address,
    pub(super) name: String,
    pub(super) session: SignedIn,
}

pub(super) async fn owner(app: &TestApp) -> Owner {
    let (device, phone, name) = (at(app, "192.0.2.1"), unique_phone(), unique_username());
    let session = device.sign_up(&phone, json!({ "username": name, "password": PASSWORD })).await;
    Owner { device, phone, name, session }
}
