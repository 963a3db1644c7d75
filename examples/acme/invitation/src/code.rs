//! How a code is spelled.

use auth_domain::sign_up::Refusal;
use auth_domain::vouchers::{Voucher, VoucherKind};

/// The kind of voucher; its name is the request field.
pub const INVITATION_CODE: VoucherKind = VoucherKind::new("invitation_code");

/// People copy codes from letters: blanks around them do not count, nor does case.
pub(crate) fn voucher(raw: &str) -> Result<Voucher, Refusal> {
    let code = raw.trim().to_ascii_uppercase();
    let is_spelled = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_spelled && (8..=64).contains(&code.len()) {
        return Ok(Voucher::new(INVITATION_CODE, code));
    }
    Err(Refusal::Own("invitation_code must have 8 to 64 letters, digits and hyphens".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling() {
        for (raw, value) in [
            ("WELCOME-2027", Some("WELCOME-2027")),
            (" welcome-2027\n", Some("WELCOME-2027")),
            ("WELCOME", None),
            ("WELCOME 2027", None),
            ("WÉLCOME-2027", None),
            (&"A".repeat(65), None),
        ] {
            assert_eq!(voucher(raw).ok().as_ref().map(Voucher::value), value, "{raw:?}");
        }
    }
}
