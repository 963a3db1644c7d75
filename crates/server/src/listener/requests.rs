//! The requests in the bytes of one connection: where each ends, and offers to change the protocol, which are ignored
//! (RFC 9110, 7.8).
//!
//! To a request with `Connection: upgrade`, `actix-http` answers `connection: upgrade` and ends the connection, even if
//! the application takes no notice of the offer; after `Upgrade: websocket` it takes the rest of the connection for a
//! body. Its codec keeps the type of the connection as the head gave it, and no answer of the application can make that
//! "keep alive" again. Java's client offers HTTP/2 (`h2c`) with requests by plain HTTP, and loses the answers.
//!
//! Therefore the words are made unreadable as they arrive: the last letter of the option `upgrade`, and that of the
//! protocol `websocket`, become spaces. No byte is added or removed, and nothing else is changed.
//!
//! Whether a request is valid is up to `actix-http`. Where this reading differs from its own, a byte of a body may
//! become a space, or the rest of a request waits until something has been answered; nothing else depends on it.

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
    /// In the size of a chunk, which is this so far.
    Size(u64),
    /// After the size of a chunk, in the same line.
    Extension(u64),
    /// In a chunk, with so many bytes to come before the line ends.
    Chunk(u64),
    /// At the end of a chunk's line.
    ChunkEnd,
    /// Behind the last chunk: in the empty line, or in a line of which something has come.
    Trailer { is_empty: bool },
    /// In a body whose end cannot be known: the next request is recognised by what was answered before.
    Unknown,
}

/// A word that is looked for, and how many of its bytes have come. `None`: another word is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    wanted: &'static [u8],
    seen: Option<usize>,
}

/// Follows the requests in the bytes of one connection, as they come.
#[derive(Debug)]
pub(super) struct Requests {
    part: Part,
    name: [u8; LONGEST_NAME],
    /// The length of the body that the current head announces.
    length: u64,
    is_chunked: bool,
}

impl Requests {
    /// At the beginning of a connection.
    pub(super) fn new() -> Self {
        Self { part: Part::Before, name: [0; LONGEST_NAME], length: 0, is_chunked: false }
    }

    /// Reads what has arrived as far as the end of a request, and makes offers in it unreadable. Returns how many bytes that
    /// is, or `None` if the request goes on behind all of them. `begins` says that everything before has been answered, so
    /// that a request begins here.
    pub(super) fn read(&mut self, begins: bool, bytes: &mut [u8]) -> Option<usize> {
        if begins {
            *self = Self::new();
        }
        let all = bytes.len();
        let mut rest = bytes;
        while let Some((first, others)) = std::mem::take(&mut rest).split_first_mut() {
            let skipped = match &mut self.part {
                Part::Unknown => return None,
                Part::Body(left) | Part::Chunk(left) => {
                    let here = (*left - 1).min(others.len() as u64);
                    *left -= here;
                    here as usize
                }
                _ => 0,
            };
            rest = others.get_mut(skipped..).unwrap_or_default();
            if self.read_byte(first) {
                *self = Self::new();
                return Some(all - rest.len());
            }
        }
        None
    }

    /// Reads a byte, in a body for those skipped before it as well. Returns whether it is the last one of a request.
    fn read_byte(&mut self, byte: &mut u8) -> bool {
        let next = match (self.part, *byte) {
            (Part::Body(1), _) => None,
            (Part::Body(left), _) => Some(Part::Body(left - 1)),
            (Part::Size(_) | Part::Extension(_) | Part::Chunk(_) | Part::ChunkEnd | Part::Trailer { .. }, byte) => {
                self.part.in_chunks(byte)
            }
            (part @ (Part::Before | Part::Name(0)), b'\r') => Some(part),
            (Part::Before, b'\n') => Some(Part::Before),
            (Part::Before, _) => Some(Part::RequestLine),
            (Part::Name(0), b'\n') => self.after_head(),
            (_, b'\n') => Some(Part::Name(0)),
            (Part::Name(count), b':') => Some(self.value(count)),
            (Part::Name(count), letter) => {
                if let Some(place) = self.name.get_mut(count) {
                    *place = letter.to_ascii_lowercase();
                }
                Some(Part::Name(count.saturating_add(1)))
            }
            (Part::Listing(word), _) => Some(Part::Listing(word.read(byte))),
            (Part::Length, digit @ b'0'..=b'9') => {
                self.length = self.length.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
                Some(Part::Length)
            }
            (part, _) => Some(part),
        };
        next.map(|next| self.part = next).is_none()
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

    /// What comes after a head; `None` if the request ends with it.
    fn after_head(&self) -> Option<Part> {
        match (self.is_chunked, self.length) {
            (true, _) => Some(Part::Size(0)),
            (false, 0) => None,
            (false, length) => Some(Part::Body(length)),
        }
    }
}

impl Part {
    /// What comes after this byte of a body in chunks (RFC 9112, 7.1); `None` if the request ends with it.
    fn in_chunks(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size(0) | Self::Extension(0), b'\n') => Self::Trailer { is_empty: true },
            (Self::Size(size) | Self::Extension(size), b'\n') => Self::Chunk(size),
            (Self::Size(size), digit) => match char::from(digit).to_digit(16) {
                Some(digit) => size.checked_mul(16).map_or(Self::Unknown, |size| Self::Size(size + u64::from(digit))),
                None => Self::Extension(size),
            },
            (Self::Chunk(1), _) => Self::ChunkEnd,
            (Self::Chunk(left), _) => Self::Chunk(left - 1),
            (Self::ChunkEnd, b'\n') => Self::Size(0),
            (Self::ChunkEnd, b'\r') => Self::ChunkEnd,
            (Self::ChunkEnd, _) => Self::Unknown,
            (Self::Trailer { is_empty: true }, b'\n') => return None,
            (Self::Trailer { .. }, b'\n') => Self::Trailer { is_empty: true },
            (Self::Trailer { is_empty }, byte) => Self::Trailer { is_empty: is_empty && byte == b'\r' },
            (other, _) => other,
        })
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

    /// The requests as the application reads them, if they arrive in pieces of so many bytes, and at last what belongs to
    /// none that is complete.
    fn requests(bytes: &str, piece: usize) -> Vec<String> {
        let (mut requests, mut bytes) = (Requests::new(), bytes.as_bytes().to_vec());
        let mut read = vec![Vec::new()];
        for (index, mut piece) in bytes.chunks_mut(piece).enumerate() {
            let mut begins = index == 0;
            while let Some(end) = requests.read(std::mem::take(&mut begins), piece) {
                let (one, rest) = piece.split_at_mut(end);
                read.last_mut().expect("one").extend_from_slice(one);
                read.push(Vec::new());
                piece = rest;
            }
            read.last_mut().expect("one").extend_from_slice(piece);
        }
        read.into_iter().map(|one| String::from_utf8(one).expect("text")).collect()
    }

    /// The bytes as the application reads them.
    fn hidden(bytes: &str, piece: usize) -> String {
        requests(bytes, piece).concat()
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
    fn requests_end_where_their_bodies_end() {
        let [get, post, next] = [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\n\r\n\r\n",
            "GET / HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
        ];
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for request in [
            get.to_owned(),
            get.replace("\r\n", "\n"),
            format!("\r\n{get}"),
            post.to_owned(),
            format!("{chunked}0\r\n\r\n"),
            format!("{chunked}4\r\n\r\n\r\n\r\n1b;with=more\r\n{get}\r\n0\r\n\r\n"),
            format!("{chunked}000\r\ntrailer: one\r\n\r\n"),
        ] {
            for piece in [1, 2, 5, 1000] {
                let read = requests(&format!("{request}{request}{next}GET /"), piece);
                assert_eq!(read, [request.as_str(), &request, next, "GET /"], "in pieces of {piece}");
            }
        }
    }

    #[test]
    fn behind_chunks_that_cannot_be_read_the_next_request_is_the_one_after_the_answer() {
        let mut requests = Requests::new();
        let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        for broken in ["1\r\nab\r\n0\r\n\r\n", "ffffffffffffffffff\r\n0\r\n\r\n"] {
            let sent = format!("{head}{broken}GET / HTTP/1.1\r\nconnection: upgrade\r\n\r\n").into_bytes();
            let mut read = sent.clone();
            assert_eq!(requests.read(true, &mut read), None, "{broken:?}");
            assert_eq!(read, sent, "{broken:?}");
        }
        let mut get = *b"GET / HTTP/1.1\r\nconnection: upgrade\r\n\r\n";
        assert_eq!(requests.read(true, &mut get), Some(get.len()));
        assert_eq!(get, *b"GET / HTTP/1.1\r\nconnection: upgrad \r\n\r\n");
    }
}
