//! Everything that is wrong with the settings, although reading them stops at the first fault.

use auth_settings::Environment;

use super::report::Report;
use crate::{Configuration, Server, StartFailure, World};

/// More faults than anybody has.
const MOST: usize = 100;

/// Reads the settings again and again, each time without the variable that was found to be wrong, and reports all that
/// were. Returns the configuration that is left, if the rest can be used, so that everything else can be looked at.
pub(crate) fn read_all(server: &Server, environment: Environment, world: &World) -> (Report, Option<Configuration>) {
    let (mut report, mut environment) = (Report::default(), environment);
    for _ in 0..MOST {
        let failure = match server.configure(&environment, world.clone()) {
            Ok(configuration) => return (report, Some(configuration)),
            Err(failure) => failure,
        };
        report.failure("settings", &failure);
        let StartFailure::Settings(error) = &failure else { break };
        let mut changed = false;
        for key in error.keys() {
            if let Some(without) = environment.without(key) {
                (environment, changed) = (without, true);
            }
        }
        if !changed {
            break;
        }
    }
    (report, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (String, bool) {
        let environment = Environment::new(variables.iter().copied());
        let (report, configuration) = read_all(&Server::new(), environment, &World::of_this_machine());
        (report.verdict().err().map(|error| error.to_string()).unwrap_or_default(), configuration.is_some())
    }

    #[test]
    fn all_faults_are_found_and_the_rest_is_still_looked_at() {
        let (said, goes_on) = read(&[
            ("AUTH__HTTP__LISTEN", "nowhere"),
            ("AUTH__NO_SUCH__KEY", "x"),
            ("AUTH__SESSIONS__MAX_PER_USER", "0"),
            ("DATABASE_URL", "postgres://u:p/w@localhost/x"),
        ]);
        for key in ["http.listen (", "no_such", "sessions.max_per_user (", "database.url ("] {
            assert!(said.contains(key), "{key}: {said}");
        }
        assert!(said.lines().count() == 4 && goes_on, "{said}");
        assert!(said.contains("%2F"), "percent-encoding is named: {said}");
        assert_eq!(read(&[]), (String::new(), true));
    }

    #[test]
    fn what_is_missing_cannot_be_left_out() {
        let (said, goes_on) = read(&[("AUTH_PROFILE", "production"), ("AUTH__HTTP__LISTEN", "nowhere")]);
        assert!(said.contains("http.listen") && said.contains("secrets.server_key") && !goes_on, "{said}");
    }
}
