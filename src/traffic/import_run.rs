//! An import in progress: the transactions that it consists of.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Charge, Import, ImportPrices, Message, Rating, TrafficTally, Unit};
use crate::store::{EarlierMessages, KnownMessage, KnownPrices, Snapshot, StoredMessage, Tx};
use crate::traffic::batch::{Batch, WritePlan, add, add_charge, subtract_charge};
use crate::traffic::merge::{Charging, contradiction, first, is_charged, merged};
use crate::traffic::totals::{SumChanges, rate};

/// An import in progress.
#[derive(Debug)]
pub struct ImportRun {
    pub id: i64,
    plan: Arc<WritePlan>,
    /// Whether the accounts of the import are recorded. A small import records them once, with their charges.
    has_accounts: bool,
    /// What messages cost, fixed when the import began.
    prices: ImportPrices,
    known_prices: KnownPrices,
    /// The charges so far, by account and unit.
    pub(crate) charges: HashMap<(i64, Unit), Charge>,
    /// Accounts whose charges were posted before the import was interrupted, which schema 17 did.
    pub(crate) posted: HashSet<(i64, Unit)>,
    pub tally: TrafficTally,
}

impl ImportRun {
    /// Records the beginning of an import, with the prices of now.
    pub fn begin(tx: &mut Tx<'_>, plan: Arc<WritePlan>) -> Result<Self> {
        // Charges are posted after the last row, which is too late to find out that they cannot be.
        if plan.manifest.charging {
            tx.refuse_wrong_clock_early()?;
        }
        let id = tx.begin_import(&plan.manifest, plan.days(), plan.prices_version)?;
        let prices = plan.prices.clone();
        let (known_prices, charges, posted) = (KnownPrices::default(), HashMap::new(), HashSet::new());
        Ok(Self {
            id,
            plan,
            has_accounts: false,
            prices,
            known_prices,
            charges,
            posted,
            tally: TrafficTally::default(),
        })
    }

    /// Resumes an interrupted import, with the prices of its beginning.
    pub fn resume(snapshot: &Snapshot<'_>, import: &Import, plan: Arc<WritePlan>) -> Result<Self> {
        let prices = snapshot.import_prices(import.id)?;
        let posted = snapshot.charges_of(import.id)?.into_iter().filter(|(_, charge)| charge.messages > 0);
        Ok(Self {
            id: import.id,
            plan,
            has_accounts: true,
            charges: charges_so_far(snapshot, import, &prices)?,
            prices,
            known_prices: KnownPrices::default(),
            posted: posted.map(|(account, _)| (account.account_id, account.unit)).collect(),
            tally: import.tally,
        })
    }

    /// Records the charges of some accounts; before the first of them, all accounts of the import. The transaction
    /// that begins an import must call this once, with or without charges.
    pub fn note_charges(&mut self, tx: &mut Tx<'_>, charges: &[(AccountPrice, Charge)]) -> Result<()> {
        if std::mem::replace(&mut self.has_accounts, true) {
            return if charges.is_empty() { Ok(()) } else { tx.note_charges(self.id, charges) };
        }
        let of_account = |(account, charge): &(AccountPrice, Charge)| ((account.account_id, account.unit), *charge);
        let charges: HashMap<_, Charge> = charges.iter().map(of_account).collect();
        let accounts = self.plan.accounts.iter().map(|account| {
            let AccountPrice { account_id, unit, .. } = account.account_price;
            (*account, charges.get(&(account_id, unit)).copied().unwrap_or_default())
        });
        tx.add_import_accounts(self.id, &accounts.collect::<Vec<_>>())
    }

    /// The accounts of the import, by ID and unit: those of the file, or what is recorded if no rows of it are added.
    pub(crate) fn accounts(&self, tx: &Tx<'_>) -> Result<HashMap<(i64, Unit), AccountPrice>> {
        let by_key = |account: AccountPrice| ((account.account_id, account.unit), account);
        if self.has_accounts {
            return Ok(tx.import_accounts(self.id)?.into_iter().map(by_key).collect());
        }
        Ok(self.plan.accounts.iter().map(|days| by_key(days.account_price)).collect())
    }

    /// Writes the next rows: messages, sums and progress in one transaction.
    pub fn take(&mut self, tx: &mut Tx<'_>, batch: &Batch) -> Result<()> {
        let mut sums = SumChanges::default();
        let mut tally = batch.others;
        // Without messages, every one of the file is known.
        let mut earlier = EarlierMessages { known: tally.duplicate, changed: 0 };
        for of_day in batch.messages.chunk_by(|one, next| one.day == next.day) {
            if self.plan.is_new(of_day[0].day) {
                let new: Vec<_> = of_day.iter().map(|message| (message, is_charged(message, &self.prices))).collect();
                tx.insert_messages(self.id, of_day[0].day, &new)?;
                tally.new += of_day.len() as u64;
            } else {
                self.take_compared(tx, of_day, &mut sums, (&mut tally, &mut earlier))?;
            }
        }
        batch.totals.write(tx)?;
        sums.packed()?.write(tx)?;
        for (account_and_unit, charge) in &batch.charges {
            add(self.charges.entry(*account_and_unit).or_default(), charge)?;
        }
        tx.add_to_import(self.id, &tally, &earlier)?;
        self.tally.add(&tally);
        Ok(())
    }

    /// Writes messages of which some may be known already or occur several times.
    fn take_compared(
        &mut self,
        tx: &mut Tx<'_>,
        messages: &[Message],
        sums: &mut SumChanges,
        (tally, earlier): (&mut TrafficTally, &mut EarlierMessages),
    ) -> Result<()> {
        let mut known = vec![None; messages.len()];
        tx.known_messages(&messages.iter().collect::<Vec<_>>(), |place, run, found| {
            known[place] = Some((run, found));
            Ok(())
        })?;
        let mut known = known.into_iter();
        let mut new = Vec::new();
        for reports in messages.chunk_by(|one, next| one.key() == next.key()) {
            // The price is the same for each report of a message.
            let before = known.by_ref().take(reports.len()).last().flatten();
            let after = self.after(tx, before.as_ref().map(|(_, before)| before), reports, tally)?;
            let message = &reports[0];
            if let Some((_, before)) = before.as_ref().filter(|(_, before)| before.import_id != self.id) {
                earlier.known += 1;
                earlier.changed += u64::from(*before != after);
            }
            match before {
                None => {
                    self.count(message, &after, sums, true)?;
                    new.push((as_known(message, &after), after.charged));
                }
                Some((_, before)) if before == after => {}
                Some((run, before)) => {
                    for (known, is_there) in [(&before, false), (&after, true)] {
                        if known.import_id == self.id {
                            self.count(message, known, sums, is_there)?;
                        } else {
                            let prices = self.known_prices.of(tx, known.import_id)?;
                            sums.add((message.day, message.account_id), known, prices, is_there)?;
                        }
                    }
                    tx.update_message(message.key(), run, &after)?;
                }
            }
        }
        let new: Vec<_> = new.iter().map(|(message, charged)| (message.as_ref(), *charged)).collect();
        tx.insert_messages(self.id, messages[0].day, &new)
    }

    /// The stored message after its reports are merged.
    fn after(
        &mut self,
        tx: &Tx<'_>,
        before: Option<&KnownMessage>,
        reports: &[Message],
        tally: &mut TrafficTally,
    ) -> Result<KnownMessage> {
        let mut now = before.cloned();
        for report in reports {
            let Some(known) = now else {
                tally.new += 1;
                now = Some(first(report, &self.prices, self.id));
                continue;
            };
            let paid = prices_in(tx, known.import_id, (self.id, &self.prices), &mut self.known_prices)?;
            if let Some(field) = contradiction(&known, paid, report, &self.prices) {
                return Err(Error::contradiction(report, field, known.import_id));
            }
            let charging = Charging { prices: &self.prices, import_id: Some(self.id) };
            let next = merged(&known, paid, report, charging);
            *(if next == known { &mut tally.duplicate } else { &mut tally.updated }) += 1;
            now = Some(next);
        }
        now.ok_or_else(|| Error::Internal("a message without a report".to_owned()))
    }

    /// Adds a message that this import adds or charges to the sums and to the charges, or takes it out of them.
    fn count(&mut self, message: &Message, known: &KnownMessage, sums: &mut SumChanges, is_there: bool) -> Result<()> {
        let key = (message.day, message.account_id);
        let Rating { unit, charge, .. } = sums.add(key, known, &self.prices, is_there)?;
        if !known.charged {
            return Ok(());
        }
        let of_account = self.charges.entry((message.account_id, unit)).or_default();
        let change = if is_there { add_charge } else { subtract_charge };
        change(of_account, known.parts, charge)
    }
}

/// The prices of the import that charged a message: this one, with its prices, or an earlier one.
fn prices_in<'p>(
    tx: &Tx<'_>,
    import_id: i64,
    (own, own_prices): (i64, &'p ImportPrices),
    known_prices: &'p mut KnownPrices,
) -> Result<&'p ImportPrices> {
    if import_id == own { Ok(own_prices) } else { known_prices.of(tx, import_id) }
}

/// The current state of a message, copied only if it differs from its first report.
fn as_known<'m>(message: &'m Message, known: &KnownMessage) -> Cow<'m, Message> {
    if (message.second, message.state, message.network) == (known.second, known.state, known.network) {
        return Cow::Borrowed(message);
    }
    Cow::Owned(Message { second: known.second, state: known.state, network: known.network, ..message.clone() })
}

/// The charges of an import so far, computed from the messages that it charged.
fn charges_so_far(
    snapshot: &Snapshot<'_>,
    import: &Import,
    prices: &ImportPrices,
) -> Result<HashMap<(i64, Unit), Charge>> {
    let mut charges: HashMap<_, Charge> = HashMap::new();
    let Some(days) = import.days else { return Ok(charges) };
    snapshot.messages(days, |StoredMessage { day, account_id, known, .. }| {
        if known.charged && known.import_id == import.id {
            let Rating { unit, charge, .. } = rate(&known.rated(day, account_id), true, prices)?;
            add_charge(charges.entry((account_id, unit)).or_default(), known.parts, charge)?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(charges)
}
