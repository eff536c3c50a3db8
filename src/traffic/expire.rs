//! Ends messages that never got a final report, and releases what is reserved for them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{AccountCode, Change, EntityKind, MessageState, Money, Time, Unit, Unrated, day_of_second};
use crate::store::{
    KnownMessage, KnownPrices, Snapshot, StoredMessage, TrafficAccounts, TrafficDetail, TrafficFilter, TrafficSpan, Tx,
};
use crate::traffic::reprice::full_second;
use crate::traffic::totals::SumChanges;

/// The number of messages of a day that are kept in memory.
const AT_ONCE: usize = 250_000;

/// Whose messages to end.
#[derive(Debug, Clone)]
pub enum ExpireAccounts {
    All,
    /// By account code or API ID.
    Customer(String),
    /// By system ID or short name.
    Account(String),
}

/// Which messages to end.
#[derive(Debug, Clone)]
pub struct ExpireRequest {
    /// Only messages that were submitted before this time.
    pub before: Time,
    pub accounts: ExpireAccounts,
}

/// The messages of a balance that were ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredBalance {
    pub customer: AccountCode,
    pub unit: Unit,
    pub messages: u64,
    pub parts: u64,
    /// What was reserved for them.
    pub released: Money,
}

/// Gives the state `expired` to messages that are pending or unknown, in one transaction. A later report as delivered still wins, and
/// charges the message: it is what happened.
///
/// What was charged on submission stays charged.
pub fn expire(tx: &mut Tx<'_>, request: &ExpireRequest) -> Result<Vec<ExpiredBalance>> {
    let filter = match &request.accounts {
        ExpireAccounts::All => TrafficFilter::default(),
        ExpireAccounts::Customer(name) => {
            TrafficFilter { customer_id: Some(tx.customer(name)?.id), ..TrafficFilter::default() }
        }
        ExpireAccounts::Account(name) => {
            TrafficFilter { account_id: Some(tx.smpp_account(name)?.id), ..TrafficFilter::default() }
        }
    };
    let accounts = tx.traffic_accounts(&filter)?.into_iter().map(|account| (account.id, account.customer)).collect();
    let before = full_second(request.before);
    tx.expect_many_steps()?;
    let mut run = Run { before, accounts, prices: KnownPrices::default(), found: BTreeMap::new() };
    for day in open_days(tx, day_of_second(before - 1))? {
        run.day(tx, day)?;
    }
    let balances: Vec<ExpiredBalance> = run.found.into_values().collect();
    if !balances.is_empty() {
        tx.record(&change_of(request, &balances)?)?;
    }
    Ok(balances)
}

/// The days up to one on which some message is pending or unknown.
pub(crate) fn open_days(snapshot: &Snapshot<'_>, last: i32) -> Result<Vec<i32>> {
    let mut open = Vec::new();
    for day in snapshot.days_with_messages(i32::MIN, last)? {
        let (span, mut found) = (TrafficSpan::Days(day..day + 1), 0);
        snapshot.traffic_sums(&span, TrafficAccounts::Together, TrafficDetail::Messages, |sum| {
            let open = MessageState::ALL.into_iter().filter(|state| !state.is_final());
            found += open.map(|state| sum.counts.of(state)).sum::<i64>();
            Ok::<_, Error>(())
        })?;
        if found > 0 {
            open.push(day);
        }
    }
    Ok(open)
}

struct Run {
    /// The first second of messages that stay as they are.
    before: i64,
    /// The accounts, and the account codes of their customers.
    accounts: BTreeMap<i64, AccountCode>,
    prices: KnownPrices,
    /// By customer and unit.
    found: BTreeMap<(AccountCode, Unit), ExpiredBalance>,
}

impl Run {
    /// Ends the messages of a day.
    fn day(&mut self, tx: &mut Tx<'_>, day: i32) -> Result<()> {
        loop {
            let mut open: Vec<StoredMessage> = Vec::new();
            tx.messages((day, day), |message| {
                if open.len() < AT_ONCE && self.ends(&message) {
                    open.push(message);
                }
                Ok::<_, Error>(())
            })?;
            let mut sums = SumChanges::of(2 * open.len());
            for StoredMessage { run, id, account_id, known: before, .. } in &open {
                let after = KnownMessage { state: MessageState::Expired, ..before.clone() };
                let prices = self.prices.of(tx, before.import_id)?;
                sums.add((day, *account_id), before, prices, false)?;
                sums.add((day, *account_id), &after, prices, true)?;
                tx.update_message((day, id, *account_id), *run, &after)?;
                self.count(tx, day, *account_id, before)?;
            }
            sums.packed()?.write(tx)?;
            if open.len() < AT_ONCE {
                return tx.merge_day(day);
            }
        }
    }

    fn ends(&self, message: &StoredMessage) -> bool {
        let known = &message.known;
        !known.state.is_final()
            && self.accounts.contains_key(&message.account_id)
            && known.rated(message.day, message.account_id).second < self.before
    }

    /// Adds a message to the result.
    fn count(&mut self, tx: &Tx<'_>, day: i32, account_id: i64, known: &KnownMessage) -> Result<()> {
        let (prices, message) = (self.prices.of(tx, known.import_id)?, known.rated(day, account_id));
        let reserved = prices.reservation(&message, (known.state, known.charged));
        let unit = match reserved {
            Some((unit, _)) => Ok(unit),
            None => prices.unit(account_id, message.second),
        };
        let unit = unit.map_err(|_: Unrated| Error::Damaged("an import does not have an account of it".to_owned()))?;
        let customer = self.accounts[&account_id].clone();
        let found = self.found.entry((customer.clone(), unit)).or_insert(ExpiredBalance {
            customer,
            unit,
            messages: 0,
            parts: 0,
            released: Money::ZERO,
        });
        found.messages += 1;
        found.parts += u64::from(known.parts);
        found.released = added(found.released, reserved.map_or(Money::ZERO, |(_, amount)| amount))?;
        Ok(())
    }
}

fn added(sum: Money, more: Money) -> Result<Money> {
    sum.checked_add(more).ok_or(Error::Overflow { what: "what is released" })
}

fn change_of(request: &ExpireRequest, balances: &[ExpiredBalance]) -> Result<Change> {
    let mut released: BTreeMap<Unit, Money> = BTreeMap::new();
    for balance in balances.iter().filter(|balance| balance.released != Money::ZERO) {
        let sum = released.entry(balance.unit).or_default();
        *sum = added(*sum, balance.released)?;
    }
    let released: Vec<String> =
        released.into_iter().map(|(unit, sum)| format!("{} {unit}", unit.format(sum))).collect();
    let messages: u64 = balances.iter().map(|balance| balance.messages).sum();
    let change = Change::new(EntityKind::Traffic, "expire", request.before, None);
    let change = match &request.accounts {
        ExpireAccounts::All => change,
        ExpireAccounts::Customer(name) => change.field("customer", (), name.as_str()),
        ExpireAccounts::Account(name) => change.field("account", (), name.as_str()),
    };
    Ok(change.field("messages", (), messages).field("released", (), released.join(", ")))
}
