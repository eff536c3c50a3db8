//! Traffic in one line.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssgctl::Result;
use ssgctl::model::{AccountPrice, Hash, ImportState, Manifest, Message, MessageState, TrafficTally};
use ssgctl::store::{AccountDays, Tx};
use ssgctl::traffic::{ImportRun, WritePlan};

use crate::support::fixture::valid;

/// An import of one message, which is charged.
pub fn import_a_message(tx: &mut Tx<'_>, account: &str) -> Result<()> {
    import_message(tx, account, 1)
}

/// An import of the message with a number.
pub fn import_message(tx: &mut Tx<'_>, account: &str, number: u8) -> Result<()> {
    let (charging, day) = (true, 20_000);
    let account_price = AccountPrice { charging, ..tx.account_price(account)?.expect("an account") };
    let manifest = Manifest {
        file: "a.csv".to_owned(),
        sha256: Hash([number; 32]),
        size: 100,
        dialect: "ssgctl".to_owned(),
        options: "{}".to_owned(),
        charging,
    };
    let accounts = vec![AccountDays { account_price, first_day: day, last_day: day }];
    let plan = WritePlan::new(manifest, accounts, BTreeSet::new(), false);
    let message = Message {
        day,
        id: valid(&format!("m{number}")),
        account_id: account_price.account_id,
        second: 0,
        state: MessageState::Delivered,
        destination: valid("+447700900123"),
        parts: 1,
        price: None,
    };
    let batch = plan.batch(vec![message], TrafficTally::default())?;
    let mut import_run = ImportRun::begin(tx, Arc::new(plan))?;
    import_run.take(tx, &batch)?;
    import_run.finish(tx, ImportState::Finished).map(drop)
}
