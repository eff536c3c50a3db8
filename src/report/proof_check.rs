//! Checks a proof without any database: its signature, its sums and the hashes of its entries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, InputError, Result};
use crate::model::{Hash, Money, Time, Zone};
use crate::report::statement_proof::{FORMAT, ProvenDay, ProvenEntry, ProvenStatement, ProvenTotal};
use crate::store::signing::PublicKey;

/// The document around a statement. Its text is kept as it is, because the signature is of these bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof<'a> {
    #[serde(borrow)]
    statement: &'a RawValue,
    signature: String,
}

/// What does not hold in a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofBreak(pub String);

/// The result of checking a proof that is well formed.
pub type ProofOutcome = Result<ProvenStatement, ProofBreak>;

/// Checks the proof of a statement. The first thing that does not hold is named: a sum, a hash, then the signature, which is of
/// every byte.
///
/// # Errors
/// [`Error::Input`] when the text is not a proof.
pub fn verify_statement(text: &str, key: &PublicKey) -> Result<ProofOutcome> {
    let proof: Proof<'_> = serde_json::from_str(text).map_err(|error| not_a_proof(&error))?;
    let signed = proof.statement.get();
    let statement: ProvenStatement = serde_json::from_str(signed).map_err(|error| not_a_proof(&error))?;
    if statement.format != FORMAT {
        let message = format!("this program reads proofs of the format `{FORMAT}`");
        return Err(Error::Input { code: InputError::BadJson, message });
    }
    if let Err(found) = check(&statement)? {
        return Ok(Err(found));
    }
    if !key.has_signed(signed.as_bytes(), &proof.signature) {
        let message = "the signature is not that of this statement by this key: it was changed, or signed by another";
        return Ok(Err(ProofBreak(message.to_owned())));
    }
    Ok(Ok(statement))
}

fn not_a_proof(error: &serde_json::Error) -> Error {
    let message = format!("the file is not a proof of `report statement --prove`: {error}");
    Error::Input { code: InputError::BadJson, message }
}

fn broken<T>(message: impl Into<String>) -> Result<T, ProofBreak> {
    Err(ProofBreak(message.into()))
}

/// Everything but the signature.
fn check(statement: &ProvenStatement) -> Result<Result<(), ProofBreak>> {
    let sums = check_sums(statement);
    if sums.is_err() {
        return Ok(sums);
    }
    for entry in &statement.entries {
        if let Err(found) = check_hash(statement, entry)? {
            return Ok(Err(found));
        }
    }
    Ok(check_chain(&statement.entries))
}

fn check_sums(statement: &ProvenStatement) -> Result<(), ProofBreak> {
    let mut balance = amount(&statement.opening_balance, "the opening balance")?;
    let mut totals: BTreeMap<&str, (u64, Money)> = BTreeMap::new();
    let mut days: BTreeMap<String, (u64, Money)> = BTreeMap::new();
    let Ok(zone) = statement.timezone.parse::<Zone>() else { return broken("its time zone is not known") };
    for entry in &statement.entries {
        let what = format!("entry {}", entry.id);
        let posted = amount(&entry.amount, &what)?;
        balance = sum(balance, posted)?;
        if amount(&entry.balance_after, &what)? != balance {
            return broken(format!("{what} leaves {}, but its balance says {}", balance, entry.balance_after));
        }
        let Ok(at) = entry.at.parse::<Time>() else { return broken(format!("the time of {what} is not a time")) };
        let day = at.timestamp().to_zoned_datetime(zone.time_zone()).date().to_string();
        for (count, total) in [totals.entry(&entry.kind).or_default(), days.entry(day).or_default()] {
            *count += 1;
            *total = sum(*total, posted)?;
        }
    }
    if amount(&statement.closing_balance, "the closing balance")? != balance {
        return broken(format!(
            "the closing balance is {}, but the entries lead to {balance}",
            statement.closing_balance
        ));
    }
    let accrued = amount(&statement.accrued, "the accrued charges")?;
    if amount(&statement.balance, "the balance")? != sum(balance, accrued)? {
        return broken("the balance is not the closing balance and the accrued charges");
    }
    let of_kinds =
        statement.totals.iter().map(|ProvenTotal { kind, entries, amount }| (kind.as_str(), *entries, amount));
    check_totals(of_kinds, &totals, "kind")?;
    let of_days = statement.days.iter().map(|ProvenDay { day, entries, amount }| (day.as_str(), *entries, amount));
    let days = days.iter().map(|(day, total)| (day.as_str(), *total)).collect();
    check_totals(of_days, &days, "day")
}

/// Compares stated totals with those of the entries.
fn check_totals<'a>(
    stated: impl Iterator<Item = (&'a str, u64, &'a String)>,
    expected: &BTreeMap<&str, (u64, Money)>,
    what: &str,
) -> Result<(), ProofBreak> {
    let mut number = 0;
    for (name, entries, text) in stated {
        number += 1;
        let total = (entries, amount(text, &format!("the total of the {what} {name}"))?);
        if expected.get(name) != Some(&total) {
            return broken(format!("the total of the {what} {name} is not that of its entries"));
        }
    }
    if number == expected.len() { Ok(()) } else { broken(format!("a total of a {what} is missing or repeated")) }
}

fn check_hash(statement: &ProvenStatement, entry: &ProvenEntry) -> Result<Result<(), ProofBreak>> {
    let what = format!("entry {}", entry.id);
    let amounts = amount(&entry.amount, &what).and_then(|posted| Ok((posted, amount(&entry.balance_after, &what)?)));
    let (posted, after) = match amounts {
        Ok(amounts) => amounts,
        Err(found) => return Ok(Err(found)),
    };
    let computed = entry.computed_hash(&statement.unit, posted, after)?;
    let agrees = entry.hash.parse::<Hash>() == Ok(computed);
    Ok(if agrees { Ok(()) } else { broken(format!("the hash of {what} is not that of its content")) })
}

/// Entries that follow each other in the ledger must follow each other's hash, and their numbers rise.
fn check_chain(entries: &[ProvenEntry]) -> Result<(), ProofBreak> {
    for pair in entries.windows(2) {
        let (entry, next) = (&pair[0], &pair[1]);
        if next.id <= entry.id {
            return broken(format!("entry {} is out of order", next.id));
        }
        if next.id == entry.id + 1 && next.previous != entry.hash {
            return broken(format!("entry {} does not follow entry {}", next.id, entry.id));
        }
    }
    Ok(())
}

fn amount(text: &str, what: &str) -> Result<Money, ProofBreak> {
    text.parse().or_else(|_| broken(format!("{what} has an amount that is not one")))
}

fn sum(one: Money, other: Money) -> Result<Money, ProofBreak> {
    one.checked_add(other).map_or_else(|| broken("a sum is larger than an amount can be"), Ok)
}
