//! The same without PostgreSQL, for demonstrations: another program is another list.

use std::process::ExitCode;

use auth_server::Server;

fn main() -> ExitCode {
    Server::new()
        .with(acme_employee_number::extension())
        .with(acme_store::extension())
        .with(acme_super_app::extension())
        .run()
}
