//! Traffic in one line.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssgctl::Result;
use ssgctl::model::{AccountPrice, Hash, ImportPrices, ImportState, Manifest, Message, MessageState, TrafficTally};
use ssgctl::store::{AccountDays, ImportedAccount, Tx};
use ssgctl::traffic::{ImportRun, WritePlan};

use crate::support::fixture::valid;

/// An account in an import, and what its messages cost there now.
pub fn price_of(tx: &Tx<'_>, account: &str, charging: bool) -> Result<(AccountPrice, ImportPrices)> {
    let ImportedAccount { account_id, customer_id } = tx.account_with_name(account)?.expect("an account");
    let plans = Arc::new(tx.prices(tx.prices_version()?, Some(&[account_id]))?);
    let prices = ImportPrices { charging, plans, ..ImportPrices::default() };
    let unit = prices.unit(account_id, 0).expect("a service");
    Ok((AccountPrice { account_id, customer_id, unit, price: None, charging }, prices))
}

/// An import of one message, which is charged.
pub fn import_a_message(tx: &mut Tx<'_>, account: &str) -> Result<()> {
    import_message(tx, account, 1)
}

/// An import of the message with a number.
pub fn import_message(tx: &mut Tx<'_>, account: &str, number: u8) -> Result<()> {
    let (charging, day) = (true, 20_000);
    let (account_price, prices) = price_of(tx, account, charging)?;
    let manifest = Manifest {
        file: "a.csv".to_owned(),
        sha256: Hash([number; 32]),
        size: 100,
        dialect: "ssgctl".to_owned(),
        options: "{}".to_owned(),
        charging,
    };
    let accounts = vec![AccountDays { account_price, first_day: day, last_day: day }];
    let version = Some(tx.prices_version()?);
    let plan = WritePlan::new(manifest, (accounts, prices, version), BTreeSet::new(), false);
    let message = Message {
        day,
        id: valid(&format!("m{number}")),
        account_id: account_price.account_id,
        second: 0,
        state: MessageState::Delivered,
        destination: valid("+447700900123"),
        parts: 1,
        price: None,
        network: None,
    };
    let batch = plan.batch(vec![message], TrafficTally::default())?;
    let mut import_run = ImportRun::begin(tx, Arc::new(plan))?;
    import_run.take(tx, &batch)?;
    import_run.finish(tx, ImportState::Finished).map(drop)
}
