//! What messages cost in imports: by their prices, and by those of the runs of `traffic reprice` that cover them.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::HashMap;

use crate::error::Result;
use crate::model::{ImportPrices, Prices, PricesVersion, Repricing};
use crate::store::Snapshot;
use crate::store::sqlite::traffic::reprice::RepricedAccounts;

/// The prices of imports, each read once.
#[derive(Debug, Default)]
pub struct KnownPrices {
    by_import: HashMap<i64, ImportPrices>,
    /// Imports and runs that began between two changes of prices share theirs.
    by_version: HashMap<PricesVersion, Arc<Prices>>,
}

impl KnownPrices {
    /// The prices of an import.
    pub fn of(&mut self, snapshot: &Snapshot<'_>, import_id: i64) -> Result<&ImportPrices> {
        if !self.by_import.contains_key(&import_id) {
            let prices = self.read(snapshot, import_id)?;
            self.by_import.insert(import_id, prices);
        }
        Ok(&self.by_import[&import_id])
    }

    /// The prices of an import that was read already.
    pub fn get(&self, import_id: i64) -> Option<&ImportPrices> {
        self.by_import.get(&import_id)
    }

    /// The prices of all accounts as they were recorded up to a version.
    pub fn plans(&mut self, snapshot: &Snapshot<'_>, version: PricesVersion) -> Result<Arc<Prices>> {
        Ok(match self.by_version.entry(version) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(entry) => Arc::clone(entry.insert(Arc::new(snapshot.prices(version, None)?))),
        })
    }

    fn read(&mut self, snapshot: &Snapshot<'_>, import_id: i64) -> Result<ImportPrices> {
        let (charging, version) = snapshot.prices_version_of(import_id)?;
        let mut prices = ImportPrices { charging, ..ImportPrices::default() };
        if let Some(version) = version {
            prices.plans = self.plans(snapshot, version)?;
        } else {
            let accounts = snapshot.import_accounts(import_id)?.into_iter();
            prices.fixed = accounts.map(|account| (account.account_id, account)).collect();
        }
        for RepricedAccounts { reprice_id, seconds, version, accounts } in snapshot.repricings_of(import_id)? {
            let plans = self.plans(snapshot, version)?;
            prices.repricings.push(Repricing { reprice_id, seconds, accounts, plans });
        }
        Ok(prices)
    }
}

impl Snapshot<'_> {
    /// What messages cost in an import.
    pub fn import_prices(&self, import_id: i64) -> Result<ImportPrices> {
        KnownPrices::default().read(self, import_id)
    }
}
