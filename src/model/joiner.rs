//! Zero-width joiners, which the spelling of some languages needs although they are invisible (UAX 31, rules A1, A2 and B).

use icu_properties::props::{CanonicalCombiningClass, GeneralCategory, IndicSyllabicCategory, JoiningType};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// Whether the character at this index is a joiner where one is part of the spelling: between characters that would be joined
/// without it, as in Persian, or after a virama, as in Sinhala and the scripts of India. Elsewhere it only makes two names
/// differ that look the same.
pub(super) fn is_written(text: &str, index: usize) -> bool {
    let Some((before, rest)) = text.split_at_checked(index) else { return false };
    let mut after = rest.chars();
    match after.next() {
        Some(NON_JOINER) => {
            breaks_a_cursive_join(before, after.as_str())
                || follows_a_virama(before) && starts_with_letter(after.as_str())
        }
        Some(JOINER) => {
            let next = after.next();
            follows_a_virama(before) && next.is_none_or(|c| INDIC.get(c) != IndicSyllabicCategory::VowelDependent)
        }
        _ => false,
    }
}

const JOINING: CodePointMapDataBorrowed<'static, JoiningType> = CodePointMapData::<JoiningType>::new();
const COMBINING: CodePointMapDataBorrowed<'static, CanonicalCombiningClass> =
    CodePointMapData::<CanonicalCombiningClass>::new();
const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::<GeneralCategory>::new();
const INDIC: CodePointMapDataBorrowed<'static, IndicSyllabicCategory> =
    CodePointMapData::<IndicSyllabicCategory>::new();

/// Rule A1: a character that joins to the left, and one that joins to the right, with only transparent ones between them.
fn breaks_a_cursive_join(before: &str, after: &str) -> bool {
    let joining = |mut chars: &mut dyn Iterator<Item = char>| {
        (&mut chars).map(|c| JOINING.get(c)).find(|joining| *joining != JoiningType::Transparent)
    };
    let left = joining(&mut before.chars().rev());
    let right = joining(&mut after.chars());
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// Rules A2 and B: a base character and a virama, each perhaps with other combining characters after it.
fn follows_a_virama(before: &str) -> bool {
    let is_mark = |c: &char| {
        let class = COMBINING.get(*c);
        class != CanonicalCombiningClass::NotReordered && class != CanonicalCombiningClass::Virama
    };
    let mut back = before.chars().rev().skip_while(is_mark);
    back.next().is_some_and(|c| COMBINING.get(c) == CanonicalCombiningClass::Virama)
        && back.find(|c| !is_mark(c)).is_some_and(is_letter)
}

fn starts_with_letter(after: &str) -> bool {
    after.chars().next().is_some_and(is_letter)
}

fn is_letter(c: char) -> bool {
    matches!(
        CATEGORY.get(c),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    )
}

/// Whether a character is a joiner.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, NON_JOINER | JOINER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(text: &str) -> bool {
        text.char_indices().filter(|(_, c)| is_joiner(*c)).all(|(index, _)| is_written(text, index))
    }

    #[test]
    fn joiners_are_accepted_where_a_language_needs_them() {
        for text in [
            // Persian: mikhaham, nameyi.
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
            "\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}",
            // Sinhala: Sri.
            "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}",
            // Malayalam, Kannada, Hindi and Bengali with an explicit virama or half form.
            "\u{d26}\u{d43}\u{d15}\u{d4d}\u{200c}\u{d38}",
            "\u{cb0}\u{ccd}\u{200d}\u{caf}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "\u{995}\u{9cd}\u{200c}\u{9b7}",
        ] {
            assert!(is_accepted(text), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn joiners_are_refused_elsewhere() {
        for text in [
            "Ac\u{200c}me",
            "Ac\u{200d}me",
            "\u{200c}\u{62e}",
            "\u{62e}\u{200c}",
            "\u{62e}\u{200c}a",
            "\u{62f}\u{200c}\u{62e}",
            "\u{645}\u{6cc}\u{200c}\u{200c}\u{62e}",
            "\u{645}\u{6cc}\u{200d}\u{62e}",
            "\u{915}\u{200d}\u{937}",
            "\u{94d}\u{200d}\u{937}",
            "\u{915}\u{94d}\u{200d}\u{93f}",
            "\u{915}\u{94d}\u{200c}",
        ] {
            assert!(!is_accepted(text), "{}", text.escape_unicode());
        }
    }
}
