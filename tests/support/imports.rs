//! Imports of texts into a fixture, and what came of them.

use ssgctl::error::Faults;
use ssgctl::formats::{ColumnMapping, Dialect, RecordReader};
use ssgctl::import::customer::{Customers, Match};
use ssgctl::import::{ImportTally, Importer, OnExisting, Verdict, import};
use ssgctl::store::Tx;
use ssgctl::{Error, Result};

use crate::support::fixture::Fixture;

/// What came of an import that was taken.
#[derive(Debug)]
pub struct Taken {
    pub tally: ImportTally,
    /// Line, verdict and name of every row.
    pub plan: Vec<(u64, Verdict, String)>,
}

impl Taken {
    /// How many rows are new, changed, same and refused.
    pub fn counts(&self) -> [u64; 4] {
        [self.tally.new, self.tally.changed, self.tally.same, self.tally.refused]
    }
}

pub const UPDATE: OnExisting = OnExisting { update: true, empty_unsets: false, skip_invalid: false };
pub const UNSET: OnExisting = OnExisting { update: true, empty_unsets: true, skip_invalid: false };
pub const SKIP: OnExisting = OnExisting { update: false, empty_unsets: false, skip_invalid: true };

/// Reads a text in a transaction; the faults of the file are the inner error.
pub fn take<I: Importer>(
    tx: &mut Tx<'_>,
    text: &[u8],
    importer: &mut I,
    on_existing: OnExisting,
) -> Result<Result<Taken, Faults>> {
    let mut rows = match RecordReader::open(text) {
        Ok(rows) => rows,
        Err(fault) => return Ok(Err(fault.into())),
    };
    let dialect = Dialect::of_header(rows.columns()).filter(|_| I::reads("organisation"));
    let translation = dialect.map(|dialect| ColumnMapping::of(Some(dialect)));
    let mut plan = Vec::new();
    let tally = import(tx, &mut rows, translation.as_ref(), importer, on_existing, |planned| {
        plan.push((planned.line, planned.verdict, planned.name.to_owned()));
        Ok::<_, Error>(())
    })?;
    Ok(tally.map(|tally| Taken { tally, plan }))
}

/// Imports a text, or returns each fault with its place. A refused import leaves no trace.
pub fn put<I: Importer>(
    fixture: &mut Fixture,
    text: &[u8],
    importer: &mut I,
    on_existing: OnExisting,
) -> Result<Taken, Vec<String>> {
    let mut tx = fixture.store.write(&fixture.origin).expect("lock");
    match take(&mut tx, text, importer, on_existing).expect("no fault beyond the file") {
        Ok(taken) => {
            tx.commit().expect("committed");
            Ok(taken)
        }
        Err(faults) => {
            assert!(faults.count >= faults.first.len() as u64 && !faults.is_empty());
            Err(faults.first.iter().map(|f| format!("{}:{} {}", f.line, f.column, f.error)).collect())
        }
    }
}

/// What reads files of customers, and finds them by whatever a row has.
pub fn customers() -> Customers<'static> {
    Customers {
        key: Match::FirstPresent,
        defaults: &|_| {},
        after_create: &|_, _| Ok(()),
        people: std::collections::HashMap::new(),
    }
}

/// Imports a text of customers.
pub fn put_customers(fixture: &mut Fixture, text: &str, on_existing: OnExisting) -> Result<Taken, Vec<String>> {
    put(fixture, text.as_bytes(), &mut customers(), on_existing)
}

/// Numbers without pattern, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("small")
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}
