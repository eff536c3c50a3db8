//! The ends of the hash chains: reading them, and comparing them with a head that was kept elsewhere.

use rusqlite::OptionalExtension;

use crate::error::Result;
use crate::model::{Chain, ChainEnd, Hash, Head};
use crate::store::{CheckReport, Snapshot};

/// The table of a chain, which has the columns `id` and `hash`.
const fn table(chain: Chain) -> &'static str {
    match chain {
        Chain::Ledger => "entry",
        Chain::Accruals => "accrual",
        Chain::Audit => "event",
        Chain::Receivables => "receivable",
        Chain::Allocations => "allocation",
    }
}

impl Snapshot<'_> {
    /// The ends of the chains. Kept outside the database, they reveal a chain that was cut off or written anew.
    pub fn head(&self) -> Result<Head> {
        let mut ends = [ChainEnd::NONE; Chain::ALL.len()];
        for chain in Chain::ALL {
            ends[chain as usize] = self.end_of(chain)?;
        }
        Ok(Head::new(ends, self.last_entry()?.map(|entry| entry.at)))
    }

    /// The last row of a chain.
    pub(super) fn end_of(&self, chain: Chain) -> Result<ChainEnd> {
        let sql = format!("SELECT id, hash FROM {} ORDER BY id DESC LIMIT 1", table(chain));
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let end = statement.query_row([], |row| Ok(ChainEnd { id: row.get(0)?, hash: row.get(1)? })).optional()?;
        Ok(end.unwrap_or(ChainEnd::NONE))
    }

    /// Checks that each chain still has the row that a head names.
    pub fn check_head(&self, head: &Head, report: &mut CheckReport) {
        for chain in Chain::ALL {
            let Some(end) = head.end(chain) else { continue };
            let row = format!("{} {}", table(chain), end.id);
            match self.hash_in(chain, end.id) {
                Ok(Some(hash)) if hash == end.hash => {}
                Ok(Some(_)) => {
                    let were = if matches!(chain, Chain::Accruals | Chain::Allocations) { "were" } else { "was" };
                    report.add(format!("{row} does not have the expected hash: the {chain} {were} rewritten"));
                }
                Ok(None) => report.add(format!("{row} does not exist: the end of the {chain} was cut off")),
                Err(error) => report.add(format!("{row}: {error}")),
            }
        }
    }

    /// The hash of a row of a chain, if there is one.
    pub(super) fn hash_in(&self, chain: Chain, id: i64) -> Result<Option<Hash>> {
        let sql = format!("SELECT hash FROM {} WHERE id = ?1", table(chain));
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?)
    }
}
