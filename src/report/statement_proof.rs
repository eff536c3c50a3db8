//! A statement as a signed document that can be checked without the database.
//!
//! ```text
//! {"statement": {…}, "signature": "…"}
//! ```
//!
//! The signature is of the exact bytes of the statement. Each entry has what its hash covers and the hash before it, so that the
//! hashes can be computed again. The head is that of the ledger: it says later whether an entry up to it was changed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Entry, Hash, Money, TextLine, Unit, Zone};
use crate::report::statement::Statement;
use crate::store::signing::SigningKey;
use crate::store::{EntryLink, GENESIS, Snapshot};

/// The version of the format.
pub(super) const FORMAT: &str = "ssgctl-statement-1";

/// The statement of a proof. Amounts are decimal strings, times are in UTC, hashes are hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenStatement {
    pub(super) format: String,
    pub customer: String,
    pub organisation: String,
    pub unit: String,
    pub from: String,
    pub until: String,
    /// The zone of days.
    pub(super) timezone: String,
    pub made_at: String,
    pub opening_balance: String,
    pub closing_balance: String,
    /// Charges that had accrued by the end of the period and were not posted.
    pub accrued: String,
    /// The closing balance and the accrued charges.
    pub balance: String,
    pub(super) totals: Vec<ProvenTotal>,
    pub(super) days: Vec<ProvenDay>,
    pub entries: Vec<ProvenEntry>,
    pub head: ProvenHead,
}

/// The entries of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvenTotal {
    pub(super) kind: String,
    pub(super) entries: u64,
    pub(super) amount: String,
}

/// The entries of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvenDay {
    pub(super) day: String,
    pub(super) entries: u64,
    pub(super) amount: String,
}

/// An entry with everything that its hash covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenEntry {
    pub id: i64,
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) amount: String,
    pub(super) balance_after: String,
    pub(super) description: String,
    pub(super) reference: Option<String>,
    pub(super) key: Option<String>,
    pub(super) reverses: Option<i64>,
    pub(super) counterpart: Option<i64>,
    pub(super) actor: String,
    pub(super) uid: u32,
    pub(super) sudo_user: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) command: String,
    pub(super) version: String,
    pub(super) customer_id: i64,
    /// The hash of the entry before it, which may be of another customer.
    pub(super) previous: String,
    pub(super) hash: String,
}

/// The newest entry of the ledger when the proof was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenHead {
    pub id: i64,
    pub hash: String,
}

/// Makes the proof of a statement.
pub fn prove_statement(
    snapshot: &Snapshot<'_>,
    statement: &Statement,
    zone: &Zone,
    key: &SigningKey,
) -> Result<String> {
    let proven = proven(snapshot, statement, zone)?;
    let unserializable = |error: serde_json::Error| Error::Internal(format!("a proof was not written: {error}"));
    let text = serde_json::to_string_pretty(&proven).map_err(unserializable)?;
    let signature = key.sign(text.as_bytes());
    Ok(format!("{{\n\"statement\": {text},\n\"signature\": \"{signature}\"\n}}\n"))
}

fn proven(snapshot: &Snapshot<'_>, statement: &Statement, zone: &Zone) -> Result<ProvenStatement> {
    let Statement { customer, unit, period, opening, entries, totals, closing, accrued } = statement;
    let amount = |amount: Money| unit.format(amount);
    let (accrued, balance) = accrued.as_ref().map_or((Money::ZERO, *closing), |line| (line.sum.amount, line.balance));
    let mut days: BTreeMap<Date, (u64, Money)> = BTreeMap::new();
    for entry in entries {
        let day = entry.at.timestamp().to_zoned_datetime(zone.time_zone()).date();
        let (count, sum) = days.entry(day).or_default();
        *count += 1;
        *sum = sum.checked_add(entry.posting.amount).ok_or(Error::Overflow { what: "the sum of a statement" })?;
    }
    let head = snapshot.last_entry()?;
    let (id, hash) = head.map_or((0, GENESIS), |entry| (entry.id, entry.hash));
    Ok(ProvenStatement {
        format: FORMAT.to_owned(),
        customer: customer.account_code.to_string(),
        organisation: customer.details.organisation.to_string(),
        unit: unit.code().to_owned(),
        from: period.from.to_string(),
        until: period.until.to_string(),
        timezone: zone.to_string(),
        made_at: snapshot.at().to_string(),
        opening_balance: amount(*opening),
        closing_balance: amount(*closing),
        accrued: amount(accrued),
        balance: amount(balance),
        totals: totals
            .iter()
            .map(|&(kind, entries, sum)| ProvenTotal { kind: kind.as_str().to_owned(), entries, amount: amount(sum) })
            .collect(),
        days: days
            .into_iter()
            .map(|(day, (entries, sum))| ProvenDay { day: day.to_string(), entries, amount: amount(sum) })
            .collect(),
        entries: entries.iter().map(|entry| proven_entry(snapshot, entry, *unit)).collect::<Result<_>>()?,
        head: ProvenHead { id, hash: hash.to_string() },
    })
}

fn proven_entry(snapshot: &Snapshot<'_>, entry: &Entry, unit: Unit) -> Result<ProvenEntry> {
    let previous = if entry.id == 1 { GENESIS } else { snapshot.entry(entry.id - 1)?.hash };
    let Entry { id, customer_id, customer: _, posting, counterpart, balance_after, origin, at, hash } = entry;
    let text = |text: Option<&str>| text.map(str::to_owned);
    Ok(ProvenEntry {
        id: *id,
        at: at.to_string(),
        kind: posting.kind.as_str().to_owned(),
        amount: unit.format(posting.amount),
        balance_after: unit.format(*balance_after),
        description: posting.description.as_str().to_owned(),
        reference: text(posting.reference.as_ref().map(TextLine::as_str)),
        key: text(posting.key.as_ref().map(TextLine::as_str)),
        reverses: posting.reverses,
        counterpart: *counterpart,
        actor: origin.actor.as_str().to_owned(),
        uid: origin.uid,
        sudo_user: text(origin.sudo_user.as_ref().map(TextLine::as_str)),
        reason: text(origin.reason.as_ref().map(TextLine::as_str)),
        command: origin.command.clone(),
        version: origin.version.clone(),
        customer_id: *customer_id,
        previous: previous.to_string(),
        hash: hash.to_string(),
    })
}

impl ProvenEntry {
    /// The hash of what the entry says, with these amounts; `None` if its hashes are not well formed.
    pub(super) fn computed_hash(&self, unit: &str, amount: Money, balance_after: Money) -> Result<Hash> {
        let link = EntryLink {
            previous: self.previous.clone(),
            id: self.id,
            customer_id: self.customer_id,
            unit,
            kind: &self.kind,
            amount_e8: amount.e8(),
            balance_after_e8: balance_after.e8(),
            description: &self.description,
            reference: self.reference.as_deref(),
            key: self.key.as_deref(),
            reverses: self.reverses,
            counterpart: self.counterpart,
            actor: &self.actor,
            uid: self.uid,
            sudo_user: self.sudo_user.as_deref(),
            reason: self.reason.as_deref(),
            command: &self.command,
            version: &self.version,
            at: self.at.clone(),
        };
        link.hash()
    }
}
