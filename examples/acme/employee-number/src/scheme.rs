//! How an employee number is spelled.

use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use auth_domain::messages::Channel;

/// The kind; its name is the request field.
pub const EMPLOYEE_NUMBER: IdentifierKind = IdentifierKind::new("employee_number");
/// The company's messenger, which shows messages on the screen at the employee's desk.
pub const DESK: Channel = Channel::new("desk");

/// Digits in a number.
const DIGITS: usize = 6;

/// `#004217`: no username has a `#`, so a login field tells both apart.
#[derive(Debug, Clone, Copy)]
pub struct EmployeeNumber;

impl IdentifierScheme for EmployeeNumber {
    fn kind(&self) -> IdentifierKind {
        EMPLOYEE_NUMBER
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let digits = raw.strip_prefix('#').filter(|digits| digits.len() == DIGITS);
        match digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(digits) => {
                let number = format!("#{digits}");
                Ok(Identifier::from_parts(EMPLOYEE_NUMBER, number.clone(), number))
            }
            None => Err(IdentifierError { kind: EMPLOYEE_NUMBER, reason: "must be # and six digits".to_owned() }),
        }
    }

    fn channel(&self) -> Option<Channel> {
        Some(DESK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling() {
        for (raw, canonical) in [
            ("#004217", Some("#004217")),
            (" #004217", None),
            ("004217", None),
            ("#4217", None),
            ("#0042170", None),
            ("#00421x", None),
            ("#００４２１７", None),
            ("", None),
        ] {
            let parsed = EmployeeNumber.parse(raw);
            assert_eq!(parsed.as_ref().ok().map(Identifier::canonical), canonical, "{raw:?}");
        }
    }
}
