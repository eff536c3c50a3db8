//! Which customers are to be notified of planned changes of a plan's prices, of which changes, and where.
//!
//! A change concerns an SMPP account that has the plan at the time of the change, unless a plan that is asked first has a price
//! for the destination, or the destination costs the account the same as before. Customers see what they pay: where a price is
//! new or withdrawn, the price before or after is that of the rule that decides instead.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Result};
use crate::model::{
    Customer, EmailAddress, Money, Plan, PriceChangeKind, PriceDestination, PriceHistory, PriceRow, SystemId, Time,
    second_of, time_of,
};
use crate::report::plan_at_time::{KnownPart, PlanAtTime, TypicalMessages};
use crate::report::price_steps::price_history;
use crate::report::recent_destinations::{RecentDestinations, recent_destinations};
use crate::report::recipients::billing_recipients;
use crate::store::{ArchiveFilter, PlansOfAccounts, SmppFilter, Snapshot};

/// The planned changes that are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoticeQuestion {
    /// Only changes from this time on.
    pub from: Option<Time>,
    /// Only changes before this time.
    pub until: Option<Time>,
    /// Only this customer.
    pub customer_id: Option<i64>,
    /// Also changes of which customers were notified already.
    pub with_notified: bool,
}

/// The changes of a plan's prices of which a customer is to be notified.
#[derive(Debug, Clone)]
pub struct PriceNotice {
    pub customer: Customer,
    pub plan: Plan,
    /// By time, those of destinations that the customer uses first.
    pub changes: Vec<NoticedChange>,
    /// Its billing contacts, else its invoice emails.
    pub recipients: Vec<EmailAddress>,
}

/// A change of what a customer pays for a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticedChange {
    /// The ID of the price that begins.
    pub price_id: i64,
    pub effective: Time,
    pub destination: PriceDestination,
    /// What a message part cost; `None` if it had no price.
    pub before: Option<Money>,
    /// What it costs then; `None` if messages to the destination are refused.
    pub after: Option<Money>,
    /// Whether the customer sent messages to the destination in the last 30 days.
    pub is_used: bool,
    /// The accounts that it concerns; empty if it concerns all active accounts of the customer.
    pub accounts: Vec<SystemId>,
}

impl NoticedChange {
    /// Whether the customer pays more, or cannot send messages any more.
    pub fn is_rise(&self) -> bool {
        matches!(PriceChangeKind::of(self.before, self.after), PriceChangeKind::Higher | PriceChangeKind::Withdrawn)
    }
}

/// Planned changes of a plan, and the customers whom they may concern. A notice is composed when it is asked for: those of all
/// customers together can be larger than memory.
#[derive(Debug)]
pub struct PlannedNotices {
    plan: Plan,
    question: NoticeQuestion,
    planned: Vec<PlannedPrice>,
    /// Lists of changes, which accounts with the same plans share.
    lists: Vec<Vec<AccountChange>>,
    /// The active accounts of each customer, with the indexes of their lists.
    customers: BTreeMap<i64, Vec<(SystemId, Vec<usize>)>>,
    used: HashMap<i64, RecentDestinations>,
}

impl PlannedNotices {
    /// Finds the changes and the customers.
    pub fn new(snapshot: &Snapshot<'_>, plan: &Plan, question: NoticeQuestion) -> Result<Self> {
        let planned = planned_prices(snapshot, plan, question)?;
        let accounts =
            if planned.is_empty() { BTreeMap::new() } else { active_accounts(snapshot, question.customer_id)? };
        let ids: Vec<i64> = accounts.values().flatten().map(|(id, _)| *id).collect();
        let few = question.customer_id.map(|_| &ids[..]);
        let plans = if ids.is_empty() {
            PlansOfAccounts::default()
        } else {
            snapshot.plans_of_accounts(snapshot.prices_version()?, few)?
        };
        let mut changed = ChangedPrices::new(snapshot, plan, &planned, &plans);
        let (mut customers, mut owners) = (BTreeMap::new(), HashMap::new());
        for (customer_id, accounts) in accounts {
            let mut with_lists = Vec::with_capacity(accounts.len());
            for (account_id, system_id) in accounts {
                with_lists.push((system_id, changed.of_account(account_id)?));
                owners.insert(account_id, customer_id);
            }
            if with_lists.iter().any(|(_, lists)| !lists.is_empty()) {
                customers.insert(customer_id, with_lists);
            }
        }
        let lists = changed.lists;
        owners.retain(|_, customer_id| customers.contains_key(customer_id));
        let used = recent_destinations(snapshot, &owners)?;
        Ok(Self { plan: plan.clone(), question, planned, lists, customers, used })
    }

    /// The IDs of the customers whom changes may concern.
    pub fn customer_ids(&self) -> Vec<i64> {
        self.customers.keys().copied().collect()
    }

    /// The changes of which a customer is to be notified; `None` if there are none.
    pub fn notice(&self, snapshot: &Snapshot<'_>, customer_id: i64) -> Result<Option<PriceNotice>> {
        let Some(accounts) = self.customers.get(&customer_id) else { return Ok(None) };
        let mut by_change: BTreeMap<AccountChange, Vec<&SystemId>> = BTreeMap::new();
        for (system_id, lists) in accounts {
            for change in lists.iter().filter_map(|list| self.lists.get(*list)).flatten() {
                by_change.entry(*change).or_default().push(system_id);
            }
        }
        let used = self.used.get(&customer_id);
        let noticed = |((index, before, after), of): (AccountChange, Vec<&SystemId>)| {
            let PlannedPrice { id, destination, effective } = self.planned.get(index)?;
            Some(NoticedChange {
                price_id: *id,
                effective: *effective,
                destination: destination.clone(),
                before,
                after,
                is_used: used.is_some_and(|used| used.contains(destination)),
                accounts: if of.len() == accounts.len() { Vec::new() } else { of.into_iter().cloned().collect() },
            })
        };
        let mut changes: Vec<NoticedChange> = by_change.into_iter().filter_map(noticed).collect();
        if !self.question.with_notified {
            let notified = snapshot.price_notices(customer_id)?;
            changes.retain(|change| !notified.contains(&change.price_id));
        }
        if changes.is_empty() {
            return Ok(None);
        }
        changes.sort_by(|one, other| {
            let place = |change: &NoticedChange| (change.effective, !change.is_used);
            place(one).cmp(&place(other)).then_with(|| one.destination.cmp(&other.destination))
        });
        let customer = snapshot.customer_of(customer_id)?;
        let recipients = billing_recipients(snapshot, &customer)?;
        Ok(Some(PriceNotice { customer, plan: self.plan.clone(), changes, recipients }))
    }
}

/// A price that begins to count later than now, and differs from the one before.
#[derive(Debug)]
struct PlannedPrice {
    id: i64,
    destination: PriceDestination,
    effective: Time,
}

fn planned_prices(snapshot: &Snapshot<'_>, plan: &Plan, question: NoticeQuestion) -> Result<Vec<PlannedPrice>> {
    let NoticeQuestion { from, until, .. } = question;
    let mut by_destination: BTreeMap<PriceDestination, Vec<PriceRow>> = BTreeMap::new();
    for row in snapshot.price_rows(plan.id, snapshot.prices_version()?)? {
        by_destination.entry(row.destination.clone()).or_default().push(row);
    }
    let now = second_of(Some(snapshot.at()));
    let mut planned = Vec::new();
    for (destination, rows) in by_destination {
        let prices = PriceRow::timeline(rows);
        for second in prices.starts().filter(|second| *second > now) {
            let price_before = prices.at(second - 1).and_then(|row| row.price);
            let Some((row, effective)) = prices.at(second).zip(time_of(second)) else { continue };
            let is_asked = from.is_none_or(|from| effective >= from) && until.is_none_or(|until| effective < until);
            if is_asked && row.price != price_before {
                planned.push(PlannedPrice { id: row.id, destination: destination.clone(), effective });
            }
        }
    }
    Ok(planned)
}

/// The active accounts of each active customer, or of one.
fn active_accounts(snapshot: &Snapshot<'_>, customer_id: Option<i64>) -> Result<BTreeMap<i64, Vec<(i64, SystemId)>>> {
    let filter = SmppFilter { customer_id, archive_filter: ArchiveFilter::Active, ..SmppFilter::default() };
    let mut accounts: BTreeMap<i64, Vec<(i64, SystemId)>> = BTreeMap::new();
    snapshot.smpp_accounts(&filter, |account| {
        accounts.entry(account.customer_id).or_default().push((account.id, account.system_id));
        Ok::<_, Error>(())
    })?;
    Ok(accounts)
}

/// What an account pays before and after planned prices: the index of the planned price, and both prices.
type AccountChange = (usize, Option<Money>, Option<Money>);

/// Compares prices before and after planned changes. Accounts with the same plans are compared once.
struct ChangedPrices<'a> {
    snapshot: &'a Snapshot<'a>,
    plan: &'a Plan,
    planned: &'a [PlannedPrice],
    plans: &'a PlansOfAccounts,
    histories: HashMap<i64, PriceHistory>,
    /// The prices of a plan at a second.
    at_times: HashMap<(i64, i64), PlanAtTime>,
    /// When prices change.
    seconds: BTreeSet<i64>,
    lists: Vec<Vec<AccountChange>>,
    /// For accounts with these plans, the index of the changes at a second.
    list_of: HashMap<(Vec<i64>, i64), usize>,
}

impl<'a> ChangedPrices<'a> {
    fn new(
        snapshot: &'a Snapshot<'a>,
        plan: &'a Plan,
        planned: &'a [PlannedPrice],
        plans: &'a PlansOfAccounts,
    ) -> Self {
        let (histories, at_times) = (HashMap::new(), HashMap::new());
        let seconds = planned.iter().map(|planned| second_of(Some(planned.effective))).collect();
        let (lists, list_of) = (Vec::new(), HashMap::new());
        Self { snapshot, plan, planned, plans, histories, at_times, seconds, lists, list_of }
    }

    /// The indexes of the changes that concern an account.
    fn of_account(&mut self, account_id: i64) -> Result<Vec<usize>> {
        let Some(timeline) = self.plans.accounts.get(&account_id) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for second in self.seconds.clone() {
            let Some(of_account) = timeline.at(second) else { continue };
            let chain: Vec<i64> =
                of_account.plans.iter().filter_map(|(_, index)| self.plans.plan_ids.get(*index)).copied().collect();
            if !chain.contains(&self.plan.id) {
                continue;
            }
            let key = (chain, second);
            let list = if let Some(list) = self.list_of.get(&key) {
                *list
            } else {
                let changes = self.compare(&key.0, second)?;
                self.lists.push(changes);
                self.list_of.insert(key, self.lists.len() - 1);
                self.lists.len() - 1
            };
            if self.lists.get(list).is_some_and(|changes| !changes.is_empty()) {
                found.push(list);
            }
        }
        Ok(found)
    }

    fn compare(&mut self, chain: &[i64], second: i64) -> Result<Vec<AccountChange>> {
        for plan in chain {
            self.load(*plan, second - 1)?;
            self.load(*plan, second)?;
        }
        let price = |second: i64, message: &KnownPart<'_>| {
            let found = |plan: &i64| Some((*plan, self.at_times.get(&(*plan, second))?.price(message)?));
            chain.iter().find_map(found).unzip()
        };
        let change = |(index, planned): (usize, &PlannedPrice)| {
            let messages = TypicalMessages::of(&planned.destination);
            messages.iter().find_map(|message| {
                let ((plan_before, before), (plan_after, after)) =
                    (price(second - 1, &message), price(second, &message));
                // A change of the other plans is not one of this plan.
                let decides = [plan_before, plan_after].contains(&Some(self.plan.id));
                (decides && before != after).then_some((index, before, after))
            })
        };
        let at_second = |(_, planned): &(usize, &PlannedPrice)| second_of(Some(planned.effective)) == second;
        Ok(self.planned.iter().enumerate().filter(at_second).filter_map(change).collect())
    }

    /// Reads the prices of a plan at a second.
    fn load(&mut self, plan_id: i64, second: i64) -> Result<()> {
        if !self.histories.contains_key(&plan_id) {
            self.histories.insert(plan_id, price_history(self.snapshot, plan_id)?);
        }
        if let Some((history, at)) = self.histories.get(&plan_id).zip(time_of(second)) {
            self.at_times.entry((plan_id, second)).or_insert_with(|| PlanAtTime::new(history, at));
        }
        Ok(())
    }
}
