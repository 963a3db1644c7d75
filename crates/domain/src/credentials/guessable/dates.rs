//! Days and years as people write them.

/// Years that people alive remember or expect.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2049;

/// Whether these eight digits are a day: year, month and day in any of the usual orders.
pub(super) fn is_date(digits: &str) -> bool {
    let Some(numbers) = numbers(digits, &[2, 2, 2, 2]) else { return false };
    let [a, b, c, d] = numbers[..] else { return false };
    let is_year = |century: u32, year: u32| YEARS.contains(&(century * 100 + year));
    (is_year(a, b) && is_day(c, d)) || (is_year(c, d) && (is_day(a, b) || is_day(b, a)))
}

/// Whether these six digits are a day with a year of two digits.
pub(super) fn is_short_date(digits: &str) -> bool {
    let Some(numbers) = numbers(digits, &[2, 2, 2]) else { return false };
    let [a, b, c] = numbers[..] else { return false };
    is_day(b, c) || is_day(a, b) || is_day(b, a)
}

/// Whether these four digits are a year.
pub(super) fn is_year(digits: &str) -> bool {
    numbers(digits, &[4]).is_some_and(|year| YEARS.contains(&year[0]))
}

/// Whether this is a day with separators, such as 1990-01-31, 31.1.1990 or 1990年1月31日.
pub(super) fn is_written_date(text: &str) -> bool {
    // Chinese and Japanese write a word behind each number, the last one too.
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '.', '/', '_', ' ', '年', '月', '日']).collect();
    let [one, two, three] = parts[..] else { return false };
    let pad = |part: &str| if part.len() == 1 { format!("0{part}") } else { part.to_owned() };
    let joined = pad(one) + &pad(two) + &pad(three);
    match joined.len() {
        6 => is_short_date(&joined),
        8 => is_date(&joined),
        _ => false,
    }
}

fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Splits digits into numbers of these widths.
fn numbers(digits: &str, widths: &[usize]) -> Option<Vec<u32>> {
    let fits = digits.len() == widths.iter().sum::<usize>() && digits.bytes().all(|b| b.is_ascii_digit());
    let mut rest = fits.then_some(digits)?;
    let split = widths.iter().map(|width| {
        let (number, after) = rest.split_at_checked(*width)?;
        rest = after;
        number.parse().ok()
    });
    split.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (text, is_one) in [
            ("19900131", true),
            ("31011990", true),
            ("01311990", true),
            ("19901301", false),
            ("18000101", false),
            ("20490101", true),
            ("1990013", false),
        ] {
            assert_eq!(is_date(text), is_one, "{text}");
        }
        assert!(is_short_date("900131") && is_short_date("310190") && !is_short_date("995599"));
        assert!(is_year("1999") && !is_year("1899") && !is_year("99"));
        for (text, is_one) in [
            ("1990-01-31", true),
            ("31.1.1990", true),
            ("1/2/90", true),
            ("1990-01", false),
            ("1990年1月31日", true),
            ("90年01月31", true),
            ("1990年13月31日", false),
            ("1990年1月", false),
        ] {
            assert_eq!(is_written_date(text), is_one, "{text}");
        }
    }
}
