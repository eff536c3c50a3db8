//! An import under way: the deeds of which it consists.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Result, count};
use crate::model::{
    Change, Charge, EntryKind, Import, ImportState, Manifest, Message, Money, Noun, Posting, Tally, Tariff, Unit,
    day_of,
};
use crate::ops::balance;
use crate::ops::traffic::merge::{KnownTariffs, contradiction, first, merged, unknown_account};
use crate::ops::traffic::sums::{Sums, charge_of};
use crate::store::{AccountDays, KnownMessage, Snapshot, Tx};

/// What was found out about a file before anything is written.
#[derive(Debug, Clone)]
pub struct Plan {
    pub manifest: Manifest,
    /// The accounts in it.
    pub accounts: Vec<AccountDays>,
    /// The days of which there is traffic already. Messages of other days need not be looked for.
    pub known_days: BTreeSet<i32>,
    /// Whether a message may stand in the file more than once.
    pub repeats: bool,
}

/// Rows of a file that are taken in together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The messages, sorted by key, and those of the same key as they stand in the file.
    pub messages: Vec<Message>,
    /// The rows that are no messages.
    pub others: Tally,
}

/// An import under way.
#[derive(Debug)]
pub struct Intake {
    pub id: i64,
    plan: Plan,
    tariffs: HashMap<i64, Tariff>,
    known_tariffs: KnownTariffs,
    /// What the import charges so far, by account.
    charges: HashMap<i64, Charge>,
    pub tally: Tally,
}

impl Intake {
    /// Notes that the import of a file begins; prices are those of now.
    pub fn begin(tx: &mut Tx<'_>, plan: Plan) -> Result<Self> {
        let id = tx.begin_import(&plan.manifest, &plan.accounts)?;
        let charging = plan.manifest.charging;
        let tariffs =
            plan.accounts.iter().map(|days| (days.tariff.account_id, Tariff { charging, ..days.tariff })).collect();
        let (known_tariffs, charges) = (KnownTariffs::default(), HashMap::new());
        Ok(Self { id, plan, tariffs, known_tariffs, charges, tally: Tally::default() })
    }

    /// Goes on with an import that was interrupted; prices are those of its beginning.
    pub fn resume(snapshot: &Snapshot<'_>, import: &Import, plan: Plan) -> Result<Self> {
        let tariffs: HashMap<_, _> =
            snapshot.tariffs_of(import.id)?.into_iter().map(|tariff| (tariff.account_id, tariff)).collect();
        let charges = charges_so_far(snapshot, import, &tariffs)?;
        Ok(Self { id: import.id, plan, tariffs, known_tariffs: KnownTariffs::default(), charges, tally: import.tally })
    }

    /// Takes in the next rows: messages, sums and progress together.
    pub fn take(&mut self, tx: &mut Tx<'_>, batch: &Batch) -> Result<()> {
        let mut sums = Sums::default();
        let mut tally = batch.others;
        for of_day in batch.messages.chunk_by(|one, next| one.day == next.day) {
            if self.plan.repeats || self.plan.known_days.contains(&of_day[0].day) {
                self.take_compared(tx, of_day, &mut sums, &mut tally)?;
            } else {
                self.take_new(tx, of_day, &mut sums, &mut tally)?;
            }
        }
        sums.write(tx)?;
        tx.add_to_import(self.id, &tally)?;
        self.tally.add(&tally);
        Ok(())
    }

    /// Takes in messages of which none is known.
    fn take_new(&mut self, tx: &mut Tx<'_>, messages: &[Message], sums: &mut Sums, tally: &mut Tally) -> Result<()> {
        let new: Vec<_> = messages.iter().map(|message| (message, message.state.is_sent())).collect();
        tx.insert_messages(self.id, &new)?;
        for message in messages {
            self.count(message, &first(message, self.id), sums)?;
        }
        tally.new += messages.len() as u64;
        Ok(())
    }

    /// Takes in messages of which some may be known, and some may stand there twice.
    fn take_compared(
        &mut self,
        tx: &mut Tx<'_>,
        messages: &[Message],
        sums: &mut Sums,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut known = tx.known_messages(messages)?.into_iter();
        let mut new = Vec::new();
        for reports in messages.chunk_by(|one, next| one.key() == next.key()) {
            // The same for each report of a message.
            let before = known.by_ref().take(reports.len()).last().flatten();
            let after = self.after(tx, before.as_ref(), reports, tally)?;
            let message = &reports[0];
            match before {
                None => {
                    self.count(message, &after, sums)?;
                    new.push((as_known(message, &after), after.charged));
                }
                Some(before) if before == after => {}
                Some(before) => {
                    let paid = self.known_tariffs.of(tx, before.import_id, message.account_id)?;
                    sums.add(message, &before, &paid, false)?;
                    if before.charged == after.charged {
                        sums.add(message, &after, &paid, true)?;
                    } else {
                        self.count(message, &after, sums)?;
                    }
                    tx.update_message(message, &after)?;
                }
            }
        }
        let new: Vec<_> = new.iter().map(|(message, charged)| (message.as_ref(), *charged)).collect();
        tx.insert_messages(self.id, &new)
    }

    /// What is known of a message after the reports of it.
    fn after(
        &mut self,
        tx: &Tx<'_>,
        before: Option<&KnownMessage>,
        reports: &[Message],
        tally: &mut Tally,
    ) -> Result<KnownMessage> {
        let mut now = before.cloned();
        for report in reports {
            let Some(known) = now else {
                tally.new += 1;
                now = Some(first(report, self.id));
                continue;
            };
            let pays = self.tariff(report)?;
            let paid = if known.import_id == self.id {
                pays
            } else {
                self.known_tariffs.of(tx, known.import_id, report.account_id)?
            };
            if let Some(field) = contradiction(&known, &paid, report, &pays) {
                return Err(Error::contradiction(report, field, known.import_id));
            }
            let next = merged(&known, report, self.id);
            *(if next == known { &mut tally.duplicate } else { &mut tally.updated }) += 1;
            now = Some(next);
        }
        now.ok_or_else(|| Error::Internal("a message without a report".to_owned()))
    }

    /// Adds a message that this import brings, or charges, to the sums and to its charges.
    fn count(&mut self, message: &Message, known: &KnownMessage, sums: &mut Sums) -> Result<()> {
        let tariff = self.tariff(message)?;
        sums.add(message, known, &tariff, true)?;
        if known.charged {
            add_charge(self.charges.entry(message.account_id).or_default(), known, &tariff)?;
        }
        Ok(())
    }

    fn tariff(&self, message: &Message) -> Result<Tariff> {
        self.tariffs.get(&message.account_id).copied().ok_or_else(|| unknown_account(message))
    }

    /// Posts the charges, one entry for each balance, and notes that the import has ended. Messages that were sent are
    /// charged whatever that leaves, to archived customers too.
    pub fn finish(&self, tx: &mut Tx<'_>, state: ImportState) -> Result<Import> {
        let mut charges: Vec<(Tariff, Charge)> = Vec::with_capacity(self.charges.len());
        for (account_id, charge) in &self.charges {
            let tariff = self.tariffs.get(account_id).copied();
            charges.push((tariff.ok_or_else(|| Error::Internal("a charge without a price".to_owned()))?, *charge));
        }
        charges.sort_unstable_by_key(|(tariff, _)| tariff.account_id);
        tx.end_import(self.id, state, &charges)?;
        let import = tx.import(self.id)?;
        Self::post_charges(tx, &import, &charges)?;
        tx.record(&change_of(&import, if state == ImportState::Closed { "close" } else { "import" }))?;
        Ok(import)
    }

    fn post_charges(tx: &mut Tx<'_>, import: &Import, charges: &[(Tariff, Charge)]) -> Result<()> {
        let mut balances: BTreeMap<(i64, Unit), Charge> = BTreeMap::new();
        for (tariff, charge) in charges {
            let sum = balances.entry((tariff.customer_id, tariff.unit)).or_default();
            sum.messages += charge.messages;
            sum.parts += charge.parts;
            sum.amount = sum.amount.checked_add(charge.amount).ok_or(Error::Overflow { what: "the charge" })?;
        }
        let period = period(import);
        let reference = format!("import {}", import.id);
        let reference = reference.parse().map_err(|rule| Error::invalid("reference", &reference, rule))?;
        let reference = Some(reference);
        for ((customer_id, unit), sum) in balances.into_iter().filter(|(_, sum)| sum.amount != Money::ZERO) {
            let amount = sum.amount.checked_neg().ok_or(Error::Overflow { what: "the charge" })?;
            let description = format!("{}, {}, {period}", counted(sum.messages, "message"), counted(sum.parts, "part"));
            let posting = Posting {
                unit,
                kind: EntryKind::Charge,
                amount,
                description: description.parse().map_err(|rule| Error::invalid("description", &description, rule))?,
                reference: reference.clone(),
                key: None,
                reverses: None,
            };
            let customer = tx.customer_of(customer_id)?;
            balance::post(tx, "charge", &customer, posting)?;
        }
        Ok(())
    }
}

/// A message as it is known by now, copied only where that is something else than its first report.
fn as_known<'m>(message: &'m Message, known: &KnownMessage) -> Cow<'m, Message> {
    if (message.second, message.state) == (known.second, known.state) {
        return Cow::Borrowed(message);
    }
    Cow::Owned(Message { second: known.second, state: known.state, ..message.clone() })
}

fn add_charge(charge: &mut Charge, known: &KnownMessage, tariff: &Tariff) -> Result<()> {
    let amount = charge_of(known, tariff)?;
    charge.messages += 1;
    charge.parts += i64::from(known.parts);
    charge.amount = charge.amount.checked_add(amount).ok_or(Error::Overflow { what: "the charge of an account" })?;
    Ok(())
}

/// What an import charges so far, added up from the messages that it charged.
fn charges_so_far(
    snapshot: &Snapshot<'_>,
    import: &Import,
    tariffs: &HashMap<i64, Tariff>,
) -> Result<HashMap<i64, Charge>> {
    let mut charges: HashMap<i64, Charge> = HashMap::new();
    let Some(days) = import.days else { return Ok(charges) };
    snapshot.messages(days, |_, _, account_id, known| match tariffs.get(&account_id) {
        Some(tariff) if known.charged && known.import_id == import.id => {
            add_charge(charges.entry(account_id).or_default(), &known, tariff)
        }
        _ => Ok(()),
    })?;
    Ok(charges)
}

/// The days of an import in words.
fn period(import: &Import) -> String {
    match import.days {
        None => "no day".to_owned(),
        Some((first, last)) if first == last => format!("of {}", day_of(first)),
        Some((first, last)) => format!("of {} to {}", day_of(first), day_of(last)),
    }
}

fn counted(number: i64, noun: &str) -> String {
    count(number.unsigned_abs(), noun)
}

fn change_of(import: &Import, action: &str) -> Change {
    let Tally { new, updated, duplicate, rejected, skipped, refused } = import.tally;
    let charges: Vec<String> =
        import.charges.iter().map(|(unit, sum)| format!("{} {unit}", unit.format(*sum))).collect();
    let counts = [
        ("new", new),
        ("updated", updated),
        ("duplicate", duplicate),
        ("rejected", rejected),
        ("skipped", skipped),
        ("refused", refused),
    ];
    let change = Change::new(Noun::Traffic, action, import.id, None)
        .field("file", (), import.manifest.file.as_str())
        .field("sha256", (), import.manifest.sha256.to_string())
        .field("charged", (), charges.join(", "));
    counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .fold(change, |change, (name, count)| change.field(name, (), count))
}
