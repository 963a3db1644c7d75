//! Trace Context of the W3C, level 1: the header `traceparent`.

use auth_domain::text::hexadecimal;

/// What a caller, or somebody who is called, is told of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceContext {
    pub(crate) trace: [u8; 16],
    pub(crate) span: [u8; 8],
    pub(crate) is_sampled: bool,
}

/// The length of the header in the version that is known.
const LENGTH: usize = 55;

impl TraceContext {
    /// Reads a header. What is malformed counts as absent (3.2.3), and so does an id of nothing but zeros.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let known = header.get(..LENGTH)?;
        let rest = &header[LENGTH..];
        let mut parts = known.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = bytes::<1>(version)?;
        // Later versions may have more to say.
        let fits =
            if version == 0 { rest.is_empty() } else { version != 0xff && (rest.is_empty() || rest.starts_with('-')) };
        let (trace, span, [flags]) = (bytes::<16>(trace)?, bytes::<8>(span)?, bytes::<1>(flags)?);
        let is_valid = fits && parts.next().is_none() && trace != [0; 16] && span != [0; 8];
        is_valid.then_some(Self { trace, span, is_sampled: flags & 1 == 1 })
    }

    /// The header. Its digits must be in lower case.
    pub(crate) fn header(&self) -> String {
        format!("00-{}-{}-{:02x}", hexadecimal(&self.trace), hexadecimal(&self.span), u8::from(self.is_sampled))
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.len() != 2 * N || !text.as_bytes().iter().all(is_hex) {
        return None;
    }
    let mut read = [0; N];
    for (byte, pair) in read.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_written_is_read() {
        let context = TraceContext::parse(HEADER).expect("a header");
        assert!(context.is_sampled);
        assert_eq!(context.header(), HEADER);
        let unsampled = TraceContext::parse(&HEADER.replace("-01", "-00")).expect("a header");
        assert!(!unsampled.is_sampled);
    }

    #[test]
    fn later_versions_are_read_as_far_as_they_are_known() {
        for (header, is_read) in [
            (HEADER.replacen("00", "cc", 1), true),
            (format!("{}-what-comes", HEADER.replacen("00", "cc", 1)), true),
            (format!("{}.what-comes", HEADER.replacen("00", "cc", 1)), false),
            (format!("{HEADER}-more"), false),
            (HEADER.replacen("00", "ff", 1), false),
        ] {
            assert_eq!(TraceContext::parse(&header).is_some(), is_read, "{header}");
        }
    }

    #[test]
    fn what_is_malformed_counts_as_absent() {
        for header in [
            "",
            "00",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-011",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
            "00-ä4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0ä",
        ] {
            assert_eq!(TraceContext::parse(header), None, "{header}");
        }
    }
}
