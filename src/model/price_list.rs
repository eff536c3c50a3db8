//! Price lists, and how they differ from the prices of a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::word_enum::word_enum;
use crate::model::{Money, PriceDestination, PriceRow, Time};

/// A price of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceListRow {
    /// The line of the file, and the column of the time from which the price counts.
    pub line: u64,
    pub column: u64,
    pub destination: PriceDestination,
    /// `None` if the list has no price for the destination any more.
    pub price: Option<Money>,
    /// From when it counts; `None` if it always did.
    pub effective: Option<Time>,
}

word_enum! {
    /// How a price differs from the one before it.
    pub enum PriceChangeKind {
        New = "new",
        Higher = "higher",
        Lower = "lower",
        Withdrawn = "withdrawn",
        Same = "same",
    }
}

impl PriceChangeKind {
    /// The kind of a change from one price to another, where `None` is no price.
    pub fn of(before: Option<Money>, after: Option<Money>) -> Self {
        match (before, after) {
            (before, after) if before == after => Self::Same,
            (None, _) => Self::New,
            (_, None) => Self::Withdrawn,
            (before, after) if after > before => Self::Higher,
            _ => Self::Lower,
        }
    }
}

/// The price of a destination from a time on, and the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    pub destination: PriceDestination,
    /// `None` if it has always counted.
    pub effective: Option<Time>,
    pub before: Option<Money>,
    /// `None` if the destination has no price any more.
    pub price: Option<Money>,
}

impl PriceStep {
    pub fn kind(&self) -> PriceChangeKind {
        PriceChangeKind::of(self.before, self.price)
    }
}

/// The prices of a destination: what begins when. `None` as a time is always, `None` as a price is none.
type Starts = BTreeMap<Option<Time>, Option<Money>>;

/// The prices of a plan by destination.
#[derive(Debug, Clone, Default)]
pub struct PriceHistory(BTreeMap<PriceDestination, Starts>);

impl PriceHistory {
    /// Sorts the prices of a plan, which may be in any order. Of those that count from the same second, the one that was recorded
    /// last does.
    pub fn new(mut rows: Vec<PriceRow>) -> Self {
        rows.sort_by_key(|row| row.id);
        let mut history = Self::default();
        for PriceRow { destination, price, effective_from, .. } in rows {
            history.0.entry(destination).or_default().insert(effective_from.map(Time::whole_second), price);
        }
        history
    }

    /// What a list changes, and which of its prices are in force already, by destination and time. With `replace_from`, the plan
    /// has no other prices than those of the list from that time on.
    pub fn changes(&self, list: &[PriceListRow], replace_from: Option<Time>) -> Vec<PriceStep> {
        let mut by_destination: BTreeMap<&PriceDestination, Starts> = BTreeMap::new();
        for listed in list {
            by_destination.entry(&listed.destination).or_default().insert(listed.effective, listed.price);
        }
        if replace_from.is_some() {
            for destination in self.0.keys() {
                by_destination.entry(destination).or_default();
            }
        }
        let mut changes = Vec::with_capacity(list.len());
        for (destination, listed) in by_destination {
            let mut starts = self.0.get(destination).cloned().unwrap_or_default();
            // In the order of time, because a price that is replaced may end what the next one would have repeated.
            let replaced = replace_from.map(|from| self.replaced(destination, &listed, from)).unwrap_or_default();
            let points: BTreeSet<Option<Time>> = listed.keys().chain(&replaced).copied().collect();
            for effective in points {
                let (before, price) = (in_force(&starts, effective), in_force(&listed, effective));
                if before != price {
                    starts.insert(effective, price);
                }
                if before != price || listed.contains_key(&effective) {
                    changes.push(PriceStep { destination: destination.clone(), effective, before, price });
                }
            }
        }
        changes
    }

    /// When a destination of a replaced plan may have to change: at the time, and whenever the plan has another price later. Until
    /// its first price in the list counts, nothing changes; a destination that is not in the list has no price.
    fn replaced(&self, destination: &PriceDestination, listed: &Starts, from: Time) -> BTreeSet<Option<Time>> {
        let own = self.0.get(destination).into_iter().flat_map(BTreeMap::keys).copied();
        let times = own.filter(|time| *time > Some(from)).chain([Some(from)]);
        times.filter(|time| listed.is_empty() || listed.range(..=*time).next().is_some()).collect()
    }

    /// The prices in force at a time and those that count later, each with the one before it. With `since`, the price in force then
    /// is the one before, and a price that was withdrawn meanwhile is in the list too.
    pub fn list(&self, at: Time, since: Option<Time>) -> Vec<PriceStep> {
        let mut list = Vec::with_capacity(self.0.len());
        for (destination, starts) in &self.0 {
            let steps = steps(starts);
            let change =
                |effective, before, price| PriceStep { destination: destination.clone(), effective, before, price };
            let current = steps.iter().rfind(|step| step.0 <= Some(at));
            let then = since.map(|since| in_force(starts, Some(since)));
            if let Some(&(effective, before, price)) = current {
                let before = then.unwrap_or(before);
                if price.is_some() || (since.is_some() && before.is_some()) {
                    list.push(change(effective, before, price));
                }
            }
            let later = steps.iter().filter(|step| step.0 > Some(at));
            list.extend(later.map(|&(effective, before, price)| change(effective, before, price)));
        }
        list
    }

    /// What differs between two times.
    pub fn difference(&self, from: Time, to: Time) -> Vec<PriceStep> {
        let mut list = self.list(to, Some(from));
        list.retain(|change| change.effective <= Some(to) && change.kind() != PriceChangeKind::Same);
        list
    }

    /// The price of a destination at a time; `None` as a time is the beginning of all.
    pub fn price(&self, destination: &PriceDestination, time: Option<Time>) -> Option<Money> {
        in_force(self.0.get(destination)?, time)
    }

    /// The prices that are in force at a time.
    pub fn at(&self, time: Time) -> BTreeMap<&PriceDestination, Money> {
        let price = |(destination, starts)| in_force(starts, Some(time)).map(|price| (destination, price));
        self.0.iter().filter_map(price).collect()
    }
}

/// The price in force at a time.
fn in_force(starts: &Starts, time: Option<Time>) -> Option<Money> {
    starts.range(..=time).next_back().and_then(|(_, price)| *price)
}

/// The changes of a price over time: from when, what was before, and what is from then on.
fn steps(starts: &Starts) -> Vec<(Option<Time>, Option<Money>, Option<Money>)> {
    let mut before = None;
    let mut steps = Vec::new();
    for (effective, price) in starts {
        if *price != before {
            steps.push((*effective, before, *price));
        }
        before = *price;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(day: i64) -> Time {
        Time::from_timestamp(jiff::Timestamp::from_second(day * 86_400).expect("a time"))
    }

    fn row(id: i64, destination: &str, price: Option<i64>, day: Option<i64>) -> PriceRow {
        PriceRow {
            id,
            destination: destination.parse().expect("a destination"),
            price: price.map(Money::from_e8),
            effective_from: day.map(time),
            recorded_at: time(0),
        }
    }

    fn listed(destination: &str, price: Option<i64>, day: Option<i64>) -> PriceListRow {
        PriceListRow {
            line: 2,
            column: 1,
            destination: destination.parse().expect("a destination"),
            price: price.map(Money::from_e8),
            effective: day.map(time),
        }
    }

    /// Destination, day, price before, price.
    fn shown(changes: &[PriceStep]) -> Vec<String> {
        let price = |price: Option<Money>| price.map_or("-".to_owned(), |price| price.e8().to_string());
        let day = |time: Time| time.timestamp().as_second() / 86_400;
        changes
            .iter()
            .map(|change| {
                let effective = change.effective.map_or("always".to_owned(), |time| day(time).to_string());
                format!(
                    "{} {effective} {} {} {}",
                    change.destination,
                    price(change.before),
                    price(change.price),
                    change.kind()
                )
            })
            .collect()
    }

    fn plan() -> PriceHistory {
        PriceHistory::new(vec![
            row(1, "default", Some(9), None),
            row(2, "GB", Some(3), None),
            row(3, "GB", Some(4), Some(10)),
            row(4, "NG", Some(7), Some(5)),
            row(5, "NG", None, Some(20)),
            row(6, "US", Some(1), Some(30)),
        ])
    }

    #[test]
    fn a_price_that_is_in_force_at_its_time_changes_nothing() {
        let list = [
            listed("GB", Some(4), Some(15)),
            listed("NG", Some(8), Some(15)),
            listed("DE", Some(2), Some(15)),
            listed("US", None, Some(15)),
            listed("default", Some(8), Some(15)),
        ];
        assert_eq!(
            shown(&plan().changes(&list, None)),
            ["default 15 9 8 lower", "DE 15 - 2 new", "GB 15 4 4 same", "NG 15 7 8 higher", "US 15 - - same"]
        );
    }

    #[test]
    fn a_replaced_plan_has_no_other_prices_from_its_time_on() {
        let list = [listed("GB", Some(4), Some(15)), listed("NG", Some(8), Some(15))];
        assert_eq!(
            shown(&plan().changes(&list, Some(time(15)))),
            [
                "default 15 9 - withdrawn",
                "GB 15 4 4 same",
                "NG 15 7 8 higher",
                // The plan would have withdrawn it on day 20, but the list is the whole truth from day 15 on.
                "NG 20 - 8 new",
                "US 30 1 - withdrawn",
            ]
        );
    }

    #[test]
    fn a_list_shows_the_price_before_and_what_comes_later() {
        let list =
            ["default always - 9 new", "GB 10 3 4 higher", "NG 5 - 7 new", "NG 20 7 - withdrawn", "US 30 - 1 new"];
        assert_eq!(shown(&plan().list(time(12), None)), list);
        let since = ["default always 9 9 same", "GB 10 4 4 same", "NG 20 7 - withdrawn", "US 30 - 1 new"];
        assert_eq!(shown(&plan().list(time(25), Some(time(12)))), since);
        assert_eq!(shown(&plan().difference(time(8), time(25))), ["GB 10 3 4 higher", "NG 20 7 - withdrawn"]);
    }

    fn rows() -> impl Strategy<Value = Vec<PriceRow>> {
        let row_of = (
            prop::sample::select(vec!["default", "GB", "NG", "+44", "23410"]),
            prop::option::of(0_i64..4),
            prop::option::of(0_i64..8),
        );
        prop::collection::vec(row_of, 0..20).prop_map(|rows| {
            (1..).zip(rows).map(|(id, (destination, price, day))| row(id, destination, price, day)).collect()
        })
    }

    /// The rows of a plan after changes were recorded.
    fn after(mut rows: Vec<PriceRow>, changes: &[PriceStep]) -> PriceHistory {
        for change in changes.iter().filter(|change| change.kind() != PriceChangeKind::Same) {
            let PriceStep { destination, effective, price, .. } = change.clone();
            let id = i64::try_from(rows.len()).expect("few") + 1;
            rows.push(PriceRow { id, destination, price, effective_from: effective, ..row(id, "GB", None, None) });
        }
        PriceHistory::new(rows)
    }

    fn as_list(changes: &[PriceStep]) -> Vec<PriceListRow> {
        let listed = |change: &PriceStep| PriceListRow {
            line: 1,
            column: 1,
            destination: change.destination.clone(),
            price: change.price,
            effective: change.effective,
        };
        changes.iter().map(listed).collect()
    }

    proptest! {
        #[test]
        fn reading_back_a_list_changes_nothing(rows in rows(), at in 0_i64..9, since in prop::option::of(0_i64..9), replaces: bool) {
            let history = PriceHistory::new(rows);
            let list = as_list(&history.list(time(at), since.map(time)));
            let changes = history.changes(&list, replaces.then(|| time(at)));
            prop_assert!(changes.iter().all(|change| change.kind() == PriceChangeKind::Same), "{:?}", shown(&changes));
        }

        #[test]
        fn what_is_recorded_is_what_the_list_says(rows in rows(), list in rows(), from in 0_i64..9, replaces: bool) {
            let history = PriceHistory::new(rows.clone());
            let target = PriceHistory::new(list.clone());
            let list = target.0.iter().flat_map(|(destination, starts)| starts.iter().map(|(effective, price)| PriceListRow {
                line: 1, column: 1, destination: destination.clone(), price: *price, effective: *effective,
            }));
            let list: Vec<_> = list.collect();
            let changes = history.changes(&list, replaces.then(|| time(from)));
            let after = after(rows, &changes);
            for listed in &list {
                let starts = after.0.get(&listed.destination).cloned().unwrap_or_default();
                prop_assert_eq!(in_force(&starts, listed.effective), listed.price);
            }
            let again = after.changes(&list, replaces.then(|| time(from)));
            prop_assert!(again.iter().all(|change| change.kind() == PriceChangeKind::Same), "{:?}", shown(&again));
            for day in from..12 {
                for (destination, starts) in after.0.iter().filter(|_| replaces) {
                    let listed = target.0.get(destination).cloned().unwrap_or_default();
                    let wanted = match listed.range(..=Some(time(day))).next() {
                        Some(_) => in_force(&listed, Some(time(day))),
                        None if listed.is_empty() => None,
                        None => history.0.get(destination).and_then(|starts| in_force(starts, Some(time(day)))),
                    };
                    prop_assert_eq!(in_force(starts, Some(time(day))), wanted);
                }
            }
        }
    }
}
