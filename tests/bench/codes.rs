//! The codes that a server in profile `local` prints.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Failure;

/// How long a printed code is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The newest code of each address, by its digits. Reading goes on until the server ends, so that it can always write.
#[derive(Clone)]
pub(crate) struct Codes(Arc<(Mutex<HashMap<String, String>>, Condvar)>);

impl Codes {
    pub(crate) fn read(out: impl BufRead + Send + 'static) -> Self {
        let codes = Self(Arc::default());
        let printed = codes.clone();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if let Some((address, code)) = parse(&line) {
                    printed.0.0.lock().unwrap_or_else(PoisonError::into_inner).insert(address, code);
                    printed.0.1.notify_all();
                }
            }
        });
        codes
    }

    /// Takes the code that was sent to this phone number, given as digits with its country code.
    pub(crate) fn take(&self, digits: &str) -> Result<String, Failure> {
        let codes = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut codes, _) = self
            .0
            .1
            .wait_timeout_while(codes, PATIENCE, |codes| !codes.contains_key(digits))
            .unwrap_or_else(PoisonError::into_inner);
        codes.remove(digits).ok_or_else(|| format!("no code was sent to {digits}").into())
    }
}

/// The address's digits, and the code.
fn parse(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("message ")?;
    let address = rest.split_once("to=\"")?.1.split_once('"')?.0;
    let code = rest.split_once(" code=")?.1.split(' ').next()?;
    Some((address.chars().filter(char::is_ascii_digit).collect(), code.to_owned()))
}
