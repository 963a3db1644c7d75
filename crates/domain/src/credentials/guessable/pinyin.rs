//! Chinese words and names in Latin letters (Hanyu Pinyin without tones).

use std::collections::HashSet;
use std::sync::LazyLock;

/// The syllables of two letters and more: what may follow each beginning.
const SYLLABLES: [(&str, &str); 24] = [
    ("", "ai an ang ao ei en er ou"),
    ("b", "a ai an ang ao ei en eng i ian iao ie in ing o u"),
    ("c", "a ai an ang ao e en eng i ong ou u uan ui un uo"),
    ("ch", "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo"),
    ("d", "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo"),
    ("f", "a an ang ei en eng o ou u"),
    ("g", "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo"),
    ("h", "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo"),
    ("j", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("k", "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo"),
    ("l", "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve"),
    ("m", "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u"),
    ("n", "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong u uan uo v ve"),
    ("p", "a ai an ang ao ei en eng i ian iao ie in ing o ou u"),
    ("q", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("r", "an ang ao e en eng i ong ou u uan ui un uo"),
    ("s", "a ai an ang ao e en eng i ong ou u uan ui un uo"),
    ("sh", "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo"),
    ("t", "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo"),
    ("w", "a ai an ang ei en eng o u"),
    ("x", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("y", "a an ang ao e i in ing o ong ou u uan ue un"),
    ("z", "a ai an ang ao e ei en eng i ong ou u uan ui un uo"),
    ("zh", "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo"),
];

static ALL: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let ends = |(start, ends): &(&str, &'static str)| {
        let start = (*start).to_owned();
        ends.split(' ').map(move |end| format!("{start}{end}"))
    };
    SYLLABLES.iter().flat_map(ends).collect()
});

/// The beginnings of common sentences: I, you, he, not, nothing, really, just.
const STARTERS: [&str; 7] = ["wo", "ni", "ta", "bu", "mei", "zhen", "jiu"];

/// The length of the longest syllable.
const LONGEST: usize = 6;
/// The longest text that is taken to syllables.
const LONGEST_PHRASE: usize = 24;

/// The fewest syllables that a text in lower case consists of, if it does.
fn syllables(text: &str) -> Option<usize> {
    if text.len() > LONGEST_PHRASE || !text.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut fewest: Vec<Option<usize>> = vec![Some(0)];
    for end in 1..=text.len() {
        let last = (end.saturating_sub(LONGEST)..end).filter(|start| ALL.contains(&text[*start..end]));
        let counts = last.filter_map(|start| fewest[start]);
        let best = counts.min().map(|count| count + 1);
        fewest.push(best);
        if fewest.iter().rev().take(LONGEST).all(Option::is_none) {
            return None;
        }
    }
    fewest.pop().flatten()
}

/// The number of syllables of a text in lower case that is a name or a word of up to three, or a sentence of up to five
/// that begins as sentences do.
pub(super) fn phrase(text: &str) -> Option<usize> {
    let most = if STARTERS.iter().any(|starter| text.starts_with(starter)) { 5 } else { 3 };
    syllables(text).filter(|count| (1..=most).contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases() {
        for (text, count, is_one) in [
            ("woaini", Some(3), true),
            ("zhangwei", Some(2), true),
            ("wangyifan", Some(3), true),
            ("woaizhongguo", Some(4), true),
            ("zhongguorenmin", Some(4), false),
            ("zhuangzhuang", Some(2), true),
            ("kzqwpfxa", None, false),
            ("", Some(0), false),
        ] {
            assert_eq!((syllables(text), phrase(text).is_some()), (count, is_one), "{text}");
        }
    }
}
