//! The customers that sent messages in a period.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::report::calendar::Period;
use crate::report::traffic_question::MessageTotals;
use crate::store::{Snapshot, TrafficAccounts, TrafficDetail, TrafficFilter};

/// The IDs of the customers that sent at least one message in a period of whole quarter hours.
pub fn sending_customers(snapshot: &Snapshot<'_>, period: Period) -> Result<HashSet<i64>> {
    let accounts = snapshot.traffic_accounts(&TrafficFilter::default())?;
    let customer_of: HashMap<i64, i64> = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
    let mut sending = HashSet::new();
    for span in period.spans(TrafficDetail::Messages) {
        snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Messages, |sum| {
            if MessageTotals::from(&sum).messages() > 0 {
                sending.extend(customer_of.get(&sum.account_id));
            }
            Ok::<_, Error>(())
        })?;
    }
    Ok(sending)
}
