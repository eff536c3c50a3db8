//! The ledger against a model of it: whatever is tried in whatever order, sums, numbers and keys come out right.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssgctl::model::{EntryKind, Money, Unit};
use ssgctl::ops::balance::{self, Adjustment, Receipt, Reversal, Transfer};
use ssgctl::ops::customer;
use ssgctl::{Error, Result};

use crate::support::fixture::{Fixture, adjustment, cases, reversal, transfer, valid};

const CUSTOMERS: [&str; 3] = ["ACME", "GLOBEX", "INITECH"];
const UNITS: [&str; 3] = ["SMS", "EUR", "JPY"];

/// Something that is tried on the ledger.
#[derive(Debug, Clone)]
enum Step {
    Adjust { place: Place, amount: i64, key: Option<u8>, allow_negative: bool, dropped: bool },
    Reverse { entry: usize, key: Option<u8>, allow_negative: bool },
    Transfer { place: Place, to: usize, amount: i64, key: Option<u8>, allow_negative: bool },
    Limit { place: Place, limit: i64 },
    Archive { customer: usize },
    Unarchive { customer: usize },
    Clock { hour: u8 },
}

/// A customer and a unit.
type Place = (usize, usize);

fn step() -> impl Strategy<Value = Step> {
    let amount = || {
        prop_oneof![
            20 => (-20_i64..=20).prop_map(|whole| whole * Money::ONE.e8()),
            3 => -Money::ONE.e8()..Money::ONE.e8(),
            1 => prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(i64::MAX / 2)],
        ]
    };
    let moved = prop_oneof![30 => (0_i64..=20).prop_map(|whole| whole * Money::ONE.e8()), 4 => amount()];
    let limit = prop_oneof![4 => (0_i64..=20).prop_map(|whole| whole * Money::ONE.e8()), 1 => -5_i64..=5];
    let place = || (0..3_usize, 0..3_usize);
    let key = || proptest::option::of(0..8_u8);
    let adjust = (place(), amount(), key(), any::<bool>(), prop::bool::weighted(0.1));
    let reverse = (0..25_usize, key(), any::<bool>());
    let transfer = (place(), 0..3_usize, moved, key(), any::<bool>());
    prop_oneof![
        20 => adjust.prop_map(|(place, amount, key, allow_negative, dropped)| {
            Step::Adjust { place, amount, key, allow_negative, dropped }
        }),
        8 => reverse.prop_map(|(entry, key, allow_negative)| Step::Reverse { entry, key, allow_negative }),
        10 => transfer.prop_map(|(place, to, amount, key, allow_negative)| {
            Step::Transfer { place, to, amount, key, allow_negative }
        }),
        3 => (place(), limit).prop_map(|(place, limit)| Step::Limit { place, limit }),
        1 => (0..3_usize).prop_map(|customer| Step::Archive { customer }),
        2 => (0..3_usize).prop_map(|customer| Step::Unarchive { customer }),
        1 => (0..24_u8).prop_map(|hour| Step::Clock { hour }),
    ]
}

/// What the model keeps of an entry. Entries are numbered from 1.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    kind: EntryKind,
    place: Place,
    amount: i64,
    after: i64,
    reverses: Option<usize>,
    counterpart: Option<usize>,
    key: Option<u8>,
}

/// What the ledger must do, in a few lines and without a database.
#[derive(Default)]
struct Model {
    balances: BTreeMap<Place, i64>,
    limits: BTreeMap<Place, i64>,
    archived: [bool; 3],
    entries: Vec<Line>,
}

/// How a change of balance must come out.
#[derive(Debug, PartialEq)]
enum Outcome {
    Posted(Vec<usize>),
    Replayed(Vec<usize>),
    Conflict,
    Archived,
    Invalid,
    Overflow,
    Insufficient,
    NotFound,
    Reversed,
    Refused,
}

impl Model {
    /// What comes of a key that was used before: the same change is its first receipt again.
    fn of_key(&self, key: Option<u8>, same: impl FnOnce(&Line) -> bool) -> Option<Outcome> {
        let number = 1 + self.entries.iter().position(|line| key.is_some() && line.key == key)?;
        let line = &self.entries[number - 1];
        let halves = std::iter::once(number).chain(line.counterpart).collect();
        Some(if same(line) { Outcome::Replayed(halves) } else { Outcome::Conflict })
    }

    /// Whether an amount fits a unit, and a balance can be moved by it.
    fn check(&self, place: Place, amount: i64, allow_negative: bool) -> Result<(), Outcome> {
        let balance = self.balances.get(&place).copied().unwrap_or_default();
        let after = balance.checked_add(amount).ok_or(Outcome::Overflow)?;
        let floor = -self.limits.get(&place).copied().unwrap_or_default();
        if !allow_negative && amount < 0 && after < floor { Err(Outcome::Insufficient) } else { Ok(()) }
    }

    fn post(&mut self, mut lines: Vec<Line>) -> Outcome {
        let first = self.entries.len() + 1;
        if let [one, other] = &mut lines[..] {
            (one.counterpart, other.counterpart) = (Some(first + 1), Some(first));
        }
        let numbers = (first..first + lines.len()).collect();
        for mut line in lines {
            let balance = self.balances.entry(line.place).or_default();
            *balance += line.amount;
            line.after = *balance;
            self.entries.push(line);
        }
        Outcome::Posted(numbers)
    }

    fn adjust(&mut self, place: Place, amount: i64, key: Option<u8>, allow_negative: bool) -> Outcome {
        if amount == 0 {
            return Outcome::Invalid;
        }
        let kind = EntryKind::Adjustment;
        let same = |line: &Line| (line.kind, line.place, line.amount) == (kind, place, amount);
        if let Some(outcome) = self.of_key(key, same) {
            return outcome;
        }
        if self.archived[place.0] {
            return Outcome::Archived;
        }
        if !fits(place, amount) {
            return Outcome::Invalid;
        }
        match self.check(place, amount, allow_negative) {
            Err(outcome) => outcome,
            Ok(()) => self.post(vec![line(kind, place, amount, key)]),
        }
    }

    fn transfer(&mut self, place: Place, to: usize, amount: i64, key: Option<u8>, allow_negative: bool) -> Outcome {
        if amount < 0 {
            return Outcome::Invalid;
        }
        if place.0 == to {
            return Outcome::Refused;
        }
        let (kind, target) = (EntryKind::Transfer, (to, place.1));
        let same = |line: &Line| {
            let taker = line.counterpart.map(|number| self.entries[number - 1].place);
            (line.kind, line.place, line.amount, taker) == (kind, place, -amount, Some(target))
        };
        if let Some(outcome) = self.of_key(key, same) {
            return outcome;
        }
        if self.archived[place.0] || self.archived[to] {
            return Outcome::Archived;
        }
        if amount == 0 || !fits(place, amount) {
            return Outcome::Invalid;
        }
        match self.check(place, -amount, allow_negative).and_then(|()| self.check(target, amount, true)) {
            Err(outcome) => outcome,
            Ok(()) => self.post(vec![line(kind, place, -amount, key), line(kind, target, amount, None)]),
        }
    }

    fn reverse(&mut self, entry: usize, key: Option<u8>, allow_negative: bool) -> Outcome {
        let same = |line: &Line| line.reverses == Some(entry);
        if let Some(outcome) = self.of_key(key, same) {
            return outcome;
        }
        let Some(undone) = entry.checked_sub(1).and_then(|index| self.entries.get(index)) else {
            return Outcome::NotFound;
        };
        let mut lines = Vec::new();
        for (number, key) in std::iter::once((entry, key)).chain(undone.counterpart.map(|number| (number, None))) {
            let undone = &self.entries[number - 1];
            if undone.kind == EntryKind::Reversal {
                return Outcome::Refused;
            }
            if self.entries.iter().any(|line| line.reverses == Some(number)) {
                return Outcome::Reversed;
            }
            if self.archived[undone.place.0] {
                return Outcome::Archived;
            }
            let Some(amount) = undone.amount.checked_neg() else { return Outcome::Overflow };
            if let Err(outcome) = self.check(undone.place, amount, allow_negative) {
                return outcome;
            }
            lines.push(Line { reverses: Some(number), ..line(EntryKind::Reversal, undone.place, amount, key) });
        }
        self.post(lines)
    }
}

fn line(kind: EntryKind, place: Place, amount: i64, key: Option<u8>) -> Line {
    Line { kind, place, amount, after: 0, reverses: None, counterpart: None, key }
}

/// SMS credits are whole.
fn fits(place: Place, amount: i64) -> bool {
    UNITS[place.1] != "SMS" || amount % Money::ONE.e8() == 0
}

fn outcome(result: Result<Vec<Receipt>>) -> Outcome {
    match result {
        Ok(receipts) => {
            let numbers = receipts.iter().map(|receipt| usize::try_from(receipt.entry.id).expect("positive")).collect();
            if receipts[0].replayed { Outcome::Replayed(numbers) } else { Outcome::Posted(numbers) }
        }
        Err(Error::KeyConflict { .. }) => Outcome::Conflict,
        Err(Error::Archived { .. }) => Outcome::Archived,
        Err(Error::Invalid { .. }) => Outcome::Invalid,
        Err(Error::Overflow { .. }) => Outcome::Overflow,
        Err(Error::InsufficientBalance { .. }) => Outcome::Insufficient,
        Err(Error::NotFound { .. }) => Outcome::NotFound,
        Err(Error::AlreadyReversed { .. }) => Outcome::Reversed,
        Err(Error::Refused(_)) => Outcome::Refused,
        Err(other) => unreachable!("{other}"),
    }
}

/// Takes one step in both worlds and compares how it came out.
fn take(step: &Step, fixture: &mut Fixture, model: &mut Model) {
    let named = |key: Option<u8>| key.map(|key| valid(&format!("k{key}")));
    match *step {
        Step::Adjust { place, amount, key, allow_negative, dropped } => {
            let unit = Some(valid(UNITS[place.1]));
            let amount_value = Money::from_e8(amount);
            let change = Adjustment { unit, amount: amount_value, key: named(key), allow_negative, ..adjustment("1") };
            if dropped {
                let mut tx = fixture.store.write(&fixture.origin).expect("transaction");
                // Whatever came of it is undone, so the model does not hear of it.
                let _ = balance::adjust(&mut tx, CUSTOMERS[place.0], &change);
                return;
            }
            let done = fixture.adjust(CUSTOMERS[place.0], &change).map(|receipt| vec![receipt]);
            assert_eq!(outcome(done), model.adjust(place, amount, key, allow_negative), "{step:?}");
        }
        Step::Transfer { place, to, amount, key, allow_negative } => {
            let unit = Some(valid(UNITS[place.1]));
            let amount_value = Money::from_e8(amount);
            let change = Transfer { unit, amount: amount_value, key: named(key), allow_negative, ..transfer("1") };
            let done = fixture.write(|tx| balance::transfer(tx, CUSTOMERS[place.0], CUSTOMERS[to], &change));
            assert_eq!(outcome(done), model.transfer(place, to, amount, key, allow_negative), "{step:?}");
        }
        Step::Reverse { entry, key, allow_negative } => {
            let number = i64::try_from(entry).expect("small");
            let change = Reversal { key: named(key), allow_negative, ..reversal(number) };
            let done = fixture.write(|tx| balance::reverse(tx, &change));
            assert_eq!(outcome(done), model.reverse(entry, key, allow_negative), "{step:?}");
        }
        Step::Limit { place, limit } => {
            let unit: Unit = valid(UNITS[place.1]);
            let limit_value = Money::from_e8(limit);
            let set = fixture.write(|tx| balance::set_credit_limit(tx, CUSTOMERS[place.0], Some(unit), limit_value));
            assert_eq!(set.is_ok(), limit >= 0 && fits(place, limit) && !model.archived[place.0], "{step:?} {set:?}");
            if set.is_ok() {
                model.limits.insert(place, limit);
                model.balances.entry(place).or_default();
            }
        }
        Step::Archive { customer } => {
            let done = fixture.write(|tx| customer::archive(tx, CUSTOMERS[customer])).is_ok();
            assert_eq!(done, !model.archived[customer]);
            model.archived[customer] = true;
        }
        Step::Unarchive { customer } => {
            let done = fixture.write(|tx| customer::unarchive(tx, CUSTOMERS[customer])).is_ok();
            assert_eq!(done, model.archived[customer]);
            model.archived[customer] = false;
        }
        Step::Clock { hour } => {
            fixture.at(&format!("2026-11-24T{hour:02}:00:00Z")).store.accept_clock();
        }
    }
}

/// Compares what is stored with what the model holds.
fn compare(fixture: &mut Fixture, model: &Model) {
    let entries = fixture.entries();
    let index = |names: &[&str], name: &str| names.iter().position(|known| *known == name).expect("known");
    let number = |id: i64| usize::try_from(id).expect("positive");
    let stored = entries.iter().map(|entry| Line {
        kind: entry.posting.kind,
        place: (index(&CUSTOMERS, entry.customer.as_str()), index(&UNITS, entry.posting.unit.code())),
        amount: entry.posting.amount.e8(),
        after: entry.balance_after.e8(),
        reverses: entry.posting.reverses.map(number),
        counterpart: entry.counterpart.map(number),
        key: entry.posting.key.as_ref().map(|key| key.as_str()[1..].parse().expect("a number")),
    });
    assert_eq!(stored.collect::<Vec<_>>(), model.entries);
    assert!((1..).zip(&entries).all(|(number, entry)| entry.id == number), "numbers have no gap");
    for (customer, code) in CUSTOMERS.iter().enumerate() {
        let stored = fixture.read(|now| now.balances_of(&now.customer(code)?));
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
    let faults = fixture.findings();
    assert!(faults.is_empty(), "{faults:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(48) })]

    #[test]
    fn whatever_is_tried_the_ledger_is_what_its_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut fixture = Fixture::new();
        for code in CUSTOMERS {
            fixture.customer(code);
        }
        let mut model = Model::default();
        for step in &steps {
            take(step, &mut fixture, &mut model);
        }
        compare(&mut fixture, &model);
    }
}
