//! `GET` and `DELETE /admin/v1/users/{id}/sessions`

use auth_tests::{AccountFlows as _, Caller as _, Operator, PASSWORD, SignedIn, TestApp};

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    let path = format!("/admin/v1/users/{id}/sessions");
    let mut begun = Vec::new();
    for _ in 0..3 {
        let device = app.device();
        app.wait_seconds(1);
        begun.push((SignedIn::by(device.line(), &device.sign_in(&name, PASSWORD).await), device.id().to_owned()));
    }
    let listed = operator.get(&path).await;
    let sessions = listed.ok()["sessions"].as_array().expect("sessions").clone();
    let devices: Vec<&str> = sessions.iter().filter_map(|session| session["device_id"].as_str()).collect();
    let newest_first: Vec<&str> = begun.iter().rev().map(|(_, device)| device.as_str()).collect();
    assert_eq!(devices, newest_first);
    for (session, _) in &begun {
        assert!(!listed.to_string().contains(session.refresh_token()));
    }
    assert_eq!(operator.delete(&path).await.ok()["ended"], 3);
    for (session, _) in &begun {
        session.assert_ended().await;
    }
    assert_eq!(operator.get(&path).await.ok()["sessions"].as_array().map(Vec::len), Some(0));
    assert_eq!(operator.delete(&path).await.ok()["ended"], 0);
    app.device().sign_in(&name, PASSWORD).await.ok();
}
