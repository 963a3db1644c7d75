//! Tables of what a use case does.

mod effects;

use auth_ports::Halt;

use effects::Snapshot;
pub(crate) use effects::{Effects, NOTHING};

use crate::world::{World, at_once};

/// One row: its name, the request (for which it prepares the world), the expected outcome, and the expected changes
/// in the stores.
pub(crate) type Row<C, T, R> = (&'static str, fn(&mut World) -> C, Expected<C, T, R>, Effects);

/// The expected outcome of a request.
pub(crate) enum Expected<C: 'static, T: 'static, R: 'static> {
    /// It succeeds. Effects of the use case beyond those that every row counts are asserted by the function.
    Done(fn(&World, &C, T)),
    /// It is refused for this reason; see [`refused!`].
    Refused(&'static str, fn(&R) -> bool),
    /// Something outside the request failed. When it works again, the same request succeeds.
    Failed,
    /// Something outside the request failed before the request could be refused. When it works again, the same
    /// request is refused.
    Undecided,
}

/// Expects a refusal that matches a pattern: `refused!(SignUpRefusal::Taken(IdentifierKind::EMAIL))`.
macro_rules! refused {
    ($pattern:pat $(if $guard:expr)?) => {
        $crate::table::Expected::Refused(stringify!($pattern $(if $guard)?), |refusal| {
            matches!(refusal, $pattern $(if $guard)?)
        })
    };
}
pub(crate) use refused;

/// Runs every row in a world of its own.
pub(crate) fn check<C: Clone, T, R: std::fmt::Debug>(
    table: &[Row<C, T, R>],
    run: impl AsyncFn(&World, C) -> Result<T, Halt<R>>,
) {
    for (what, given, expected, effects) in table {
        let _named = Named(what);
        let mut world = World::new();
        let request = given(&mut world);
        let before = Snapshot::of(&world);
        match (expected, at_once(run(&world, request.clone()))) {
            (Expected::Done(and), Ok(outcome)) => {
                before.expect(&world, effects);
                and(&world, &request, outcome);
            }
            (Expected::Refused(reason, is_it), Err(Halt::Refused(refusal))) => {
                assert!(is_it(&refusal), "refused as {refusal:?}, not as {reason}");
                before.expect(&world, effects);
            }
            (Expected::Failed | Expected::Undecided, Err(Halt::Failed(_))) => {
                before.expect(&world, effects);
                world.mend();
                match (expected, at_once(run(&world, request))) {
                    (Expected::Failed, Ok(_)) | (Expected::Undecided, Err(Halt::Refused(_))) => {}
                    (_, outcome) => panic!("when the world worked again: {:?}", outcome.map(|_| "done")),
                }
            }
            (expected, Ok(_)) => panic!("it was done, not {}", expected.name()),
            (expected, Err(halt)) => panic!("{halt:?}, not {}", expected.name()),
        }
    }
}

impl<C, T, R> Expected<C, T, R> {
    fn name(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Refused(reason, _) => reason,
            Self::Failed | Self::Undecided => "failed",
        }
    }
}

/// Reports in which row a test failed.
struct Named(&'static str);

impl Drop for Named {
    #[expect(clippy::print_stderr, reason = "a failing test says in which row it failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the row: {}", self.0);
        }
    }
}
