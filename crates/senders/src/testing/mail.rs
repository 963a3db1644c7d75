//! A mail as a server received it, and its readable parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail as [`FakeSmtp`](super::FakeSmtp) received it. It reads what this crate's sender writes, and is not a
/// general parser.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The address of MAIL FROM.
    pub from: String,
    /// The addresses of RCPT TO.
    pub to: Vec<String>,
    /// Headers and body with dots unstuffed, lines ending in CRLF.
    pub raw: String,
}

impl ReceivedMail {
    /// Returns a header's value, unfolded, as it was sent (RFC 2047 words stay encoded). Names are matched regardless
    /// of case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.raw, name)
    }

    /// Returns the decoded subject, which is empty if there is none.
    #[must_use]
    pub fn subject(&self) -> String {
        decode_words(&self.header("Subject").unwrap_or_default())
    }

    /// Returns the decoded part of type `text/plain`, which is empty if there is none.
    #[must_use]
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// Returns the decoded part of type `text/html`, which is empty if there is none.
    #[must_use]
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// Returns the code: the first six consecutive digits in the text.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let text = self.text();
        text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
    }

    fn part(&self, kind: &str) -> String {
        let content_type = self.header("Content-Type").unwrap_or_default();
        let Some(boundary) = content_type.split("boundary=").nth(1) else { return String::new() };
        let delimiter = format!("--{}", boundary.trim_matches('"'));
        let is_wanted = |part: &&str| header(part, "Content-Type").is_some_and(|value| value.starts_with(kind));
        self.raw.split(&delimiter).skip(1).map(str::trim_start).find(is_wanted).map(decode_part).unwrap_or_default()
    }
}

fn header(text: &str, name: &str) -> Option<String> {
    let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn decode_part(part: &str) -> String {
    let body = part.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let bytes = match header(part, "Content-Transfer-Encoding").unwrap_or_default().as_str() {
        "base64" => decode_base64(body),
        "quoted-printable" => decode_quoted_printable(body),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim_end().to_owned()
}

fn decode_base64(body: &str) -> Vec<u8> {
    let packed: String = body.split_whitespace().collect();
    STANDARD.decode(packed).unwrap_or_default()
}

/// Decodes according to RFC 2045, 6.7.
fn decode_quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut pieces = joined.split('=');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.extend(byte);
        bytes.extend_from_slice(piece.get(2..).unwrap_or_default().as_bytes());
    }
    bytes
}

/// Decodes the `=?utf-8?b?…?=` words of RFC 2047, which may split a character between them.
fn decode_words(value: &str) -> String {
    let mut bytes = Vec::new();
    for word in value.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        match encoded {
            Some(encoded) => bytes.extend(decode_base64(encoded)),
            None if bytes.is_empty() => bytes.extend_from_slice(word.as_bytes()),
            None => bytes.extend(std::iter::once(b' ').chain(word.bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
