//! National numbering plans (ITU-T E.164): the trunk prefixes of countries and the lengths of their numbers.
//!
//! `data/numbering.tsv` has a row per country, taken from the metadata of libphonenumber 9.0.43 (Apache License 2.0), and is
//! brought up to date from it. A trunk prefix is dialled before a number within its country and is not part of the
//! number; `x` stands for any digit, such as those of a carrier in Brazil. `lengths` are those of fixed and mobile numbers;
//! `other_lengths` are those of free numbers, machines and other services. Countries that share a calling code share a plan.

use std::sync::LazyLock;

use crate::model::Country;

/// The numbering plan of a calling code.
#[derive(Debug, Default)]
pub(super) struct NumberingPlan {
    /// From long to short, so that the first one that fits is the whole prefix.
    trunk_prefixes: Vec<&'static str>,
    /// Bit n is set if fixed or mobile numbers can have n digits.
    usual: u16,
    /// The same for all numbers.
    all: u16,
    /// Whether numbers can begin with zero, as in Italy.
    leading_zero: bool,
}

/// A row of `data/numbering.tsv`.
struct NumberingRow {
    country: &'static str,
    calling_code: &'static str,
    trunk_prefixes: &'static str,
    lengths: u16,
    other_lengths: u16,
    leading_zero: bool,
}

static ROWS: LazyLock<Vec<NumberingRow>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        Some(NumberingRow {
            country: fields.next()?,
            calling_code: fields.next()?,
            trunk_prefixes: fields.next()?,
            lengths: lengths(fields.next()?),
            other_lengths: lengths(fields.next().unwrap_or_default()),
            leading_zero: fields.next().is_some(),
        })
    };
    include_str!("data/numbering.tsv").lines().skip(1).filter_map(row).collect()
});

/// The plan of each calling code, at the index that is its number.
static PLANS: LazyLock<Vec<Option<NumberingPlan>>> = LazyLock::new(|| {
    let mut plans: Vec<Option<NumberingPlan>> = Vec::new();
    plans.resize_with(1000, || None);
    for row in ROWS.iter() {
        let Some(place) = row.calling_code.parse().ok().and_then(|code: usize| plans.get_mut(code)) else { continue };
        let plan = place.get_or_insert_default();
        plan.usual |= row.lengths;
        plan.all |= row.lengths | row.other_lengths;
        plan.leading_zero |= row.leading_zero;
        plan.trunk_prefixes.extend(row.trunk_prefixes.split_whitespace());
        plan.trunk_prefixes.sort_unstable_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        plan.trunk_prefixes.dedup();
    }
    plans
});

/// Parses lengths such as `5-8,10` into a set of bits.
fn lengths(text: &str) -> u16 {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u16>().ok()?..=last.parse().ok()?)
    };
    text.split(',').filter_map(range).flatten().filter(|length| *length < 16).fold(0, |bits, length| bits | 1 << length)
}

/// Which numbers of a plan are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    /// Fixed and mobile numbers.
    Usual,
    All,
}

impl NumberingPlan {
    /// The plan of a calling code, if it is known.
    pub(super) fn of(calling_code: &str) -> Option<&'static Self> {
        PLANS.get(calling_code.parse::<usize>().ok()?)?.as_ref()
    }

    /// Whether the plan has numbers of this form.
    pub(super) fn has(&self, national: &str, kind: NumberKind) -> bool {
        let lengths = if kind == NumberKind::All { self.all } else { self.usual };
        let has_length = national.len() < 16 && lengths >> national.len() & 1 == 1;
        has_length && (self.leading_zero || !national.starts_with('0'))
    }

    /// What follows each trunk prefix with which a dialled number can begin.
    pub(super) fn without_trunk<'a>(&'a self, dialled: &'a str) -> impl Iterator<Item = &'a str> {
        self.trunk_prefixes.iter().filter_map(|prefix| {
            let (start, rest) = dialled.split_at_checked(prefix.len())?;
            let fits = start.bytes().zip(prefix.bytes()).all(|(digit, wanted)| wanted == b'x' || digit == wanted);
            fits.then_some(rest)
        })
    }

    /// Its trunk prefixes without variable digits.
    #[cfg(test)]
    pub(super) fn trunks(&self) -> impl Iterator<Item = &'static str> {
        self.trunk_prefixes.iter().copied().filter(|prefix| !prefix.contains('x'))
    }

    /// The lengths of its numbers in words, such as `9 or 10`.
    pub(super) fn lengths_in_words(&self) -> String {
        let lengths: Vec<String> =
            (0..16).filter(|length| self.all >> length & 1 == 1).map(|length: u16| length.to_string()).collect();
        match lengths.as_slice() {
            [first, _, _, .., last] => format!("{first} to {last}"),
            [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            _ => lengths.concat(),
        }
    }
}

/// The calling code of a country's telephone numbers; `None` if it has none of its own or shared.
pub fn calling_code_of(country: &Country) -> Option<&'static str> {
    ROWS.iter().find(|row| row.country == country.as_str()).map(|row| row.calling_code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calling_code;

    #[test]
    fn every_row_has_a_country_an_assigned_code_and_a_length() {
        for row in ROWS.iter() {
            assert!(row.country == "001" || row.country.parse::<Country>().is_ok(), "{}", row.country);
            assert_eq!(calling_code(row.calling_code), Some(row.calling_code), "{}", row.country);
            assert_ne!(row.lengths, 0, "{}", row.country);
            assert!(row.trunk_prefixes.bytes().all(|b| b.is_ascii_digit() || b" x".contains(&b)), "{}", row.country);
        }
        assert!(ROWS.is_sorted_by_key(|row| (row.country == "001", row.country)));
    }

    #[test]
    fn only_territories_without_telephones_of_their_own_have_no_code() {
        let without: Vec<String> = Country::all()
            .filter(|country| calling_code_of(country).is_none())
            .map(|country| country.to_string())
            .collect();
        assert_eq!(without, ["AQ", "BV", "GS", "HM", "PN", "TF", "UM"]);
    }

    #[test]
    fn lengths_are_words_and_bits() {
        assert_eq!(lengths("5-8,10"), 0b101_1110_0000);
        assert_eq!(lengths(""), 0);
        let words = |code| NumberingPlan::of(code).map(NumberingPlan::lengths_in_words).unwrap_or_default();
        assert_eq!([words("33"), words("44"), words("49")], ["9", "9 or 10", "4 to 13"]);
    }
}
