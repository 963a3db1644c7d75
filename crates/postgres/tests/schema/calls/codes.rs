//! Calls about codes, their messages and proofs.

use auth_contracts::samples::{
    at, pay_with, sample_address_proof, sample_claim, sample_email, sample_external_profile, sample_held_proof,
    sample_origin, sample_phone_number, sample_proof, sample_provider_proof, sample_send_request,
    sample_send_request_by, sample_sudo_proof, start,
};
use auth_ports::{FreePlaces, LatestDue, SendOutcome, TradeProof};

use super::made::{Calls, full};

impl Calls {
    pub(super) async fn send_codes(&mut self) {
        let (origin, address) = (sample_origin(), sample_email());
        for (name, seconds) in [("send a code", 0), ("send a code once more", 120)] {
            let request = sample_send_request_by(&origin, &address, at(seconds));
            self.stores.verifications.request(request).await.expect("works");
            self.made(name);
        }
    }

    pub(super) async fn deliver(&mut self) {
        for _ in 0..4 {
            let request = sample_send_request(&sample_phone_number(), start());
            self.stores.verifications.request(request).await.expect("works");
        }
        self.prepared();
        let claimed = self.stores.messages.claim_due(sample_claim(at(1), at(60))).await.expect("works");
        self.made("take messages that are due");
        let mut claimed = claimed.into_iter().map(|message| message.id);
        self.stores.messages.remove_all(&[claimed.next().expect("a message")]).await.expect("works");
        self.made("remove a message that is delivered");
        self.stores.messages.retry_at(claimed.next().expect("a message"), at(90)).await.expect("works");
        self.made("put a message off");
        self.stores.messages.next_due(FreePlaces::of_each_channel(10)).await.expect("works");
        self.made("ask when the next message is due");
        self.stores.messages.retry_at(claimed.next().expect("a message"), at(900)).await.expect("works");
        self.prepared();
        let latest = LatestDue { codes: at(300), notices: at(300) };
        self.stores.messages.hasten(at(2), latest, 10).await.expect("works");
        self.made("find messages that are due too late");
        self.stores.messages.backlogs().await.expect("works");
        self.made("count the messages that wait");
    }

    pub(super) async fn prove(&mut self) {
        let request = sample_send_request(&sample_email(), start());
        let sent = self.stores.verifications.request(request.clone()).await.expect("works");
        let SendOutcome::Queued(sent) = sent else { panic!("not sent") };
        self.prepared();
        let verifications = self.stores.verifications.clone();
        verifications.count_try(sent.id, &request.client, 5, at(1)).await.expect("works");
        self.made("count a try at a code");
        verifications.return_try(sent.id).await.expect("works");
        self.made("give a try back");
        let proof = sample_address_proof(request.address);
        assert!(verifications.prove(sent.id, proof.clone(), at(2)).await.expect("works"));
        self.made("make the proof of a code");
        assert!(self.stores.proofs.find(&proof.hash).await.expect("works").is_some());
        self.made("look at a proof");
    }

    pub(super) async fn trade_proofs(&mut self) {
        let sample = self.signed_up(full()).await;
        let user = sample.account.id;
        let provider = sample_provider_proof(sample_external_profile());
        self.stores.proofs.create(provider.clone()).await.expect("fresh evidence");
        self.made("make the proof of a third party's token");
        let held = sample_held_proof(user, sample_email());
        self.stores.proofs.create(held.clone()).await.expect("a proof");
        self.prepared();
        let address = sample_email();
        self.stores.proofs.find_held(user, &held.client, &address, start()).await.expect("works");
        self.made("find a proof that a user holds");
        let proof = sample_proof();
        self.stores.proofs.create(proof.clone()).await.expect("a proof");
        self.prepared();
        let mut payment = None;
        pay_with(&mut payment, proof.hash);
        let traded = sample_sudo_proof(&sample.account.session);
        let trade = TradeProof { payment: payment.expect("one"), user, proof: traded, at: at(1) };
        self.stores.proofs.trade(trade).await.expect("traded");
        self.made("trade a proof for one of presence");
    }
}
