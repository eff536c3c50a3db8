//! Which customers are to be notified of planned changes of a plan's prices, of which changes, and where.
//!
//! A change concerns an SMPP account that has the plan at the time of the change, unless a plan that is asked first has a price
//! for the destination, or the destination costs the account the same as before. Customers see what they pay: where a price is
//! new or withdrawn, the price before or after is that of the rule that decides instead.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{
    Customer, EmailAddress, Money, Plan, PriceChangeKind, PriceDestination, PriceHistory, PriceRow, SystemId, Time,
    second_of, time_of,
};
use crate::report::plan_at_time::{KnownPart, PlanAtTime, TypicalMessages};
use crate::report::price_steps::price_history;
use crate::report::recent_destinations::recent_destinations;
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

/// The customers who are to be notified of changes of a plan, by account code.
pub fn price_notices(snapshot: &Snapshot<'_>, plan: &Plan, question: NoticeQuestion) -> Result<Vec<PriceNotice>> {
    let planned = planned_prices(snapshot, plan, question)?;
    let customers = if planned.is_empty() { BTreeMap::new() } else { active_accounts(snapshot, question.customer_id)? };
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = customers.values().flatten().map(|(id, _)| *id).collect();
    let plans = snapshot.plans_of_accounts(snapshot.prices_version()?, question.customer_id.map(|_| &ids[..]))?;
    let mut changed = ChangedPrices::new(snapshot, plan, &planned, &plans);
    let notified = if question.with_notified { HashSet::new() } else { snapshot.price_notices(plan.id)? };
    let mut found = BTreeMap::new();
    for (customer_id, accounts) in &customers {
        let mut of_customer = changes_of_customer(&mut changed, accounts)?;
        of_customer.retain(|change| !notified.contains(&(*customer_id, change.price_id)));
        if !of_customer.is_empty() {
            found.insert(*customer_id, of_customer);
        }
    }
    complete(snapshot, plan, found, &customers)
}

/// A price that begins to count later than now, and differs from the one before.
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
    /// The changes at a second for accounts with these plans.
    found: HashMap<(Vec<i64>, i64), Vec<AccountChange>>,
}

impl<'a> ChangedPrices<'a> {
    fn new(
        snapshot: &'a Snapshot<'a>,
        plan: &'a Plan,
        planned: &'a [PlannedPrice],
        plans: &'a PlansOfAccounts,
    ) -> Self {
        let (histories, at_times, found) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { snapshot, plan, planned, plans, histories, at_times, found }
    }

    /// The changes that concern an account.
    fn of_account(&mut self, account_id: i64) -> Result<Vec<AccountChange>> {
        let Some(timeline) = self.plans.accounts.get(&account_id) else { return Ok(Vec::new()) };
        let seconds: BTreeSet<i64> = self.planned.iter().map(|planned| second_of(Some(planned.effective))).collect();
        let mut changes = Vec::new();
        for second in seconds {
            let Some(of_account) = timeline.at(second) else { continue };
            let chain: Vec<i64> =
                of_account.plans.iter().filter_map(|(_, index)| self.plans.plan_ids.get(*index)).copied().collect();
            if !chain.contains(&self.plan.id) {
                continue;
            }
            let key = (chain, second);
            if !self.found.contains_key(&key) {
                let found = self.compare(&key.0, second)?;
                self.found.insert(key.clone(), found);
            }
            changes.extend(self.found.get(&key).into_iter().flatten());
        }
        Ok(changes)
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

/// The changes that concern accounts of a customer. Accounts that pay the same share one.
fn changes_of_customer(changed: &mut ChangedPrices<'_>, accounts: &[(i64, SystemId)]) -> Result<Vec<NoticedChange>> {
    let mut by_change: BTreeMap<AccountChange, Vec<SystemId>> = BTreeMap::new();
    for (account_id, system_id) in accounts {
        for change in changed.of_account(*account_id)? {
            by_change.entry(change).or_default().push(system_id.clone());
        }
    }
    let noticed = |((index, before, after), of): (AccountChange, Vec<SystemId>)| {
        let PlannedPrice { id, destination, effective } = changed.planned.get(index)?;
        Some(NoticedChange {
            price_id: *id,
            effective: *effective,
            destination: destination.clone(),
            before,
            after,
            is_used: false,
            accounts: if of.len() == accounts.len() { Vec::new() } else { of },
        })
    };
    Ok(by_change.into_iter().filter_map(noticed).collect())
}

/// Adds what is known of the customers: their names, recipients and recent traffic.
fn complete(
    snapshot: &Snapshot<'_>,
    plan: &Plan,
    found: BTreeMap<i64, Vec<NoticedChange>>,
    accounts: &BTreeMap<i64, Vec<(i64, SystemId)>>,
) -> Result<Vec<PriceNotice>> {
    let customers = found.keys().filter_map(|id| Some((id, accounts.get(id)?)));
    let owners: HashMap<i64, i64> =
        customers.flat_map(|(customer, accounts)| accounts.iter().map(|(id, _)| (*id, *customer))).collect();
    let used = recent_destinations(snapshot, &owners)?;
    let mut notices = Vec::with_capacity(found.len());
    for (customer_id, mut changes) in found {
        let customer = snapshot.customer_of(customer_id)?;
        let used = used.get(&customer_id);
        for change in &mut changes {
            change.is_used = used.is_some_and(|used| used.contains(&change.destination));
        }
        changes.sort_by(|one, other| {
            let place = |change: &NoticedChange| (change.effective, !change.is_used);
            place(one).cmp(&place(other)).then_with(|| one.destination.cmp(&other.destination))
        });
        let recipients = billing_recipients(snapshot, &customer)?;
        notices.push(PriceNotice { customer, plan: plan.clone(), changes, recipients });
    }
    notices.sort_by_key(|notice| notice.customer.account_code.as_str().to_ascii_lowercase());
    Ok(notices)
}
