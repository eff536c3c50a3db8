//! The usage of customers that no invoice bills yet, by month, account, country and price.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{BilledPeriod, BilledUsage, UsageCell};
use crate::model::{AccountCode, Country, Currency, MessageState, Money, SystemId, Time, Unit, Zone};
use crate::report::calendar::{Calendar, Period};
use crate::report::charged_by::ChargedBy;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficQuestion};
use crate::report::usage::usage;
use crate::store::{Snapshot, TrafficFilter};

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

/// Usage that no invoice bills yet; negative where less was used than was billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnbilledUsage {
    pub customer: AccountCode,
    pub currency: Currency,
    pub system_id: SystemId,
    /// The price of a message part, if a plan had it.
    pub price: Option<Money>,
    /// Whether its parts are those that were charged. Sums of messages that no plan priced do not tell parts that were charged
    /// from those that were not.
    pub counts_charged: bool,
    pub usage: BilledUsage,
}

impl UnbilledUsage {
    /// The country of the destination, if it has one.
    pub fn country(&self) -> Option<Country> {
        self.usage.cell.country.parse().ok()
    }
}

impl Month {
    /// The month of a day.
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first and its last day.
    pub fn days(self) -> BilledPeriod {
        BilledPeriod { first: self.0, last: self.0.last_of_month() }
    }

    /// The month in words: `October 2026`.
    pub fn name(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }

    /// The month after it.
    pub fn next(self) -> Result<Self> {
        self.0.checked_add(1.month()).map(Self).map_err(|_| Error::Overflow { what: "the month" })
    }

    /// Its period in a time zone.
    pub fn period(self, zone: &Zone) -> Result<Period> {
        let midnight = |day: Date| {
            let zoned = day.to_zoned_datetime(zone.time_zone());
            zoned
                .map(|zoned| Time::from_timestamp(zoned.timestamp()))
                .map_err(|_| Error::Overflow { what: "the month" })
        };
        Ok(Period { from: midnight(self.0)?, until: midnight(self.next()?.0)? })
    }
}

/// The unbilled usage of all months up to one, ordered by customer, currency, month, account, country and price. SMS credits are
/// never billed. Months are those of UTC.
pub fn unbilled_usage(snapshot: &Snapshot<'_>, last: Month) -> Result<Vec<UnbilledUsage>> {
    let overflow = || Error::Overflow { what: "the usage of a month" };
    let accounts = snapshot.traffic_accounts(&TrafficFilter::default())?;
    let names: HashMap<i64, (&AccountCode, &SystemId)> =
        accounts.iter().map(|account| (account.id, (&account.customer, &account.system_id))).collect();
    let ids: HashMap<&SystemId, i64> = accounts.iter().map(|account| (&account.system_id, account.id)).collect();
    let mut cells: BTreeMap<(&'static str, UsageCell), Used> = BTreeMap::new();
    let on_delivery = snapshot.accounts_on_delivery()?;
    // Without traffic there may still be usage that was billed and then reverted.
    let first = snapshot.first_day_of_traffic()?.map(Month::of);
    let mut next = first;
    while let Some(month) = next.filter(|month| *month <= last) {
        for (currency, used) in used(snapshot, month, &ids, &on_delivery)? {
            let key = (currency.code(), used.usage.cell.clone());
            match cells.entry(key) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.usage = known.usage.plus(&used.usage).ok_or_else(overflow)?;
                    known.counts_charged &= used.counts_charged;
                }
                Entry::Vacant(place) => {
                    place.insert(used);
                }
            }
        }
        next = Some(month.next()?);
    }
    snapshot.billed_usage(|currency, billed| {
        if Month::of(billed.cell.month) <= last {
            let left = cells.entry((currency.code(), billed.cell.clone())).or_insert_with(|| Used {
                usage: BilledUsage { parts: 0, charge: Money::ZERO, ..billed.clone() },
                price: None,
                counts_charged: billed.cell.is_priced_by_plan(),
            });
            left.usage = billed.opposite().and_then(|billed| left.usage.plus(&billed)).ok_or_else(overflow)?;
        }
        Ok(())
    })?;
    let mut unbilled = Vec::new();
    for ((currency, cell), Used { usage, price, counts_charged }) in cells {
        let (Some((customer, system_id)), Some(currency)) =
            (names.get(&cell.account_id), Currency::from_code(currency))
        else {
            return Err(Error::Damaged(format!("usage of SMPP account {} cannot be billed", cell.account_id)));
        };
        if usage.charge != Money::ZERO {
            let (customer, system_id) = ((*customer).clone(), (*system_id).clone());
            unbilled.push(UnbilledUsage { customer, currency, system_id, price, counts_charged, usage });
        }
    }
    let key = |usage: &UnbilledUsage| (usage.customer.to_string(), usage.currency.code());
    unbilled.sort_by_cached_key(|usage| (key(usage), usage.usage.cell.month, usage.system_id.to_string()));
    Ok(unbilled)
}

/// The usage of a cell.
struct Used {
    usage: BilledUsage,
    price: Option<Money>,
    counts_charged: bool,
}

/// What was charged in money for the messages of a month of UTC, with the price of a message part. Charges are known by days of UTC
/// only, whatever the time zone of the dates on invoices.
fn used(
    snapshot: &Snapshot<'_>,
    month: Month,
    ids: &HashMap<&SystemId, i64>,
    on_delivery: &HashSet<i64>,
) -> Result<Vec<(Currency, Used)>> {
    let question = TrafficQuestion {
        calendar: Calendar { period: month.period(&Zone::UTC)?, grain: None, zone: Zone::UTC.time_zone() },
        by: vec![TrafficGroup::Account, TrafficGroup::Country, TrafficGroup::Price],
        filter: TrafficFilter::default(),
        country: None,
    };
    let (lines, _) = usage(snapshot, &question)?;
    let mut found = Vec::with_capacity(lines.len());
    for line in lines {
        let (Unit::Currency(currency), Some(system_id)) = (line.unit, &line.traffic.system_id) else { continue };
        let Some(account_id) = ids.get(system_id).copied() else { continue };
        let (charged_by, price) = match &line.traffic.charged_by {
            Some(by @ ChargedBy::Plan { price: Some(price), .. }) => (format!("{by} {price}"), Some(*price)),
            Some(by) => (by.to_string(), None),
            None => (String::new(), None),
        };
        let country = line.traffic.country.as_ref().map(ToString::to_string).unwrap_or_default();
        let cell = UsageCell { account_id, month: month.0, country, charged_by };
        let MessageTotals { counts, parts } = line.traffic.sums;
        // Without a price of a plan, messages that were charged are in one sum with those that were not.
        let uncharged = if on_delivery.contains(&account_id) {
            counts.total() - counts.of(MessageState::Delivered)
        } else {
            counts.of(MessageState::Rejected)
        };
        let counts_charged = cell.is_priced_by_plan() || uncharged == 0;
        let usage = BilledUsage { cell, parts, charge: line.charge };
        found.push((currency, Used { usage, price, counts_charged }));
    }
    Ok(found)
}
