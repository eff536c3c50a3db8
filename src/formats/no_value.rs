//! A quick test for cells without a value, for files with many rows.

use crate::formats::cell_damage::CellDamage;

/// Whether a cell of codes has no value: a word such as `NULL`, or the error of a formula.
#[inline]
pub(crate) fn is_no_value(text: &str) -> bool {
    may_have_none(text.as_bytes())
        && matches!(CellDamage::of_code(text), Some(CellDamage::NoValue | CellDamage::FormulaError))
}

/// Whether a cell begins like one without a value. Nearly all begin otherwise, and several cells of each row are tested.
#[inline]
fn may_have_none(text: &[u8]) -> bool {
    matches!(
        text,
        [b'N' | b'n' | b'u' | b'E' | b'\\' | b'(' | b'[' | b'<' | b'-' | b'#' | b'?' | b'.' | 0xe2, ..]
            | [b'1', b'.', b'#', ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_for_no_value_are_none() {
        for text in [
            "NULL",
            "null",
            "\\N",
            "(null)",
            "[NULL]",
            "<NULL>",
            "NaN",
            "nan",
            "-nan",
            "undefined",
            "1.#QNAN",
            "None",
            "none",
            "(none)",
            "nil",
            "N/A",
            "n/a",
            "-",
            "\u{2014}",
            "?",
            "...",
            "#N/A",
            "#REF!",
            "####",
            "Err:502",
        ] {
            assert!(is_no_value(text), "{text}");
        }
        for text in ["", "0", "1", "NULLS", "no", "sent", "undeliverable", "Nora", "-1", "1.5", "447700900123.0"] {
            assert!(!is_no_value(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_test_misses_no_word(text in "[A-Za-z#<(\\[\\\\?.1-][A-Za-z/!>)\\].#-]{0,5}") {
            let damage = CellDamage::of_code(&text);
            prop_assert!(may_have_none(text.as_bytes()) || damage != Some(CellDamage::NoValue) && damage != Some(CellDamage::FormulaError));
        }
    }
}
