//! The hash chains of a database, and their ends, which are kept elsewhere as evidence.

use std::fmt;
use std::str::FromStr;

use crate::model::text::Invalid;
use crate::model::word_enum::word_enum;
use crate::model::{Hash, Time};

word_enum! {
    /// The hash chains, in the order in which a head names their ends.
    pub enum Chain {
        Ledger = "ledger",
        Accruals = "accruals" as "accrued charges",
        Audit = "audit" as "audit log",
        Receivables = "receivables" as "ledger of receivables",
        Allocations = "allocations",
    }
}

/// The last row of a chain: its number and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainEnd {
    pub id: i64,
    pub hash: Hash,
}

impl ChainEnd {
    /// Before the first row.
    pub const NONE: Self = Self { id: 0, hash: Hash([0; 32]) };
}

/// The ends of the chains, as `ID:HASH` for each, with colons in between. A chain without rows has the number 0 and a hash of zeros;
/// at the end it is left out, and so it is from heads of versions that did not have the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    ends: Vec<ChainEnd>,
    /// When the last entry of the ledger was posted. The text does not have it.
    pub at: Option<Time>,
}

impl Head {
    /// A head with the ends of all chains, in their order.
    pub fn new(ends: [ChainEnd; Chain::ALL.len()], at: Option<Time>) -> Self {
        let last = ends.iter().rposition(|end| end.id > 0).unwrap_or(0);
        Self { ends: ends[..=last].to_vec(), at }
    }

    /// The end of a chain, unless the chain has no rows or the head does not name it.
    pub fn end(&self, chain: Chain) -> Option<ChainEnd> {
        self.ends.get(chain as usize).copied().filter(|end| end.id > 0)
    }

    /// Whether no chain has rows.
    pub fn is_empty(&self) -> bool {
        self.ends.iter().all(|end| end.id == 0)
    }
}

impl FromStr for Head {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::rule(
                "must be the output of `db head -o name`: a number, a colon and 64 hexadecimal digits, for up to five chains",
            )
        };
        let parts: Vec<&str> = text.trim().split(':').collect();
        let (pairs, []) = parts.as_chunks::<2>() else { return Err(rule()) };
        if !(1..=Chain::ALL.len()).contains(&pairs.len()) {
            return Err(rule());
        }
        let mut ends = Vec::new();
        for [id, hash] in pairs {
            let id = id.parse().ok().filter(|id: &i64| *id >= 0).ok_or_else(rule)?;
            ends.push(ChainEnd { id, hash: hash.parse().map_err(|_| rule())? });
        }
        Ok(Self { ends, at: None })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, ChainEnd { id, hash }) in self.ends.iter().enumerate() {
            let colon = if index > 0 { ":" } else { "" };
            write!(f, "{colon}{id}:{hash}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(id: i64) -> ChainEnd {
        ChainEnd { id, hash: Hash([u8::try_from(id).expect("small"); 32]) }
    }

    #[test]
    fn a_head_names_chains_without_rows_only_before_others() {
        for (ends, pairs) in [
            ([0, 0, 0, 0, 0], 1),
            ([5, 0, 0, 0, 0], 1),
            ([5, 2, 0, 0, 0], 2),
            ([0, 0, 7, 0, 0], 3),
            ([1, 0, 7, 3, 2], 5),
        ] {
            let ends = ends.map(|id| if id > 0 { end(id) } else { ChainEnd::NONE });
            let head = Head::new(ends, None);
            assert_eq!(head.to_string().split(':').count(), 2 * pairs);
            assert_eq!(head.to_string().parse(), Ok(head.clone()));
            for chain in Chain::ALL {
                let expected = ends[chain as usize];
                assert_eq!(head.end(chain), (expected.id > 0).then_some(expected));
            }
            assert_eq!(head.is_empty(), ends.iter().all(|end| end.id == 0));
        }
    }

    #[test]
    fn what_is_no_head_is_refused() {
        let pair = end(1);
        let pair = format!("{}:{}", pair.id, pair.hash);
        for text in ["", "1", "1:xyz", &format!("-{pair}"), &format!("{pair}:1"), &[&*pair; 6].join(":")] {
            assert!(text.parse::<Head>().is_err(), "{text}");
        }
    }
}
