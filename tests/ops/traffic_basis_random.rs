//! Random histories of imports, corrections and ends of messages, on both bases, against a model that keeps everything it ever saw.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssgctl::model::{EffectiveFrom, MessageState, Money};
use ssgctl::ops::overlay;
use ssgctl::store::{Snapshot, StoredMessage};
use ssgctl::traffic::{self, ExpireAccounts, RepriceAccounts, RepriceRequest};
use ssgctl::{Error, ops};

use super::traffic::{request, run};
use super::traffic_delivered::{add_plan, euros, expire, set_plan};
use super::traffic_prices::{HEADER, fixture, set};
use super::traffic_reprice::{GB, NG, of_november, reprice};
use crate::support::fixture::{Fixture, cases, valid};

/// A report: the place of its message, the slot of its time, and its state.
type Report = (usize, i64, MessageState);

#[derive(Debug, Clone)]
enum Step {
    Import(Vec<Report>),
    /// A price of a plan, `std` or `dlr`, for a destination, from a slot on.
    Price(bool, &'static str, Option<i64>, i64),
    Reprice(i64, i64),
    Expire(i64),
    /// Reverts the import of this number, counted from the last.
    Revert(usize),
}

/// The prices of which plan count for a message.
#[derive(Debug, Clone, Copy)]
struct Bases {
    /// Whether the service charges delivered messages up to a slot, and from it on.
    service: (bool, bool),
    changes_at: i64,
    /// Whether the overlay, which has a price for Nigeria, charges them. It has the other basis of `special`.
    overlay: Option<bool>,
}

/// What the model knows of a message.
#[derive(Debug, Clone)]
struct Known {
    /// The import that added or charged it.
    import: usize,
    /// How many rows of prices count for it.
    version: usize,
    slot: i64,
    state: MessageState,
    /// Whether a report said that it was sent.
    was_sent: bool,
    charged: bool,
}

#[derive(Debug)]
struct Model {
    bases: Bases,
    /// Plan, destination, slot from which it counts, price.
    prices: Vec<(&'static str, &'static str, i64, i64)>,
    messages: BTreeMap<usize, Known>,
    /// From, until, rows of prices that count, and the imports that there were.
    runs: Vec<(i64, i64, usize, usize)>,
    imports: usize,
}

const NUMBERS: [(&str, &str); 3] = [(NG, "NG"), (GB, "GB"), ("+33612345678", "FR")];

impl Model {
    /// The plans that are asked for a message, and whether each charges delivered messages.
    fn plans(&self, slot: i64) -> Vec<(&'static str, bool)> {
        let is_delivered = if slot < self.bases.changes_at { self.bases.service.0 } else { self.bases.service.1 };
        let overlay =
            self.bases.overlay.map(|is_delivered| (if is_delivered { "over" } else { "special" }, is_delivered));
        overlay.into_iter().chain([(if is_delivered { "dlr" } else { "std" }, is_delivered)]).collect()
    }

    /// What a part of a message costs, and whether it is charged when it is delivered. The last row of those in force counts.
    fn price(&self, message: usize, slot: i64, version: usize) -> (i64, bool) {
        let country = NUMBERS[message % 3].1;
        for (plan, is_delivered) in self.plans(slot) {
            for destination in [country, "default"] {
                let rows = self.prices[..version].iter().filter(|row| (row.0, row.1) == (plan, destination));
                if let Some(row) = rows.filter(|row| row.2 <= slot).max_by_key(|row| row.2) {
                    return (row.3, is_delivered);
                }
            }
        }
        unreachable!("all plans of services have a default price")
    }

    fn is_delivered_basis(&self, message: usize, slot: i64) -> bool {
        self.price(message, slot, self.prices.len()).1
    }

    /// Every price that a charged message had, in the order of the runs.
    fn prices_of(&self, message: usize, known: &Known, slot: i64) -> Vec<i64> {
        let covers = |run: &&(i64, i64, usize, usize)| run.0 <= slot && slot < run.1 && known.import < run.3;
        let versions = self.runs.iter().filter(covers).map(|run| run.2);
        [known.version].into_iter().chain(versions).map(|version| self.price(message, slot, version).0).collect()
    }

    fn import(&mut self, reports: &[Report]) {
        let (import, version) = (self.imports, self.prices.len());
        self.imports += 1;
        let mut by_message: BTreeMap<usize, Vec<Report>> = BTreeMap::new();
        for report in reports {
            by_message.entry(report.0).or_default().push(*report);
        }
        for (message, reports) in by_message {
            let before = self.messages.get(&message).cloned();
            if let Some(known) = before.as_ref().filter(|known| known.charged) {
                let mut known = known.clone();
                for (_, slot, state) in reports {
                    known.state = known.state.max(state);
                    if slot < known.slot
                        && self.rows_of(message, &known, slot) == self.rows_of(message, &known, known.slot)
                    {
                        known.slot = slot;
                    }
                }
                self.messages.insert(message, known);
                continue;
            }
            let mut known = before.unwrap_or(Known {
                import,
                version,
                slot: i64::MAX,
                state: MessageState::Pending,
                was_sent: false,
                charged: false,
            });
            for (_, slot, state) in reports {
                known.slot = known.slot.min(slot);
                known.state = known.state.max(state);
                known.was_sent |= state != MessageState::Rejected;
            }
            let is_delivered = self.is_delivered_basis(message, known.slot);
            known.charged = if is_delivered { known.state == MessageState::Delivered } else { known.was_sent };
            if known.charged {
                (known.import, known.version) = (import, version);
            }
            self.messages.insert(message, known);
        }
    }

    /// The rows of prices that a charged message had: a message keeps its time if another one has another row.
    fn rows_of(&self, message: usize, known: &Known, slot: i64) -> Vec<Option<usize>> {
        let covers = |run: &&(i64, i64, usize, usize)| run.0 <= slot && slot < run.1 && known.import < run.3;
        let versions = self.runs.iter().filter(covers).map(|run| run.2);
        let row = |version: usize| {
            let country = NUMBERS[message % 3].1;
            self.plans(slot).into_iter().find_map(|(plan, _)| {
                [country, "default"].into_iter().find_map(|destination| {
                    let rows = self.prices[..version].iter().enumerate();
                    let rows = rows.filter(|(_, row)| (row.0, row.1) == (plan, destination) && row.2 <= slot);
                    rows.max_by_key(|(_, row)| row.2).map(|(place, _)| place)
                })
            })
        };
        [known.version].into_iter().chain(versions).map(row).collect()
    }

    /// The balance, and what is reserved.
    fn euros(&self) -> (String, String) {
        let (mut charged, mut reserved) = (0, 0);
        for (message, known) in &self.messages {
            let parts = parts(*message);
            if known.charged {
                charged += parts * self.prices_of(*message, known, known.slot).last().expect("a price");
            } else if known.state <= MessageState::Unknown {
                let (price, is_delivered) = self.price(*message, known.slot, known.version);
                reserved += if is_delivered { parts * price } else { 0 };
            }
        }
        (Money::from_e8(-charged).to_string(), Money::from_e8(reserved).to_string())
    }
}

fn parts(message: usize) -> i64 {
    i64::try_from(message % 4 + 1).expect("a number")
}

/// The last day of a month, whose sums distinguish quarter hours.
fn time(slot: i64) -> String {
    format!("2026-11-30T10:{:02}:00Z", slot * 4)
}

/// The file of an import; `number` makes its bytes unlike those of every other one.
fn file(number: usize, reports: &[Report]) -> String {
    let rows = reports.iter().map(|(message, slot, state)| {
        let destination = NUMBERS[message % 3].0;
        format!("m{message},{},acme,{destination},{state},{},,\n", time(*slot), parts(*message))
    });
    let own = format!("own{number},{},acme,{GB},rejected,1,,\n", time(9));
    format!("{HEADER}{own}{}", rows.collect::<String>())
}

fn reports(changes_basis: bool) -> impl Strategy<Value = Vec<Report>> {
    let state = prop::sample::select(MessageState::ALL.to_vec());
    prop::collection::vec((0..7_usize, 0..6_i64, state), 1..8).prop_map(move |mut reports| {
        if changes_basis {
            // An import that moves an uncharged message to a time of another basis and back owns it, in some order of its reports.
            for report in &mut reports {
                report.2 = if report.2 == MessageState::Rejected { MessageState::Expired } else { report.2 };
            }
            reports.sort_by_key(|report| report.0);
            reports.dedup_by_key(|report| report.0);
        }
        reports
    })
}

fn steps(changes_basis: bool) -> impl Strategy<Value = Vec<Step>> {
    let destination = prop::sample::select(vec!["NG", "GB", "default"]);
    let step = prop_oneof![
        5 => reports(changes_basis).prop_map(Step::Import),
        2 => (any::<bool>(), destination, prop::option::of(0..6_i64), 1..1_000_i64)
            .prop_map(|(is_delivered, destination, slot, price)| Step::Price(is_delivered, destination, slot, price)),
        1 => (0..6_i64, 1..6_i64).prop_map(|(from, length)| Step::Reprice(from, length)),
        1 => (0..7_i64).prop_map(Step::Expire),
        1 => (0..3_usize).prop_map(Step::Revert),
    ];
    prop::collection::vec(step, 1..14)
}

fn histories() -> impl Strategy<Value = (Bases, Vec<Step>)> {
    let bases = (any::<(bool, bool)>(), 0..6_i64, any::<Option<bool>>());
    bases.prop_flat_map(|(service, changes_at, overlay)| {
        let bases = Bases { service, changes_at, overlay };
        (Just(bases), steps(service.0 != service.1))
    })
}

/// A database and the model of it, with the same plans.
fn both(bases: Bases) -> (Fixture, Model) {
    let mut fixture = fixture();
    add_plan(&mut fixture, "dlr", Some("0.02"));
    add_plan(&mut fixture, "over", None);
    let plan = |is_delivered| if is_delivered { "dlr" } else { "std" };
    set_plan(&mut fixture, plan(bases.service.0), EffectiveFrom::Beginning);
    set_plan(&mut fixture, plan(bases.service.1), EffectiveFrom::Time(valid(&time(bases.changes_at))));
    for overlay in ["over", "special"] {
        set(&mut fixture, overlay, "NG", "0.07", "");
    }
    if let Some(is_delivered) = bases.overlay {
        let plan = if is_delivered { "over" } else { "special" };
        fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some(plan), None)).expect("an overlay");
    }
    let always = i64::MIN;
    let prices = vec![
        ("std", "default", always, 5_000_000),
        ("dlr", "default", always, 2_000_000),
        ("over", "NG", always, 7_000_000),
        ("special", "NG", always, 7_000_000),
    ];
    (fixture, Model { bases, prices, messages: BTreeMap::new(), runs: Vec::new(), imports: 0 })
}

fn apply(fixture: &mut Fixture, model: &mut Model, step: Step) {
    match step {
        Step::Import(reports) => {
            let number = model.imports;
            let wanted = request(fixture, &format!("{number}.csv"), &file(number, &reports));
            run(fixture, &wanted).expect("imported");
            model.import(&reports);
        }
        Step::Price(is_delivered, destination, slot, price) => {
            let plan = if is_delivered { "dlr" } else { "std" };
            let from = slot.map(time).unwrap_or_default();
            set(fixture, plan, destination, &Money::from_e8(price).to_string(), &from);
            model.prices.push((plan, destination, slot.unwrap_or(i64::MIN), price));
        }
        Step::Reprice(from, length) => {
            let (start, until) = (valid(&time(from)), valid(&time(from + length)));
            let wanted = RepriceRequest { from: start, until, ..of_november(RepriceAccounts::All) };
            if reprice(fixture, &wanted).expect("repriced").id.is_some() {
                model.runs.push((from, from + length, model.prices.len(), model.imports));
            }
        }
        Step::Expire(before) => {
            expire(fixture, &time(before), ExpireAccounts::All);
            for known in model.messages.values_mut() {
                if known.slot < before && known.state <= MessageState::Unknown {
                    known.state = MessageState::Expired;
                }
            }
        }
        Step::Revert(back) => {
            let Some(import) = model.imports.checked_sub(back + 1) else { return };
            let id = i64::try_from(import + 1).expect("a number");
            // Whether others build on it is the business of other tests.
            if fixture.write(|tx| traffic::revert(tx, id)).is_ok() {
                model.messages.retain(|_, known| known.import != import);
            }
        }
    }
}

/// The states and times of the stored messages.
fn stored(now: &Snapshot<'_>) -> Result<BTreeMap<String, (u32, MessageState, bool)>, Error> {
    let mut found = BTreeMap::new();
    now.messages((0, i32::MAX), |StoredMessage { id, known, .. }| {
        if !id.to_string().starts_with("own") {
            found.insert(id.to_string(), ((known.second - 36_000) / 240, known.state, known.charged));
        }
        Ok::<_, Error>(())
    })?;
    Ok(found)
}

proptest! {
    #![proptest_config(cases(24))]

    /// 24 histories of up to 13 steps: after each step, the balance and what is reserved are those of the model.
    #[test]
    fn both_bases_charge_and_reserve_what_a_slow_model_says((bases, steps) in histories()) {
        let (mut fixture, mut model) = both(bases);
        for step in steps {
            apply(&mut fixture, &mut model, step);
            prop_assert_eq!(euros(&mut fixture), model.euros());
        }
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
        let expected: BTreeMap<String, (u32, MessageState, bool)> = model
            .messages
            .iter()
            .map(|(message, known)| {
                let slot = u32::try_from(known.slot).expect("a slot");
                (format!("m{message}"), (slot, known.state, known.charged))
            })
            .collect();
        prop_assert_eq!(fixture.read(stored), expected);
        // Nothing is lost by posting and pruning, which is refused as long as something is reserved.
        fixture.write(|tx| ops::balance::post_accrued(tx, ops::balance::DueCharges::All)).expect("posted");
        let pruned = fixture.write(|tx| traffic::forget_before(tx, 20_788));
        prop_assert_eq!(pruned.is_ok(), model.euros().1 == "0");
        if pruned.is_ok() {
            while fixture.write(traffic::prune).expect("pruned").goes_on {}
        }
        prop_assert_eq!(euros(&mut fixture), model.euros());
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}
