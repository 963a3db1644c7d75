//! Walks over the keys.

/// The rows of the letters' keys, from the top. Each row is half a key to the right of the one above it.
const ROWS: [&str; 4] = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];
/// What the keys write with shift.
const SHIFTED: [&str; 4] = ["!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"", "ZXCVBNM<>?"];
/// The keys for numbers, and the rows of a telephone.
const PAD: [&str; 4] = ["789", "456", "123", "0"];

/// Where a key is: its row, and its place in it.
type Place = (i8, i8);

fn place(rows: &[&str], c: char) -> Option<Place> {
    rows.iter().zip(0..).find_map(|(row, number)| {
        let place = row.chars().zip(0..).find(|(key, _)| *key == c)?.1;
        Some((number, place))
    })
}

fn key(c: char) -> Option<Place> {
    place(&ROWS, c).or_else(|| place(&SHIFTED, c))
}

fn pad(c: char) -> Option<Place> {
    place(&PAD, c)
}

fn steps(places: &[Place]) -> impl Iterator<Item = Place> + '_ {
    places.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1))
}

/// The steps to the keys that touch a key.
fn is_near(step: Place) -> bool {
    matches!(step, (0, -1 | 1) | (1, -1 | 0) | (-1, 0 | 1))
}

/// The steps to the keys around one, for keys that stand below each other.
fn is_near_on_pad(step: Place) -> bool {
    (-1..=1).contains(&step.0) && (-1..=1).contains(&step.1)
}

fn places(text: &[char], find: fn(char) -> Option<Place>) -> Option<Vec<Place>> {
    text.iter().map(|c| find(*c)).collect()
}

/// Whether each key touches the one before it, and all in one direction.
pub(super) fn is_straight(text: &[char]) -> bool {
    let goes = |find, is_near: fn(Place) -> bool| {
        places(text, find).is_some_and(|places| {
            let mut steps = steps(&places);
            steps.next().is_some_and(|first| first != (0, 0) && is_near(first) && steps.all(|step| step == first))
        })
    };
    goes(key, is_near) || goes(pad, is_near_on_pad)
}

/// Whether each key touches the one before it, and every second step is the same, as up and down between two rows.
pub(super) fn is_zigzag(text: &[char]) -> bool {
    places(text, key).is_some_and(|places| {
        let steps: Vec<Place> = steps(&places).collect();
        steps.iter().all(|step| is_near(*step)) && steps.iter().zip(steps.iter().skip(2)).all(|(one, next)| one == next)
    })
}

/// Whether each key touches the one before it, or is the same.
pub(super) fn is_walk(text: &[char]) -> bool {
    let goes = |find, is_near: fn(Place) -> bool| {
        places(text, find).is_some_and(|places| steps(&places).all(|step| step == (0, 0) || is_near(step)))
    };
    goes(key, is_near) || goes(pad, is_near_on_pad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn walks() {
        for (text, straight, zigzag, walk) in [
            ("qwertyuiop", true, true, true),
            ("lkjhgfdsa", true, true, true),
            ("1qaz", true, true, true),
            ("zaq1", true, true, true),
            ("@WSX", true, true, true),
            ("!@#$%^&*", true, true, true),
            ("1q2w3e4r5t", false, true, true),
            ("qawsedrf", false, true, true),
            ("741", true, false, true),
            ("159", true, false, true),
            ("123698745", false, false, true),
            ("qwertasdf", false, false, false),
            ("kx7Qm2vz", false, false, false),
        ] {
            let text = chars(text);
            let read = (is_straight(&text), is_zigzag(&text), is_walk(&text));
            assert_eq!(read, (straight, zigzag, walk), "{text:?}");
        }
    }
}
