//! From chunks of bytes to lines.

/// The longest line, in bytes. It is more than any user needs: the longest field has 2048 characters.
pub const MAX_LINE_BYTES: usize = 16_384;

/// One line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The bytes of the line, without its end.
    Text(Vec<u8>),
    /// The line was longer than [`MAX_LINE_BYTES`], so its bytes were not kept.
    TooLong,
}

/// Collects chunks into lines, keeping at most one line that is not complete yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// Takes a chunk and gives the lines that it completes.
    pub(super) fn push(&mut self, chunk: &[u8], complete: &mut impl Extend<Line>) {
        let mut rest = chunk;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.keep(&rest[..end]);
            complete.extend([self.take()]);
            rest = &rest[end + 1..];
        }
        self.keep(rest);
    }

    /// The last line, if it has no end.
    pub(super) fn finish(&mut self) -> Option<Line> {
        (self.too_long || !self.unfinished.is_empty()).then(|| self.take())
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.too_long = self.too_long || self.unfinished.len() + bytes.len() > MAX_LINE_BYTES;
        if self.too_long {
            self.unfinished.clear();
        } else {
            self.unfinished.extend_from_slice(bytes);
        }
    }

    fn take(&mut self) -> Line {
        let text = std::mem::take(&mut self.unfinished);
        if std::mem::take(&mut self.too_long) { Line::TooLong } else { Line::Text(text) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<Line> {
        let (mut lines, mut complete) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk, &mut complete);
        }
        complete.extend(lines.finish());
        complete
    }

    #[test]
    fn lines_have_a_bound() {
        let fits = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(lines(&[&fits, b"\n"]), [Line::Text(fits.clone())]);
        assert_eq!(lines(&[&fits, b"x\nnext"]), [Line::TooLong, Line::Text(b"next".to_vec())]);
        assert_eq!(lines(&[&fits, b"x"]), [Line::TooLong]);
        assert_eq!(lines(&[&fits, &fits, &fits, b"\n"]), [Line::TooLong]);
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "[a\n]{0,40}", cuts in proptest::collection::vec(0_usize..41, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
            let expected: Vec<Line> = text.lines().map(|line| Line::Text(line.as_bytes().to_vec())).collect();
            prop_assert_eq!(lines(&chunks), expected);
        }
    }
}
