//! Checks traffic: sums against messages. `imports` and `reprices` check what the messages were charged, `reserved` what they will be.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::error::{Error, Result};
use crate::model::{
    Charge, Money, PriceDetail, Rating, RepricedSum, StateCounts, SystemId, Unit, day_of, first_day_of,
};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::traffic::fingerprint::fingerprint;
use crate::store::sqlite::traffic::message_index::{IndexEntry, entry, fingerprint_of, index_of_day};
use crate::store::sqlite::traffic::packed_days::ALL_ACCOUNTS;
use crate::store::sqlite::traffic::sums::account_days_and_total;
use crate::store::{
    AccountDay, DaySum, KnownMessage, KnownPrices, MonthKey, QuarterSum, Snapshot, StoredMessage, TrafficFilter,
};

/// What a walk through all messages has summed up.
pub(super) struct MessageWalk {
    prices: KnownPrices,
    /// What imports charged, by import, account and unit.
    pub(super) charges: HashMap<(i64, i64, Unit), Charge>,
    /// What runs of `traffic reprice` changed, by run, import, account and unit.
    pub(super) repriced: HashMap<(i64, i64, i64, Unit), RepricedSum>,
    /// What is reserved, by account and unit.
    pub(super) reserved: HashMap<(i64, Unit), i128>,
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
    pub(super) fn check_traffic(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let pruned = self.pruned_before()?.unwrap_or(i32::MIN);
        self.check_sums_alone(part, report)?;
        self.check_months(part, report)?;
        let mut walk = MessageWalk {
            prices: self.prices_of_imports(part)?,
            charges: HashMap::new(),
            repriced: HashMap::new(),
            reserved: HashMap::new(),
            day: i32::MIN,
            has_quarters: false,
            accounts: HashMap::new(),
            entries: Vec::new(),
        };
        let mut invalid = 0_u64;
        let mut each = |StoredMessage { day, run, id, account_id, known }| {
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
        };
        for days in part.days() {
            self.messages((*days.start(), *days.end()), &mut each)?;
        }
        self.check_index(&mut walk, report)?;
        self.check_day(&mut walk, report)?;
        for days in part.days() {
            self.check_runs((*days.start()).max(pruned)..=*days.end(), report)?;
        }
        if invalid > 0 {
            report
                .add(format!("{invalid} messages have invalid values, or an account that their import does not have"));
        }
        for days in part.days() {
            self.check_days_without_messages((*days.start()).max(pruned).max(0)..=*days.end(), report)?;
        }
        self.check_imports(part, &walk, pruned, report)?;
        if part.traffic.is_none() {
            self.check_reserved(&walk, report)?;
        }
        self.check_reprices(part, &walk, pruned, report)
    }

    /// What messages cost in each import that has messages of a part.
    fn prices_of_imports(&self, part: &NewPart) -> Result<KnownPrices> {
        let mut prices = KnownPrices::default();
        let mut imports = self.transaction.prepare("SELECT id FROM import WHERE first_day <= ?2 AND last_day >= ?1")?;
        for days in part.days() {
            for id in imports.query_map([days.start(), days.end()], |row| row.get(0))? {
                prices.of(self, id?)?;
            }
        }
        Ok(prices)
    }

    /// Checks that the sums by quarter hour and by country count the same messages, and that those of all accounts together are
    /// those of the accounts.
    fn check_sums_alone(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let accounts = self.traffic_accounts(&TrafficFilter::default())?;
        let names: BTreeMap<i64, SystemId> =
            accounts.into_iter().map(|account| (account.id, account.system_id)).collect();
        let mut days = BTreeSet::new();
        for range in part.days() {
            days.append(&mut self.days_with_traffic(*range.start(), *range.end())?);
        }
        for day in days {
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
    fn check_months(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let Some(months) = part.months() else { return Ok(()) };
        let mut stored: BTreeMap<i32, BTreeMap<MonthKey, DaySum>> = BTreeMap::new();
        self.traffic_months(months.clone(), |key, sum| {
            stored.entry(key.month).or_default().insert(key, sum);
            Ok::<_, Error>(())
        })?;
        let mut add = |month: i32| {
            let month = day_of(first_day_of(month)).strftime("%Y-%m");
            report.add(format!("traffic of {month}: the sums by month do not match its days"));
        };
        self.months_of_days(months, |month, sums| {
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
    fn check_runs(&self, days: RangeInclusive<i32>, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT coalesce(stored.day, noted.day) FROM
                (SELECT day, run, count(*) AS messages FROM message WHERE day BETWEEN ?1 AND ?2 GROUP BY day, run) AS stored
                FULL JOIN (SELECT day, run, messages FROM message_run WHERE day BETWEEN ?1 AND ?2) AS noted
                ON (stored.day, stored.run) = (noted.day, noted.run)
             WHERE stored.messages IS NOT noted.messages GROUP BY 1 ORDER BY 1",
        )?;
        for day in statement.query_map([days.start(), days.end()], |row| row.get(0))? {
            report.add(format!("traffic of {}: the runs do not have the messages that were written", day_of(day?)));
        }
        Ok(())
    }

    fn check_days_without_messages(&self, days: RangeInclusive<i32>, report: &mut CheckReport) -> Result<()> {
        for day in self.days_with_traffic(*days.start(), *days.end())? {
            if !self.transaction.prepare_cached("SELECT 1 FROM message WHERE day = ?1")?.exists([day])? {
                report.add(format!("traffic of {}: there are sums but no messages", day_of(day)));
            }
        }
        Ok(())
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
    /// Adds a message, if its import has a price for it, and each run that covers it.
    fn add(&mut self, account_id: i64, known: &KnownMessage) -> Option<()> {
        let (prices, message) = (self.prices.get(known.import_id)?, known.rated(self.day, account_id));
        let parts = i64::from(known.parts);
        let rating = if known.charged {
            let mut rating = prices.rate_first(&message).ok()?;
            let sum = self.charges.entry((known.import_id, account_id, rating.unit)).or_default();
            sum.messages += 1;
            sum.parts += parts;
            sum.amount = Money::from_e8(sum.amount.e8().saturating_add(rating.charge.e8()));
            for run in prices.repricings_of(&message) {
                let after = prices.rate_by(&run.plans, &message).ok()?;
                if after != rating {
                    let key = (run.reprice_id, known.import_id, account_id, rating.unit);
                    let sum = self.repriced.entry(key).or_default();
                    sum.messages += 1;
                    sum.parts += parts;
                    let difference = after.charge.e8() - rating.charge.e8();
                    sum.difference = Money::from_e8(sum.difference.e8().saturating_add(difference));
                }
                rating = after;
            }
            rating
        } else {
            Rating { unit: prices.unit(account_id, message.second).ok()?, charge: Money::ZERO, price_id: None }
        };
        if let Some((unit, amount)) = prices.reservation(&message, (known.state, known.charged)) {
            *self.reserved.entry((account_id, unit)).or_default() += i128::from(amount.e8());
        }
        let mut counts = StateCounts::default();
        counts.add(known.state, 1);
        let quarter = QuarterSum { quarter: QuarterSum::of_second(known.second), counts, parts };
        let detail = prices.detail(&message, &rating);
        let detail = if self.has_quarters { detail } else { detail.without_quarter() };
        let day = self.day;
        let of_day = self.accounts.entry(account_id).or_insert_with(|| AccountDay::new(day, account_id));
        let to = (known.destination.country_letters(), rating.unit, detail);
        of_day.add_messages(&quarter, to, rating.charge).ok()
    }
}
