//! Traffic in one line.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssgctl::Result;
use ssgctl::model::{Hash, ImportState, Manifest, Message, MessageState, Tally, Tariff};
use ssgctl::ops::traffic::{Intake, Plan};
use ssgctl::store::{AccountDays, Tx};

use crate::support::valid;

/// An import of one message. It charges nothing: a charge is an event of its balance besides.
pub fn import_a_message(tx: &mut Tx<'_>, account: &str) -> Result<()> {
    let (charging, day) = (false, 20_000);
    let tariff = Tariff { charging, ..tx.tariff(account)?.expect("an account") };
    let manifest = Manifest {
        file: "a.csv".to_owned(),
        sha256: Hash([7; 32]),
        size: 100,
        dialect: "ssgctl".to_owned(),
        options: "{}".to_owned(),
        charging,
    };
    let accounts = vec![AccountDays { tariff, first_day: day, last_day: day }];
    let plan = Plan::new(manifest, accounts, BTreeSet::new(), false);
    let message = Message {
        day,
        id: valid("m1"),
        account_id: tariff.account_id,
        second: 0,
        state: MessageState::Delivered,
        destination: valid("+447700900123"),
        parts: 1,
        price: None,
    };
    let batch = plan.batch(vec![message], Tally::default())?;
    let mut intake = Intake::begin(tx, Arc::new(plan))?;
    intake.take(tx, &batch)?;
    intake.finish(tx, ImportState::Finished).map(drop)
}
