//! What the server's key has made is recognised after the key was changed, as long as the old one is accepted.

use auth_application::captcha::SolvePuzzleCommand;
use auth_application::kit::KeyedLimits;
use auth_application::provider::{ExchangeCommand, LocateCommand};
use auth_application::verification::VerifyCodeCommand;
use auth_contracts::samples::{SampleAccount, sample_email, sample_external_profile, sample_origin};
use auth_domain::captcha::{Asked, GateMode, GatedCall, Pass, PosedPuzzle, PuzzleAnswer, PuzzleId, PuzzleKind};
use auth_domain::identifier::IdentifierKind;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::{CaptchaToken, Origin};
use auth_domain::secret_bytes::{SecretBytes, SecretHash};
use auth_domain::verifications::VerificationCode;
use auth_ports::{Clock as _, Exchanged, Grant, RateLimiter as _};
use chrono::TimeDelta;

use super::hashes::signing_up;
use crate::verification::send_code::to;
use crate::world::{World, at_once, secret};

/// Looks whether something is still recognised.
type Look = Box<dyn FnOnce(&World) -> bool>;

/// What is made with the first key.
type Make = fn(&mut World) -> Look;

const MADE: &[(&str, Make)] = &[
    ("a code", code),
    ("a refresh token", refresh_token),
    ("a request that has paid", repeated_request),
    ("the name of a device", device_name),
    ("a flow at a third party", flow),
    ("a pass of the bot gate", pass),
    ("a puzzle", puzzle),
    ("a device that is remembered", remembered_device),
    ("what a limit has counted", counted),
];

fn key(byte: u8) -> SecretBytes {
    SecretBytes::new([byte; 32])
}

#[test]
fn what_the_old_key_made_lives_on_while_it_is_accepted() {
    for (what, make) in MADE {
        for (now, accepted, lives) in [(2, Some(1), true), (1, Some(2), true), (2, None, false)] {
            let mut world = World::new();
            world.key.replace(key(1), None);
            let is_recognised = make(&mut world);
            world.key.replace(key(now), accepted.map(key));
            assert_eq!(is_recognised(&world), lives, "{what}: {now} makes, and {accepted:?} is accepted as well");
        }
    }
}

/// The other instance does not yet make anything with the new key and accepts it already.
#[test]
fn instances_that_make_with_different_keys_understand_each_other() {
    for (what, make) in MADE {
        let mut world = World::new();
        world.key.replace(key(2), Some(key(1)));
        let is_recognised = make(&mut world);
        world.key.replace(key(1), Some(key(2)));
        assert!(is_recognised(&world), "{what}");
    }
}

fn code(world: &mut World) -> Look {
    let command = to(IdentifierKind::EMAIL, sample_email().shown());
    let origin = command.origin.clone();
    let id = at_once(world.send_code().run(command)).expect("sent").verification;
    let code = VerificationCode::derive(&world.key, id).expose().to_owned();
    Box::new(move |world| {
        let command = VerifyCodeCommand { verification_id: id.to_string(), code, origin };
        at_once(world.verify_code().run(command)).is_ok()
    })
}

fn refresh_token(world: &mut World) -> Look {
    let ann = world.ann();
    let token = world.sign_in(&ann).refresh_token;
    Box::new(move |world| at_once(world.refresh_session().run(&token, &ann.origin())).is_ok())
}

fn repeated_request(world: &mut World) -> Look {
    let command = signing_up(world, &sample_origin());
    at_once(world.sign_up().run(command.clone())).expect("signed up");
    Box::new(move |world| at_once(world.sign_up().run(command)).is_ok())
}

fn device_name(world: &mut World) -> Look {
    let ann = world.ann();
    let caller = world.caller(&ann);
    let listed = at_once(world.end_sessions().list(&caller)).expect("memory answers");
    let name = listed.into_iter().find_map(|session| session.device).expect("a device");
    Box::new(move |world| at_once(world.end_sessions().on_device(&caller, &name, &ann.origin())).expect("ended") > 0)
}

fn flow(world: &mut World) -> Look {
    let (provider_id, origin) = ("github".to_owned(), sample_origin());
    let command = LocateCommand {
        provider_id: provider_id.clone(),
        redirect_uri: None,
        state: None,
        scope: None,
        other_params: Vec::new(),
        origin: origin.clone(),
    };
    at_once(world.locate_provider().run(command)).unwrap_or_else(|halt| panic!("{halt:?}"));
    world.provider.answer_with(|| {
        Ok(Exchanged { profile: sample_external_profile(), evidence: SecretHash::of(b"the evidence") })
    });
    Box::new(move |world| {
        let code = Some(secret("a-code"));
        let command = ExchangeCommand {
            provider_id,
            code,
            id_token: None,
            nonce: None,
            access_token: None,
            redirect_uri: None,
            origin,
        };
        let is_done = at_once(world.exchange_provider_code().run(command)).is_ok();
        if let (Some(begun), Some(Grant::Code { flow, .. })) =
            (world.provider.flows().first(), world.provider.grants().first())
        {
            assert_eq!((&flow.pkce_verifier, &flow.nonce), (&begun.pkce_verifier, &begun.nonce));
        }
        is_done
    })
}

fn pass(world: &mut World) -> Look {
    world.rules.gate.mode = GateMode::Always;
    let origin = sample_origin();
    let pass = Pass { puzzle: PuzzleId::new([7; 16]), expires_at: world.clock.now() + Pass::LIFE };
    let captcha = Some(CaptchaToken::shown(pass.seal(&world.key, &origin)));
    let origin = Origin { captcha, ..origin };
    Box::new(move |world| at_once(world.gate().pass(&origin, Asked::OnArrival(GatedCall::SendCode))).is_ok())
}

fn puzzle(world: &mut World) -> Look {
    let origin = sample_origin();
    let token = at_once(world.pose_puzzle().run(PuzzleKind::Image, &origin)).expect("posed").token;
    let puzzle = PosedPuzzle::open(&token, &world.key, &origin, world.clock.now()).expect("it lives");
    let answer = PuzzleAnswer::Text(puzzle.seed(&world.key, &origin).characters().iter().collect());
    Box::new(move |world| at_once(world.solve_puzzle().run(SolvePuzzleCommand { token, answer, origin })).is_ok())
}

fn remembered_device(world: &mut World) -> Look {
    let person = world.person(SampleAccount::new().with_email());
    let life = person.session().expires_at - world.clock.now();
    world.clock.advance(life + TimeDelta::days(2));
    assert!(at_once(world.sweep_expired().sweep()).expect("memory answers") > 0);
    Box::new(move |world| at_once(world.known_devices().knows(person.id(), &person.origin())).expect("memory answers"))
}

fn counted(world: &mut World) -> Look {
    fn once(world: &World) -> Admission {
        let limits = KeyedLimits::new(world.ports.limits.clone(), world.key.clone());
        let quota = Quota { burst: 1, per: TimeDelta::hours(1) };
        at_once(limits.admit(LimitKey::new("once", "somebody"), quota, world.clock.now())).expect("memory answers")
    }
    assert_eq!(once(world), Admission::Admitted);
    Box::new(|world| once(world) != Admission::Admitted)
}

#[tokio::test]
async fn while_two_keys_are_accepted_limits_look_like_one() {
    let world = World::new();
    let server = ServerKey::rotating(key(2), Some(key(1)));
    let limits = KeyedLimits::new(world.ports.limits.clone(), server.clone());
    let (now, quota) = (world.clock.now(), |burst| Quota { burst, per: TimeDelta::seconds(60) });
    let named = |name, burst| (LimitKey::new(name, "it"), quota(burst));
    let both = [named("wide", 3), named("narrow", 2)];
    let admitted = limits.admit_all(&both, now).await.expect("memory answers");
    assert_eq!(
        admitted,
        auth_domain::limits::Counted::Admitted(vec![now + TimeDelta::seconds(20), now + TimeDelta::seconds(30)])
    );
    limits.admit_all(&both, now).await.expect("memory answers");
    let refused = limits.admit_all(&both, now).await.expect("memory answers");
    let expected = auth_domain::limits::Counted::Refused { limit: 1, retry_after: TimeDelta::seconds(30) };
    assert_eq!(refused, expected);
    server.replace(key(1), None);
    assert_eq!(limits.admit_all(&both, now).await.expect("memory answers"), expected, "the old key has counted, too");
    server.replace(key(2), Some(key(1)));
    limits.refund(&both).await.expect("memory answers");
    assert!(matches!(limits.admit(both[1].0, both[1].1, now).await, Ok(Admission::Admitted)), "taken back from both");
    limits.forget_all(&[both[0].0, both[1].0]).await.expect("memory answers");
    for alone in [1, 2] {
        server.replace(key(alone), None);
        assert!(
            matches!(limits.admit(both[1].0, both[1].1, now).await, Ok(Admission::Admitted)),
            "{alone} is forgotten"
        );
    }
}
