//! The sign-up and account service.

use std::process::ExitCode;

fn main() -> ExitCode {
    auth_server::Server::new().run()
}
