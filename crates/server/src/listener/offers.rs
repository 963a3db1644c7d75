//! Offers to change the protocol, which are ignored (RFC 9110, 7.8).
//!
//! To a request with `Connection: upgrade`, `actix-http` answers `connection: upgrade` and ends the connection, even if
//! the application takes no notice of the offer; after `Upgrade: websocket` it takes the rest of the connection for a
//! body. Its codec keeps the type of the connection as the head gave it, and no answer of the application can make that
//! "keep alive" again. Java's client offers HTTP/2 (`h2c`) with requests by plain HTTP, and loses the answers.
//!
//! Therefore the words are made unreadable as they arrive: the last letter of the option `upgrade`, and that of the
//! protocol `websocket`, become spaces. No byte is added or removed, and nothing else is changed.

/// The longest name of a header that matters here, in bytes: `transfer-encoding`.
const LONGEST_NAME: usize = 17;

/// Where in a request the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before the first line, where empty lines may come.
    Before,
    /// In the first line.
    RequestLine,
    /// In the name of a header, after so many bytes; beyond [`LONGEST_NAME`] it is none that matters.
    Name(usize),
    /// In the value of `connection` or `upgrade`, where this word is to be made unreadable.
    Listing(Word),
    /// In the value of `content-length`.
    Length,
    /// In another value.
    Value,
    /// In a body, with so many bytes to come.
    Body(u64),
    /// In a body whose end is not known: the next request is recognised by what was answered before.
    Chunks,
}

/// A word that is looked for, and how many of its bytes have come. `None`: another word is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    wanted: &'static [u8],
    seen: Option<usize>,
}

/// Makes offers unreadable in the bytes of one connection, as they come.
#[derive(Debug)]
pub(super) struct Offers {
    part: Part,
    name: [u8; LONGEST_NAME],
    /// The length of the body that the current head announces.
    length: u64,
    is_chunked: bool,
}

impl Offers {
    /// At the beginning of a connection.
    pub(super) fn new() -> Self {
        Self { part: Part::Before, name: [0; LONGEST_NAME], length: 0, is_chunked: false }
    }

    /// Reads what has arrived, and changes it. `begins` says that everything before it has been answered, so that it is the
    /// beginning of a request.
    pub(super) fn hide(&mut self, begins: bool, mut bytes: &mut [u8]) {
        if begins {
            *self = Self::new();
        }
        while let Some((first, rest)) = std::mem::take(&mut bytes).split_first_mut() {
            if let Part::Body(left) = self.part {
                let here = left.min(1 + rest.len() as u64);
                self.part = if left > here { Part::Body(left - here) } else { Part::Before };
                bytes = rest.get_mut(here as usize - 1..).unwrap_or_default();
                continue;
            }
            if self.part == Part::Chunks {
                return;
            }
            self.read(first);
            bytes = rest;
        }
    }

    fn read(&mut self, byte: &mut u8) {
        self.part = match (self.part, *byte) {
            (part @ (Part::Before | Part::Name(0)), b'\r') => part,
            (Part::Before, b'\n') => Part::Before,
            (Part::Before, _) => Part::RequestLine,
            (Part::Name(0), b'\n') => self.after_head(),
            (_, b'\n') => Part::Name(0),
            (Part::Name(count), b':') => self.value(count),
            (Part::Name(count), letter) => {
                if let Some(place) = self.name.get_mut(count) {
                    *place = letter.to_ascii_lowercase();
                }
                Part::Name(count.saturating_add(1))
            }
            (Part::Listing(word), _) => Part::Listing(word.read(byte)),
            (Part::Length, digit @ b'0'..=b'9') => {
                self.length = self.length.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
                Part::Length
            }
            (part, _) => part,
        };
    }

    /// What comes after the name of so many bytes.
    fn value(&mut self, count: usize) -> Part {
        let listing = |wanted| Part::Listing(Word { wanted, seen: Some(0) });
        match self.name.get(..count) {
            Some(b"connection") => listing(b"upgrade"),
            Some(b"upgrade") => listing(b"websocket"),
            Some(b"content-length") => Part::Length,
            Some(b"transfer-encoding") => {
                self.is_chunked = true;
                Part::Value
            }
            _ => Part::Value,
        }
    }

    fn after_head(&mut self) -> Part {
        let length = std::mem::take(&mut self.length);
        match (self.is_chunked, length) {
            (true, _) => Part::Chunks,
            (false, 0) => Part::Before,
            (false, length) => Part::Body(length),
        }
    }
}

impl Word {
    /// Reads a byte, and makes it a space if the word is complete with it.
    fn read(self, byte: &mut u8) -> Self {
        if matches!(byte, b',' | b' ' | b'\t' | b'\r') {
            return Self { seen: Some(0), ..self };
        }
        let seen = self.seen.filter(|seen| self.wanted.get(*seen) == Some(&byte.to_ascii_lowercase()));
        let seen = seen.map(|seen| seen + 1);
        if seen == Some(self.wanted.len()) {
            *byte = b' ';
        }
        Self { seen, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes as the application reads them, if they arrive in pieces of so many.
    fn hidden(bytes: &str, piece: usize) -> String {
        let (mut offers, mut bytes) = (Offers::new(), bytes.as_bytes().to_vec());
        for (index, piece) in bytes.chunks_mut(piece).enumerate() {
            offers.hide(index == 0, piece);
        }
        String::from_utf8(bytes).expect("text")
    }

    fn with(lines: &str) -> String {
        format!("GET /upgrade HTTP/1.1\r\nhost: upgrade\r\n{lines}\r\nx: upgrade\r\n\r\n")
    }

    #[test]
    fn offers_are_made_unreadable_wherever_they_are_cut() {
        for (lines, expected) in [
            ("Connection: Upgrade, HTTP2-Settings", "Connection: Upgrad , HTTP2-Settings"),
            ("connection: keep-alive,upgrade", "connection: keep-alive,upgrad "),
            ("connection:upgrade\r\nCONNECTION: UPGRADE", "connection:upgrad \r\nCONNECTION: UPGRAD "),
            ("connection: close , upgrade", "connection: close , upgrad "),
            ("Upgrade: WebSocket", "Upgrade: WebSocke "),
            ("upgrade: h2c, websocket", "upgrade: h2c, websocke "),
        ] {
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(hidden(&with(lines), piece), with(expected), "{lines} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn nothing_else_is_changed() {
        for lines in [
            "connection: keep-alive",
            "connection: close",
            "connection: not-upgrade, downgrade",
            "upgrade: h2c",
            "upgrade-insecure-requests: upgrade",
            "x-connection: upgrade",
            "transfer-encodings: upgrade",
            "a: connection: upgrade",
        ] {
            for piece in [1, 5, 1000] {
                assert_eq!(hidden(&with(lines), piece), with(lines), "{lines} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_body_is_left_alone_and_the_request_behind_it_is_not() {
        let offer = "connection: upgrade\r\n\r\n";
        let post = |length: usize| format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        let body = format!("GET / HTTP/1.1\r\n{offer}");
        let get = format!("GET / HTTP/1.1\r\n{offer}");
        let expected = format!("GET / HTTP/1.1\r\n{}", offer.replace("upgrade", "upgrad "));
        for piece in [1, 2, 11, 1000] {
            let sent = format!("{}{body}{get}{get}", post(body.len()));
            assert_eq!(hidden(&sent, piece), format!("{}{body}{expected}{expected}", post(body.len())), "{piece}");
            let after_none = format!("{}\r\n{get}", post(0));
            assert_eq!(hidden(&after_none, piece), format!("{}\r\n{expected}", post(0)), "{piece}");
        }
    }

    #[test]
    fn after_chunks_the_next_request_is_the_one_that_comes_after_the_answer() {
        let mut offers = Offers::new();
        let mut chunked = *b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nconnection: upgrade\r\n";
        let (sent, mut get) = (chunked, *b"GET / HTTP/1.1\r\nconnection: upgrade\r\n\r\n");
        offers.hide(true, &mut chunked);
        assert_eq!(chunked, sent);
        offers.hide(true, &mut get);
        assert_eq!(get, *b"GET / HTTP/1.1\r\nconnection: upgrad \r\n\r\n");
    }
}
