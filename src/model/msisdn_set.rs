//! Compact sets of telephone numbers: eight bytes per number, so that a closed user group of a million needs 8 MB.

use std::fmt;

use crate::model::Msisdn;

/// A set of numbers, sorted like their texts.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct MsisdnSet(Vec<Packed>);

/// A number packed into 64 bits: its digits, left-aligned to fifteen places, and then its length in four bits. Packed numbers
/// therefore sort like their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Packed(u64);

impl Packed {
    const PLACES: u32 = 15;

    fn new(number: &Msisdn) -> Self {
        let digits = number.digits();
        // A valid number has 8 to 15 digits, so its length fits into four bits and its digits into fifteen places.
        let length = u32::try_from(digits.len()).unwrap_or(Self::PLACES).min(Self::PLACES);
        let value = digits.bytes().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        Self((value * 10_u64.pow(Self::PLACES - length)) << 4 | u64::from(length))
    }

    fn digits(self) -> u64 {
        let length = u32::try_from(self.0 & 15).unwrap_or(Self::PLACES);
        (self.0 >> 4) / 10_u64.pow(Self::PLACES - length)
    }
}

impl MsisdnSet {
    /// The number of elements.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers in sorted order.
    pub fn iter(&self) -> impl Iterator<Item = Msisdn> {
        self.0.iter().map(|packed| Msisdn::of_digits(packed.digits()))
    }

    /// Whether the set contains a number.
    pub fn contains(&self, number: &Msisdn) -> bool {
        self.0.binary_search(&Packed::new(number)).is_ok()
    }

    /// The set difference: the numbers of this set that the other does not contain.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|packed| other.0.binary_search(packed).is_err()).copied().collect())
    }
}

/// Accepts numbers in any order, with duplicates.
impl FromIterator<Msisdn> for MsisdnSet {
    fn from_iter<I: IntoIterator<Item = Msisdn>>(numbers: I) -> Self {
        let mut packed: Vec<Packed> = numbers.into_iter().map(|number| Packed::new(&number)).collect();
        packed.sort_unstable();
        packed.dedup();
        Self(packed)
    }
}

impl fmt::Debug for MsisdnSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|number| number.to_string())).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = Vec<Msisdn>> {
        prop::collection::vec(
            "\\+(1|44|49|353)[0-9]{7,12}".prop_map(|text| Msisdn::stored(&text).expect("valid")),
            0..200,
        )
    }

    proptest! {
        #[test]
        fn it_behaves_like_a_sorted_set_of_texts(one in numbers(), two in numbers()) {
            let texts: BTreeSet<Msisdn> = one.iter().cloned().collect();
            let others: BTreeSet<Msisdn> = two.iter().cloned().collect();
            let (set, other): (MsisdnSet, MsisdnSet) = (one.into_iter().collect(), two.into_iter().collect());
            prop_assert_eq!(set.len(), texts.len() as u64);
            prop_assert!(set.iter().eq(texts.iter().cloned()));
            prop_assert!(set.without(&other).iter().eq(texts.difference(&others).cloned()));
            prop_assert!(others.iter().all(|number| set.contains(number) == texts.contains(number)));
        }
    }
}
