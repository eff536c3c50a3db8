//! Checks traffic: sums against messages, and charges of imports against messages and the ledger.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::error::{Error, Result};
use crate::model::{
    Charge, EntryKind, ImportPrices, ImportState, Money, PriceDetail, Prices, PricesVersion, Rating, StateCounts,
    SystemId, Unit, day_of, first_day_of,
};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::traffic::fingerprint::fingerprint;
use crate::store::sqlite::traffic::message_index::{IndexEntry, entry, fingerprint_of, index_of_day};
use crate::store::sqlite::traffic::packed_days::ALL_ACCOUNTS;
use crate::store::sqlite::traffic::sums::account_days_and_total;
use crate::store::{
    AccountDay, AccrualLine, DaySum, EntryFilter, ImportFilter, KnownMessage, MonthKey, QuarterSum, Snapshot,
    StoredMessage, TrafficFilter,
};

/// Charges by reference, customer and unit.
type ChargesByReference = BTreeMap<(String, i64, Unit), Money>;

/// What a walk through all messages has summed up.
struct MessageWalk {
    /// By import.
    prices: HashMap<i64, ImportPrices>,
    /// By import, account and unit.
    charges: HashMap<(i64, i64, Unit), Charge>,
    day: i32,
    /// Whether the sums of the day distinguish quarter hours.
    has_quarters: bool,
    /// Sums of the messages of `day`, by account.
    accounts: HashMap<i64, AccountDay>,
    /// What the index of `day` must have.
    entries: Vec<IndexEntry>,
}

impl Snapshot<'_> {
    /// Checks imports, messages and their sums. Pruned days have only sums left, which must agree with each other.
    pub(super) fn check_traffic(&self, report: &mut CheckReport) -> Result<()> {
        let pruned = self.pruned_before()?.unwrap_or(i32::MIN);
        self.check_sums_alone(report)?;
        self.check_months(report)?;
        let mut walk = MessageWalk {
            prices: self.prices_of_imports()?,
            charges: HashMap::new(),
            day: i32::MIN,
            has_quarters: false,
            accounts: HashMap::new(),
            entries: Vec::new(),
        };
        let mut invalid = 0_u64;
        self.messages((i32::MIN, i32::MAX), |StoredMessage { day, run, id, account_id, known }| {
            if day != walk.day {
                self.check_index(&mut walk, report)?;
                self.check_day(&mut walk, report)?;
                (walk.day, walk.has_quarters) = (day, PriceDetail::has_quarters(day));
            }
            if day >= pruned {
                walk.entries.push(entry(fingerprint(&id, account_id), run));
            }
            let is_valid = day >= pruned && known.second < 86_400 && known.parts > 0;
            if !is_valid || walk.add(account_id, &known).is_none() {
                invalid += 1;
            }
            Ok::<_, Error>(())
        })?;
        self.check_index(&mut walk, report)?;
        self.check_day(&mut walk, report)?;
        self.check_runs(pruned, report)?;
        if invalid > 0 {
            report
                .add(format!("{invalid} messages have invalid values, or an account that their import does not have"));
        }
        self.check_days_without_messages(pruned, report)?;
        self.check_imports(&walk, pruned, report)
    }

    /// What messages cost in each import. Imports that began between two changes of prices share theirs.
    fn prices_of_imports(&self) -> Result<HashMap<i64, ImportPrices>> {
        let (mut prices, mut by_version): (HashMap<i64, ImportPrices>, HashMap<PricesVersion, Arc<Prices>>) =
            (HashMap::new(), HashMap::new());
        self.imports(&ImportFilter::default(), |import| {
            let of_import = match self.prices_version_of(import.id)? {
                (charging, Some(version)) => {
                    let plans = match by_version.entry(version) {
                        Entry::Occupied(known) => Arc::clone(known.get()),
                        Entry::Vacant(entry) => Arc::clone(entry.insert(Arc::new(self.prices(version, None)?))),
                    };
                    ImportPrices { charging, plans, ..ImportPrices::default() }
                }
                (_, None) => self.import_prices(import.id)?,
            };
            prices.insert(import.id, of_import);
            Ok::<_, Error>(())
        })?;
        Ok(prices)
    }

    /// Checks that the sums by quarter hour and by country count the same messages, and that those of all accounts together are
    /// those of the accounts.
    fn check_sums_alone(&self, report: &mut CheckReport) -> Result<()> {
        let accounts = self.traffic_accounts(&TrafficFilter::default())?;
        let names: BTreeMap<i64, SystemId> =
            accounts.into_iter().map(|account| (account.id, account.system_id)).collect();
        for day in self.days_with_traffic(i32::MIN, i32::MAX - 1)? {
            let (mut stored, mut added) = (AccountDay::new(day, ALL_ACCOUNTS), AccountDay::new(day, ALL_ACCOUNTS));
            account_days_and_total::<Error>(&self.transaction, day, |of_day| {
                if of_day.account_id == ALL_ACCOUNTS {
                    stored = of_day.clone();
                    return Ok(());
                }
                added.add_without_details(of_day)?;
                let name = names.get(&of_day.account_id);
                if !counts_the_same(of_day) || name.is_none() {
                    let account =
                        name.map_or_else(|| "an SMPP account that does not exist".to_owned(), ToString::to_string);
                    report.add(format!(
                        "traffic of {account} on {}: the sums by quarter hour and by country differ",
                        day_of(day)
                    ));
                }
                Ok(())
            })?;
            added.remove_empty();
            if stored != added {
                report.add(format!("traffic of {}: the sums of all accounts are not those of each", day_of(day)));
            }
        }
        Ok(())
    }

    /// Checks that the sums by month are those of their days.
    fn check_months(&self, report: &mut CheckReport) -> Result<()> {
        let mut stored: BTreeMap<i32, BTreeMap<MonthKey, DaySum>> = BTreeMap::new();
        self.traffic_months(|key, sum| {
            stored.entry(key.month).or_default().insert(key, sum);
            Ok::<_, Error>(())
        })?;
        let mut add = |month: i32| {
            let month = day_of(first_day_of(month)).strftime("%Y-%m");
            report.add(format!("traffic of {month}: the sums by month do not match its days"));
        };
        self.months_of_days(|month, sums| {
            if stored.remove(&month).unwrap_or_default() != sums {
                add(month);
            }
            Ok(())
        })?;
        stored.into_keys().for_each(add);
        Ok(())
    }

    /// Compares the sums of the walk's current day with its messages.
    fn check_day(&self, walk: &mut MessageWalk, report: &mut CheckReport) -> Result<()> {
        if walk.accounts.is_empty() {
            return Ok(());
        }
        let (mut same_quarters, mut same_countries) = (true, true);
        self.account_days(walk.day..walk.day + 1, |sums| {
            let messages = walk.accounts.remove(&sums.account_id).unwrap_or_default();
            same_quarters &= messages.quarters() == sums.quarters();
            same_countries &= messages.countries() == sums.countries();
            Ok::<_, Error>(())
        })?;
        let all_have_sums = walk.accounts.is_empty();
        walk.accounts.clear();
        for (is_same, by) in [(same_quarters, "quarter hour"), (same_countries, "day")] {
            if !is_same || !all_have_sums {
                report.add(format!("traffic of {}: the sums by {by} do not match the messages", day_of(walk.day)));
            }
        }
        Ok(())
    }

    /// Checks that the index has the messages of the walk's current day, and that none of them is stored twice.
    fn check_index(&self, walk: &mut MessageWalk, report: &mut CheckReport) -> Result<()> {
        let (mut entries, day) = (std::mem::take(&mut walk.entries), walk.day);
        if entries.is_empty() {
            return Ok(());
        }
        entries.sort_unstable();
        if index_of_day(&self.transaction, day)? != entries {
            report.add(format!("traffic of {}: the index does not match the messages", day_of(day)));
        }
        let same = entries.windows(2).filter(|two| fingerprint_of(two[0]) == fingerprint_of(two[1]));
        let shared: HashSet<u32> = same.map(|two| fingerprint_of(two[0])).collect();
        drop(entries);
        if shared.is_empty() {
            return Ok(());
        }
        let (mut seen, mut twice) = (HashSet::new(), 0);
        self.messages((day, day), |StoredMessage { id, account_id, .. }| {
            let is_new = !shared.contains(&fingerprint(&id, account_id)) || seen.insert((id, account_id));
            twice += u64::from(!is_new);
            Ok::<_, Error>(())
        })?;
        if twice > 0 {
            report.add(format!("traffic of {}: {twice} messages are stored more than once", day_of(day)));
        }
        Ok(())
    }

    /// Checks that each run has the messages that it is said to have.
    fn check_runs(&self, pruned: i32, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT coalesce(stored.day, noted.day) FROM
                (SELECT day, run, count(*) AS messages FROM message WHERE day >= ?1 GROUP BY day, run) AS stored
                FULL JOIN (SELECT day, run, messages FROM message_run WHERE day >= ?1) AS noted
                ON (stored.day, stored.run) = (noted.day, noted.run)
             WHERE stored.messages IS NOT noted.messages GROUP BY 1 ORDER BY 1",
        )?;
        for day in statement.query_map([pruned], |row| row.get(0))? {
            report.add(format!("traffic of {}: the runs do not have the messages that were written", day_of(day?)));
        }
        Ok(())
    }

    fn check_days_without_messages(&self, pruned: i32, report: &mut CheckReport) -> Result<()> {
        for day in self.days_with_traffic(pruned.max(0), i32::MAX - 1)? {
            if !self.transaction.prepare_cached("SELECT 1 FROM message WHERE day = ?1")?.exists([day])? {
                report.add(format!("traffic of {}: there are sums but no messages", day_of(day)));
            }
        }
        Ok(())
    }

    /// Compares the charges of imports with their messages, unless those were pruned, and with what accrued or, before schema 18,
    /// was posted.
    fn check_imports(&self, walk: &MessageWalk, pruned: i32, report: &mut CheckReport) -> Result<()> {
        let mut posted = self.charges_in_entries()?;
        let mut accruals = self.accruals_by_import()?;
        self.imports(&ImportFilter::default(), |import| {
            self.add_accrued(&accruals.remove(&import.id).unwrap_or_default(), &mut posted)?;
            let file = crate::error::quoted(&import.manifest.file);
            if import.state == ImportState::Unfinished {
                let rows = import.tally.rows();
                let charged = if import.charges.is_empty() { "nothing" } else { "not everything" };
                report.warnings.push(format!(
                    "import {} of {file} is unfinished: {rows} rows are imported and {charged} is charged; import the file again",
                    import.id
                ));
            }
            let is_complete = import.state != ImportState::Unfinished && import.days.is_none_or(|(first, _)| first >= pruned);
            let mut charged: BTreeMap<(i64, Unit), Money> = BTreeMap::new();
            for (account_price, charge) in self.charges_of(import.id)? {
                let key = (import.id, account_price.account_id, account_price.unit);
                let found = walk.charges.get(&key).copied().unwrap_or_default();
                let expected = if import.state == ImportState::Reverted { Charge::default() } else { charge };
                if is_complete && found != expected {
                    report.add(format!("import {} of {file} did not charge the price of its messages", import.id));
                }
                let sum = charged.entry((account_price.customer_id, account_price.unit)).or_default();
                *sum = sum.checked_add(charge.amount).ok_or(Error::Overflow { what: "the charges" })?;
            }
            for ((customer_id, unit), sum) in charged.into_iter().filter(|(_, sum)| *sum != Money::ZERO) {
                let id = import.id;
                let mut of = |reference| posted.remove(&(reference, customer_id, unit)).unwrap_or_default();
                let (charged, given_back) = (of(format!("import {id}")), of(format!("import {id} reverted")));
                let expected = if import.state == ImportState::Reverted { sum } else { Money::ZERO };
                if charged.checked_neg() != Some(sum) || given_back != expected {
                    report.add(format!("import {id} of {file} charged another amount than the ledger has"));
                }
            }
            Ok::<_, Error>(())
        })?;
        for (reference, ..) in posted.keys() {
            report.add(format!("the ledger has a charge of {reference} that no import posted"));
        }
        for import in accruals.keys() {
            report.add(format!("charges of import {import} accrued, which does not exist"));
        }
        Ok(())
    }

    /// The charges that entries name by their imports, which those of schema 17 did.
    fn charges_in_entries(&self) -> Result<ChargesByReference> {
        let mut posted = ChargesByReference::new();
        self.entries(&EntryFilter { kind: Some(EntryKind::Charge), ..EntryFilter::default() }, |entry| {
            let reference = entry.posting.reference.as_ref().map(ToString::to_string).unwrap_or_default();
            if reference.starts_with("charges ") {
                // `check_accruals` finds what it posts.
                return Ok(());
            }
            let sum = posted.entry((reference, entry.customer_id, entry.posting.unit)).or_default();
            *sum = sum.checked_add(entry.posting.amount).ok_or(Error::Overflow { what: "the charges" })?;
            Ok::<_, Error>(())
        })?;
        Ok(posted)
    }

    /// Adds what some accruals took.
    fn add_accrued(&self, accruals: &[i64], posted: &mut ChargesByReference) -> Result<()> {
        for accrual in accruals {
            self.accrued_charges(
                *accrual..=*accrual,
                i64::MIN..=i64::MAX,
                |AccrualLine { accrual, charge, .. }| {
                    let sum = posted.entry((accrual.reference(), charge.customer_id, charge.unit)).or_default();
                    *sum = sum.checked_add(charge.amount).ok_or(Error::Overflow { what: "the charges" })?;
                    Ok(())
                },
            )?;
        }
        Ok(())
    }

    /// The accruals of each import.
    fn accruals_by_import(&self) -> Result<BTreeMap<i64, Vec<i64>>> {
        let mut accruals: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        self.accruals(|accrual| {
            accruals.entry(accrual.import_id).or_default().push(accrual.id);
            Ok(())
        })?;
        Ok(accruals)
    }
}

/// Whether the sums by quarter hour and by country count the same messages, of which there are some.
fn counts_the_same(of_day: &AccountDay) -> bool {
    let (mut quarters, mut countries) = ((StateCounts::default(), 0), (StateCounts::default(), 0));
    for quarter in of_day.quarters() {
        quarters.0.add_all(&quarter.counts);
        quarters.1 += quarter.parts;
    }
    for country in of_day.countries() {
        countries.0.add_all(&country.sum.counts);
        countries.1 += country.sum.parts;
    }
    quarters == countries && !quarters.0.is_empty()
}

impl MessageWalk {
    /// Adds a message, if its import has a price for it.
    fn add(&mut self, account_id: i64, known: &KnownMessage) -> Option<()> {
        let (prices, message) = (self.prices.get(&known.import_id)?, known.rated(self.day, account_id));
        let rating = if known.charged {
            prices.rate(&message).ok()?
        } else {
            Rating { unit: prices.unit(account_id, message.second).ok()?, charge: Money::ZERO, price_id: None }
        };
        let mut counts = StateCounts::default();
        counts.add(known.state, 1);
        let parts = i64::from(known.parts);
        let quarter = QuarterSum { quarter: QuarterSum::of_second(known.second), counts, parts };
        let detail = prices.detail(&message, &rating);
        let detail = if self.has_quarters { detail } else { detail.without_quarter() };
        let day = self.day;
        let of_day = self.accounts.entry(account_id).or_insert_with(|| AccountDay::new(day, account_id));
        let to = (known.destination.country_letters(), rating.unit, detail);
        of_day.add_messages(&quarter, to, rating.charge).ok()?;
        if known.charged {
            let sum = self.charges.entry((known.import_id, account_id, rating.unit)).or_default();
            sum.messages += 1;
            sum.parts += parts;
            sum.amount = Money::from_e8(sum.amount.e8().saturating_add(rating.charge.e8()));
        }
        Some(())
    }
}
