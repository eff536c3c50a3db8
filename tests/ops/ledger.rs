//! The ledger against a model of it: whatever is tried in whatever order, sums, numbers and keys come out right.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssgctl::model::{Entry, Money, Unit};
use ssgctl::ops::balance::{self, Adjustment};
use ssgctl::ops::customer;
use ssgctl::store::EntryFilter;
use ssgctl::{Error, Result};

use crate::support::{Scene, adjustment, collect, valid};

const CUSTOMERS: [&str; 3] = ["ACME", "GLOBEX", "INITECH"];
const UNITS: [&str; 3] = ["SMS", "EUR", "JPY"];

/// Something that is tried on the ledger.
#[derive(Debug, Clone)]
enum Step {
    Adjust { customer: usize, unit: usize, amount: i64, key: Option<u8>, allow_negative: bool, dropped: bool },
    Limit { customer: usize, unit: usize, limit: i64 },
    Archive { customer: usize },
    Unarchive { customer: usize },
    Clock { hour: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![
        20 => (-20_i64..=20).prop_map(|whole| whole * Money::ONE.e8()),
        3 => -Money::ONE.e8()..Money::ONE.e8(),
        1 => prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(i64::MAX / 2)],
    ];
    let limit = prop_oneof![4 => (0_i64..=20).prop_map(|whole| whole * Money::ONE.e8()), 1 => -5_i64..=5];
    let adjust =
        (0..3_usize, 0..3_usize, amount, proptest::option::of(0..6_u8), any::<bool>(), prop::bool::weighted(0.1));
    prop_oneof![
        20 => adjust.prop_map(|(customer, unit, amount, key, allow_negative, dropped)| {
            Step::Adjust { customer, unit, amount, key, allow_negative, dropped }
        }),
        3 => (0..3_usize, 0..3_usize, limit).prop_map(|(customer, unit, limit)| Step::Limit { customer, unit, limit }),
        1 => (0..3_usize).prop_map(|customer| Step::Archive { customer }),
        2 => (0..3_usize).prop_map(|customer| Step::Unarchive { customer }),
        1 => (0..24_u8).prop_map(|hour| Step::Clock { hour }),
    ]
}

/// What the ledger must do, in a few lines and without a database.
#[derive(Default)]
struct Model {
    balances: BTreeMap<(usize, usize), i64>,
    limits: BTreeMap<(usize, usize), i64>,
    archived: [bool; 3],
    /// Customer, unit, amount and number of the entry of each key.
    keys: BTreeMap<u8, (usize, usize, i64, usize)>,
    /// Customer, unit, amount and balance after of each entry.
    entries: Vec<(usize, usize, i64, i64)>,
}

/// How a change of balance must come out.
#[derive(Debug, PartialEq)]
enum Outcome {
    Booked(usize),
    Replayed(usize),
    Conflict,
    Archived,
    Invalid,
    Overflow,
    Insufficient,
}

impl Model {
    fn adjust(&mut self, place: (usize, usize), amount: i64, key: Option<u8>, allow_negative: bool) -> Outcome {
        if amount == 0 {
            return Outcome::Invalid;
        }
        if let Some(&(customer, unit, first, entry)) = key.and_then(|key| self.keys.get(&key)) {
            let same = (customer, unit) == place && first == amount;
            return if same { Outcome::Replayed(entry) } else { Outcome::Conflict };
        }
        if self.archived[place.0] {
            return Outcome::Archived;
        }
        if UNITS[place.1] == "SMS" && amount % Money::ONE.e8() != 0 {
            return Outcome::Invalid;
        }
        let balance = self.balances.get(&place).copied().unwrap_or_default();
        let Some(after) = balance.checked_add(amount) else { return Outcome::Overflow };
        if !allow_negative && amount < 0 && after < -self.limits.get(&place).copied().unwrap_or_default() {
            return Outcome::Insufficient;
        }
        self.balances.insert(place, after);
        self.entries.push((place.0, place.1, amount, after));
        let number = self.entries.len();
        if let Some(key) = key {
            self.keys.insert(key, (place.0, place.1, amount, number));
        }
        Outcome::Booked(number)
    }
}

fn outcome(result: &Result<balance::Receipt>) -> Outcome {
    match result {
        Ok(receipt) => {
            let number = usize::try_from(receipt.entry.id).expect("positive");
            if receipt.replayed { Outcome::Replayed(number) } else { Outcome::Booked(number) }
        }
        Err(Error::KeyConflict { .. }) => Outcome::Conflict,
        Err(Error::Archived { .. }) => Outcome::Archived,
        Err(Error::Invalid { .. }) => Outcome::Invalid,
        Err(Error::Overflow { .. }) => Outcome::Overflow,
        Err(Error::InsufficientBalance { .. }) => Outcome::Insufficient,
        Err(other) => unreachable!("{other}"),
    }
}

/// Takes one step in both worlds and compares how it came out.
fn take(step: &Step, scene: &mut Scene, model: &mut Model) {
    match *step {
        Step::Adjust { customer, unit, amount, key, allow_negative, dropped } => {
            let change = Adjustment {
                unit: Some(valid(UNITS[unit])),
                amount: Money::from_e8(amount),
                key: key.map(|key| valid(&format!("k{key}"))),
                allow_negative,
                ..adjustment("1")
            };
            if dropped {
                let mut tx = scene.store.write(&scene.origin).expect("transaction");
                // Whatever came of it is undone, so the model does not hear of it.
                let _ = balance::adjust(&mut tx, CUSTOMERS[customer], &change);
                return;
            }
            let expected = model.adjust((customer, unit), amount, key, allow_negative);
            assert_eq!(outcome(&scene.adjust(CUSTOMERS[customer], &change)), expected, "{step:?}");
        }
        Step::Limit { customer, unit, limit } => {
            let fits = limit >= 0 && (UNITS[unit] != "SMS" || limit % Money::ONE.e8() == 0);
            let unit_value: Unit = valid(UNITS[unit]);
            let set = scene.write(|tx| {
                balance::set_credit_limit(tx, CUSTOMERS[customer], Some(unit_value), Money::from_e8(limit))
            });
            assert_eq!(set.is_ok(), fits && !model.archived[customer], "{step:?} {set:?}");
            if set.is_ok() {
                model.limits.insert((customer, unit), limit);
                model.balances.entry((customer, unit)).or_default();
            }
        }
        Step::Archive { customer } => {
            let done = scene.write(|tx| customer::archive(tx, CUSTOMERS[customer])).is_ok();
            assert_eq!(done, !model.archived[customer]);
            model.archived[customer] = true;
        }
        Step::Unarchive { customer } => {
            let done = scene.write(|tx| customer::unarchive(tx, CUSTOMERS[customer])).is_ok();
            assert_eq!(done, model.archived[customer]);
            model.archived[customer] = false;
        }
        Step::Clock { hour } => {
            scene.at(&format!("2026-11-24T{hour:02}:00:00Z"));
        }
    }
}

/// Compares what is stored with what the model holds.
fn compare(scene: &mut Scene, model: &Model) {
    let entries: Vec<Entry> = scene.read(|now| collect(|each| now.entries(&EntryFilter::default(), each)));
    let index = |names: &[&str], name: &str| names.iter().position(|known| *known == name).expect("known");
    let stored: Vec<(usize, usize, i64, i64)> = entries
        .iter()
        .map(|entry| {
            let unit = index(&UNITS, entry.posting.unit.code());
            (index(&CUSTOMERS, entry.customer.as_str()), unit, entry.posting.amount.e8(), entry.balance_after.e8())
        })
        .collect();
    assert_eq!(stored, model.entries);
    assert!((1..).zip(&entries).all(|(number, entry)| entry.id == number), "numbers have no gap");
    assert!(entries.windows(2).all(|pair| pair[0].at <= pair[1].at), "times do not go back");
    for (customer, code) in CUSTOMERS.iter().enumerate() {
        let stored = scene.read(|now| now.balances_of(&now.customer(code)?));
        let stored: Vec<_> = stored.iter().map(|b| (b.unit.code(), b.balance.e8(), b.credit_limit.e8())).collect();
        let mut expected: Vec<_> = model
            .balances
            .iter()
            .filter(|((owner, _), _)| *owner == customer)
            .map(|(place, balance)| (UNITS[place.1], *balance, model.limits.get(place).copied().unwrap_or_default()))
            .collect();
        expected.sort_unstable();
        assert_eq!(stored, expected, "{code}");
    }
    // A clock that is set back is worth a word in the audit log's part of the check, and is no fault of the ledger.
    let faults: Vec<String> =
        scene.findings().into_iter().filter(|finding| !finding.contains("the clock was set back")).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_the_ledger_is_what_its_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut scene = Scene::new();
        for code in CUSTOMERS {
            scene.customer(code);
        }
        let mut model = Model::default();
        for step in &steps {
            take(step, &mut scene, &mut model);
        }
        compare(&mut scene, &model);
    }
}
