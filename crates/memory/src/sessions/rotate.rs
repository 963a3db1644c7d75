//! Using refresh tokens.

use auth_domain::sessions::{RotationDecision, decide_rotation};
use auth_ports::{Failure, RotateRequest, Rotation};

use crate::state::{HeldSession, State};

impl State {
    pub(super) fn rotate(&mut self, request: RotateRequest) -> Result<Rotation, Failure> {
        let RotateRequest { user, session, generation, seed, clients, grace, place, now, replay_event } = request;
        let is_it = |held: &&mut HeldSession| {
            let is_theirs = clients.admits(&held.session.origin.client);
            held.session.seed == seed && generation <= held.generation && held.is_live(now) && is_theirs
        };
        let Some(held) = self.session(user, session).filter(is_it) else { return Ok(Rotation::Unknown) };
        let is_same_place = held.rotated_from.as_ref().is_none_or(|from| from.is_same(&place));
        match decide_rotation(held.generation, held.rotated_at, generation, grace, now, is_same_place) {
            RotationDecision::Rotate => {
                held.generation += 1;
                (held.rotated_at, held.rotated_from) = (Some(now), Some(place));
                Ok(succeeded(held))
            }
            RotationDecision::Repeat => Ok(succeeded(held)),
            RotationDecision::RepeatFromNow => {
                held.rotated_at = Some(now);
                Ok(succeeded(held))
            }
            RotationDecision::Replay => {
                self.check_event_id(&replay_event)?;
                if let Some(held) = self.session(user, session) {
                    held.ended_at = Some(now);
                    held.rotated_at = held.rotated_at.min(Some(now));
                }
                self.record_in(session, replay_event);
                Ok(Rotation::Replayed)
            }
        }
    }
}

fn succeeded(held: &HeldSession) -> Rotation {
    Rotation::Succeeded {
        client: held.session.origin.client.clone(),
        scope: held.session.scope,
        method: held.session.method.clone(),
        expires_at: held.session.expires_at,
    }
}
