//! Acme's program: the complete server, and what Acme's teams add to it.

use std::process::ExitCode;

use auth_server::Server;

fn main() -> ExitCode {
    Server::new()
        .with(acme_badge::extension())
        .with(acme_crm::extension())
        .with(acme_employee_number::extension())
        .with(acme_invitation::extension())
        .with(acme_sms_gateway::extension())
        .with(acme_super_app::extension())
        .run()
}
