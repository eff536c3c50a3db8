//! Computes what the messages of a span cost by the prices that are recorded now, and takes or gives back the difference.
//!
//! ```text
//! messages of a day ─▶ price before, price now ─▶ sums of the day, once it is read
//!                                              └▶ differences by import and account ─▶ one accrued charge for each balance
//! ```
//!
//! Messages are not written. Memory is needed for the accounts of each import, and for the sums of one day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{
    AccrualSource, AccruedCharge, Change, EntityKind, ImportState, Key, Money, PriceDetail, Prices, RatedMessage,
    Rating, Reprice, RepriceScope, RepricedAccount, RepricedBalance, RepricedSum, StateCounts, Time, Unit, Unrated,
    day_of, day_of_second, month_of, time_of,
};
use crate::ops::balance;
use crate::store::{
    AccountDay, CountrySum, DaySum, ImportFilter, KnownMessage, KnownPrices, MonthKey, Snapshot, StoredMessage,
    TrafficFilter, Tx,
};

/// Whose messages to reprice, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepriceAccounts {
    All,
    Customer(String),
    Service(String),
    Plan(String),
    Account(String),
}

/// Which messages to reprice.
#[derive(Debug, Clone)]
pub struct RepriceRequest {
    /// Messages submitted at or after this time.
    pub from: Time,
    /// Messages submitted before this time.
    pub until: Time,
    pub accounts: RepriceAccounts,
    /// The idempotency key: repeating it returns the first result.
    pub key: Option<Key>,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct RepriceSummary {
    /// The number of the run; `None` if no price changed, so that there is nothing to record.
    pub id: Option<i64>,
    /// By customer and unit.
    pub balances: Vec<RepricedBalance>,
    /// Whether this is the result of an earlier run with the same key.
    pub replayed: bool,
}

/// Reprices messages, in one transaction. Messages with a price of their file and those of imports that do not charge are left out.
///
/// # Errors
/// [`Error::KeyConflict`] when the key was used for other messages, [`Error::Pruned`] when the span has messages that were pruned,
/// [`Error::Unpriced`] for a message without a price now, and [`Error::Refused`] when an import of the span is unfinished or a message
/// would be charged in another unit.
pub fn reprice(tx: &mut Tx<'_>, request: &RepriceRequest) -> Result<RepriceSummary> {
    let seconds = full_second(request.from)..full_second(request.until);
    if seconds.is_empty() {
        return Err(Error::Refused("the period to reprice ends before it begins".to_owned()));
    }
    let scope = scope_of(tx, &request.accounts)?;
    let reprice = Reprice { key: request.key.clone(), seconds, scope, version: tx.prices_version()? };
    if let Some(key) = &reprice.key
        && let Some((id, earlier)) = tx.reprice_of_key(key)?
    {
        return match earlier.differs_from(&reprice) {
            Some(field) => Err(Error::RepriceConflict { key: key.to_string(), field }),
            None => Ok(RepriceSummary { id: Some(id), balances: tx.repriced_balances(id)?, replayed: true }),
        };
    }
    refuse_incomplete(tx, &reprice.seconds)?;
    tx.expect_many_steps()?;
    let mut run = Run::new(tx, &reprice)?;
    for day in tx.days_with_messages(day_of_second(reprice.seconds.start), day_of_second(reprice.seconds.end - 1))? {
        run.day(tx, day)?;
    }
    let (accounts, balances) = run.results(tx)?;
    if accounts.is_empty() && reprice.key.is_none() {
        return Ok(RepriceSummary { id: None, balances, replayed: false });
    }
    let id = tx.add_reprice(&reprice, &accounts, &balances)?;
    balance::accrue(tx, AccrualSource::Reprice(id), charges_of(&balances)?)?;
    tx.record(&change_of(id, request, &balances)?)?;
    Ok(RepriceSummary { id: Some(id), balances, replayed: false })
}

/// The first second that begins at a time or later.
pub(crate) fn full_second(time: Time) -> i64 {
    let timestamp = time.timestamp();
    timestamp.as_second() + i64::from(timestamp.subsec_nanosecond() > 0)
}

fn scope_of(tx: &Tx<'_>, accounts: &RepriceAccounts) -> Result<RepriceScope> {
    Ok(match accounts {
        RepriceAccounts::All => RepriceScope::All,
        RepriceAccounts::Customer(name) => RepriceScope::Customer(tx.customer(name)?.id),
        RepriceAccounts::Service(name) => RepriceScope::Service(tx.service(name)?.id),
        RepriceAccounts::Plan(name) => RepriceScope::Plan(tx.plan(name)?.id),
        RepriceAccounts::Account(name) => RepriceScope::Account(tx.smpp_account(name)?.id),
    })
}

/// Refuses a span of which not all charged messages are stored.
pub(crate) fn refuse_incomplete(snapshot: &Snapshot<'_>, seconds: &Range<i64>) -> Result<()> {
    let (first, last) = (day_of_second(seconds.start), day_of_second(seconds.end - 1));
    if let Some(before) = snapshot.pruned_before()?.filter(|before| first < *before) {
        return Err(Error::Pruned { before: day_of(before) });
    }
    let unfinished = ImportFilter { state: Some(ImportState::Unfinished), ..ImportFilter::default() };
    snapshot.imports(&unfinished, |import| match import.days {
        Some((begin, end)) if begin <= last && end >= first => Err(Error::Refused(format!(
            "import {} of {} is unfinished and has messages of the period: import its file again, or close it",
            import.id,
            crate::error::quoted(&import.manifest.file)
        ))),
        _ => Ok(()),
    })
}

/// What was found for an account in the messages of an import.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    messages: i64,
    parts: i64,
    before: Money,
    after: Money,
    change: RepricedSum,
}

struct Run {
    seconds: Range<i64>,
    /// `None` for all.
    accounts: Option<HashSet<i64>>,
    prices: KnownPrices,
    plans: Arc<Prices>,
    /// By import, account and unit.
    found: BTreeMap<(i64, i64, Unit), Found>,
    /// The changes of the sums of the current day, by account.
    of_day: HashMap<i64, AccountDay>,
}

impl Run {
    fn new(tx: &Tx<'_>, reprice: &Reprice) -> Result<Self> {
        let mut prices = KnownPrices::default();
        let plans = prices.plans(tx, reprice.version)?;
        let accounts = accounts_of(tx, reprice, &plans)?;
        let (found, of_day) = (BTreeMap::new(), HashMap::default());
        Ok(Self { seconds: reprice.seconds.clone(), accounts, prices, plans, found, of_day })
    }

    /// Reprices the messages of a day, and changes its sums.
    fn day(&mut self, tx: &mut Tx<'_>, day: i32) -> Result<()> {
        let has_quarters = PriceDetail::has_quarters(day);
        tx.messages((day, day), |StoredMessage { account_id, known, .. }| {
            let message = known.rated(day, account_id);
            let is_wanted = self.accounts.as_ref().is_none_or(|accounts| accounts.contains(&account_id));
            if known.charged && is_wanted && self.seconds.contains(&message.second) {
                self.message(tx, &message, &known, has_quarters)?;
            }
            Ok::<_, Error>(())
        })?;
        self.write_sums(tx, day)
    }

    fn message(
        &mut self,
        tx: &Tx<'_>,
        message: &RatedMessage<'_>,
        known: &KnownMessage,
        has_quarters: bool,
    ) -> Result<()> {
        let prices = self.prices.of(tx, known.import_id)?;
        if !prices.follows_plans(message) {
            return Ok(());
        }
        let before = prices.rate(message).map_err(|why| refused(tx, message, why))?;
        let after = prices.rate_by(&self.plans, message).map_err(|why| refused(tx, message, why))?;
        if before.unit != after.unit {
            return Err(other_unit(tx, message, before.unit, after.unit));
        }
        let found = self.found.entry((known.import_id, message.account_id, before.unit)).or_default();
        found.messages += 1;
        found.parts += i64::from(message.parts);
        found.before = added(found.before, before.charge)?;
        found.after = added(found.after, after.charge)?;
        if before == after {
            return Ok(());
        }
        found.change.messages += 1;
        found.change.parts += i64::from(message.parts);
        found.change.difference = added(found.change.difference, difference(before.charge, after.charge)?)?;
        let day = message.day();
        let of_day = self.of_day.entry(message.account_id);
        let of_day = of_day.or_insert_with(|| AccountDay::new(day, message.account_id));
        for (rating, count) in [(before, -1), (after, 1)] {
            let detail = prices.detail(message, &rating);
            let detail = if has_quarters { detail } else { detail.without_quarter() };
            of_day.add_country(&country_sum(message, known, (rating, detail), count))?;
        }
        Ok(())
    }

    /// Changes the sums of a day and of its month. What they count stays the same.
    fn write_sums(&mut self, tx: &mut Tx<'_>, day: i32) -> Result<()> {
        let mut of_day: Vec<AccountDay> = self.of_day.drain().map(|(_, sums)| sums).collect();
        of_day.iter_mut().for_each(AccountDay::remove_empty);
        of_day.retain(|sums| !sums.is_empty());
        if of_day.is_empty() {
            return Ok(());
        }
        of_day.sort_by_key(|sums| sums.account_id);
        let mut of_month: BTreeMap<MonthKey, DaySum> = BTreeMap::new();
        for sums in &of_day {
            for country in sums.countries() {
                let key = MonthKey { month: month_of(day), account_id: sums.account_id, unit: country.unit };
                of_month.entry(key).or_default().add(&country.sum)?;
            }
        }
        tx.add_to_days(&of_day)?;
        tx.merge_day(day)?;
        tx.add_to_months(&of_month.into_iter().collect::<Vec<_>>())
    }

    /// What changed by import and account, and the result by balance.
    fn results(self, tx: &Tx<'_>) -> Result<(Vec<RepricedAccount>, Vec<RepricedBalance>)> {
        let (mut accounts, mut by_balance) = (Vec::new(), BTreeMap::<(i64, Unit), Found>::new());
        let mut payers: (i64, HashMap<(i64, Unit), i64>) = (0, HashMap::default());
        for ((import_id, account_id, unit), found) in self.found {
            if payers.0 != import_id {
                let of_import = tx.import_accounts(import_id)?.into_iter();
                payers = (import_id, of_import.map(|a| ((a.account_id, a.unit), a.customer_id)).collect());
            }
            let payer = payers.1.get(&(account_id, unit)).copied();
            let payer = payer.ok_or_else(|| {
                Error::Damaged(format!("import {import_id} charged an account that it does not have"))
            })?;
            let sum = by_balance.entry((payer, unit)).or_default();
            sum.messages += found.messages;
            sum.parts += found.parts;
            (sum.before, sum.after) = (added(sum.before, found.before)?, added(sum.after, found.after)?);
            if found.change.messages > 0 {
                accounts.push(RepricedAccount { import_id, account_id, unit, change: found.change });
            }
        }
        let balances =
            by_balance.into_iter().map(|((customer_id, unit), Found { messages, parts, before, after, .. })| {
                let customer = tx.customer_of(customer_id)?.account_code;
                Ok(RepricedBalance { customer_id, customer, unit, messages, parts, before, after })
            });
        let mut balances: Vec<RepricedBalance> = balances.collect::<Result<_>>()?;
        balances.sort_by(|one, other| (&one.customer, one.unit).cmp(&(&other.customer, other.unit)));
        Ok((accounts, balances))
    }
}

/// The accounts of a scope; `None` for all.
fn accounts_of(tx: &Tx<'_>, reprice: &Reprice, plans: &Prices) -> Result<Option<HashSet<i64>>> {
    let (first, last) = (reprice.seconds.start, reprice.seconds.end - 1);
    let with = |is_meant: &dyn Fn(&crate::model::AccountPlans) -> bool| {
        let accounts = plans.accounts.iter().filter(|(_, plans)| plans.between(first, last).any(is_meant));
        accounts.map(|(id, _)| *id).collect()
    };
    Ok(match reprice.scope {
        RepriceScope::All => None,
        RepriceScope::Account(id) => Some([id].into_iter().collect()),
        RepriceScope::Customer(id) => {
            let filter = TrafficFilter { customer_id: Some(id), ..TrafficFilter::default() };
            Some(tx.traffic_accounts(&filter)?.into_iter().map(|account| account.id).collect())
        }
        RepriceScope::Service(id) => Some(with(&|of_account| of_account.service_id == id)),
        RepriceScope::Plan(id) => {
            let index = plans.plans.iter().position(|(plan_id, _)| *plan_id == id);
            Some(with(&|of_account| of_account.plans.iter().any(|(_, plan)| Some(*plan) == index)))
        }
    })
}

/// One message more or less with a price.
fn country_sum(
    message: &RatedMessage<'_>,
    known: &KnownMessage,
    (rating, detail): (Rating, PriceDetail),
    count: i64,
) -> CountrySum {
    let mut counts = StateCounts::default();
    counts.add(known.state, count);
    let sum =
        DaySum { counts, parts: count * i64::from(known.parts), charge: Money::from_e8(count * rating.charge.e8()) };
    CountrySum { country: message.destination.country_letters(), unit: rating.unit, detail, sum }
}

fn added(sum: Money, more: Money) -> Result<Money> {
    sum.checked_add(more).ok_or(Error::Overflow { what: "the charges" })
}

/// How much more is charged.
fn difference(before: Money, after: Money) -> Result<Money> {
    before.checked_neg().and_then(|less| after.checked_add(less)).ok_or(Error::Overflow { what: "the charges" })
}

/// What is taken from each balance; the rest stays as it is.
fn charges_of(balances: &[RepricedBalance]) -> Result<Vec<AccruedCharge>> {
    let charges = balances.iter().map(|balance| {
        // Imports have counted the messages.
        let (messages, parts) = (0, 0);
        let amount = difference(balance.after, balance.before)?;
        Ok(AccruedCharge { customer_id: balance.customer_id, unit: balance.unit, amount, messages, parts })
    });
    let charges: Vec<AccruedCharge> = charges.collect::<Result<_>>()?;
    Ok(charges.into_iter().filter(|charge| charge.amount != Money::ZERO).collect())
}

/// Why a message cannot be repriced.
fn refused(tx: &Tx<'_>, message: &RatedMessage<'_>, why: Unrated) -> Error {
    match (why, time_of(message.second), tx.system_id_of(message.account_id)) {
        (Unrated::Overflow, ..) => Error::Overflow { what: "the charge of a message" },
        (Unrated::Price | Unrated::Account, Some(at), Ok(account)) => {
            Error::Unpriced { account, destination: message.destination.to_string(), at }
        }
        (_, _, account) => account.err().unwrap_or_else(|| Error::Damaged("a message has a wrong day".to_owned())),
    }
}

fn other_unit(tx: &Tx<'_>, message: &RatedMessage<'_>, before: Unit, after: Unit) -> Error {
    match tx.system_id_of(message.account_id) {
        Ok(account) => Error::Refused(format!(
            "SMPP account {} has a service in {after} now, but its messages of {} were charged in {before}, and a charge keeps its \
             unit",
            crate::error::quoted(&account),
            day_of(message.day())
        )),
        Err(error) => error,
    }
}

fn change_of(id: i64, request: &RepriceRequest, balances: &[RepricedBalance]) -> Result<Change> {
    let mut totals: BTreeMap<Unit, (i64, Money)> = BTreeMap::new();
    for balance in balances {
        let (messages, sum) = totals.entry(balance.unit).or_default();
        *messages += balance.messages;
        *sum = added(*sum, difference(balance.before, balance.after)?)?;
    }
    let messages: i64 = totals.values().map(|(messages, _)| messages).sum();
    let charged = totals.iter().filter(|(_, (_, sum))| *sum != Money::ZERO);
    let charged: Vec<String> = charged.map(|(unit, (_, sum))| format!("{} {unit}", unit.format(*sum))).collect();
    let change = Change::new(EntityKind::Traffic, "reprice", AccrualSource::Reprice(id).to_string(), None)
        .field("from", (), request.from)
        .field("until", (), request.until);
    let change = match &request.accounts {
        RepriceAccounts::All => change,
        RepriceAccounts::Customer(name) => change.field("customer", (), name.as_str()),
        RepriceAccounts::Service(name) => change.field("service", (), name.as_str()),
        RepriceAccounts::Plan(name) => change.field("plan", (), name.as_str()),
        RepriceAccounts::Account(name) => change.field("account", (), name.as_str()),
    };
    Ok(change.field("messages", (), messages).field("charged", (), charged.join(", ")))
}
