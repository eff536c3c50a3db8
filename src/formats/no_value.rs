//! The words with which databases, programming languages and spreadsheets say that a cell has no value.

/// The words, in lower case.
const WORDS: [&str; 11] = ["null", "\\n", "(null)", "<null>", "#null!", "none", "nil", "nan", "n/a", "#n/a", "na"];

/// The length of the longest word.
const LONGEST: usize = 6;

/// Whether a text is such a word, in any case.
#[inline]
pub(crate) fn is_no_value(text: &str) -> bool {
    // Most cells are longer or begin with a digit; this is called for several cells of each row.
    text.len() <= LONGEST
        && !text.as_bytes().first().is_none_or(u8::is_ascii_digit)
        && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_value_are_known_in_any_case() {
        assert_eq!(WORDS.map(str::len).into_iter().max(), Some(LONGEST));
        for text in ["NULL", "null", "\\N", "(NULL)", "#N/A", "None", "NaN", "nil"] {
            assert!(is_no_value(text), "{text}");
        }
        for text in ["", "0", "1", "NULLS", "no", "sent", "\\"] {
            assert!(!is_no_value(text), "{text}");
        }
    }
}
