//! An import in progress: the transactions that it consists of.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Charge, Import, Message, TrafficTally};
use crate::store::{EarlierMessages, KnownMessage, Snapshot, StoredMessage, Tx};
use crate::traffic::batch::{Batch, WritePlan, add, add_charge};
use crate::traffic::merge::{KnownPrices, contradiction, first, merged, unknown_account};
use crate::traffic::totals::{SumChanges, charge};

/// An import in progress.
#[derive(Debug)]
pub struct ImportRun {
    pub id: i64,
    plan: Arc<WritePlan>,
    /// Whether the accounts of the import are recorded. A small import records them once, with their charges.
    has_accounts: bool,
    /// The price of a message part for each account, fixed when the import began.
    pub(crate) account_prices: HashMap<i64, AccountPrice>,
    known_prices: KnownPrices,
    /// The charges so far, by account.
    pub(crate) charges: HashMap<i64, Charge>,
    /// Accounts whose charges were posted before the import was interrupted, which schema 17 did.
    pub(crate) posted: HashSet<i64>,
    pub tally: TrafficTally,
}

impl ImportRun {
    /// Records the beginning of an import, with the prices of now.
    pub fn begin(tx: &mut Tx<'_>, plan: Arc<WritePlan>) -> Result<Self> {
        // Charges are posted after the last row, which is too late to find out that they cannot be.
        if plan.manifest.charging {
            tx.refuse_wrong_clock_early()?;
        }
        let id = tx.begin_import(&plan.manifest, plan.days())?;
        let account_prices = plan.account_prices.clone();
        let (known_prices, charges, posted) = (KnownPrices::default(), HashMap::new(), HashSet::new());
        Ok(Self {
            id,
            plan,
            has_accounts: false,
            account_prices,
            known_prices,
            charges,
            posted,
            tally: TrafficTally::default(),
        })
    }

    /// Resumes an interrupted import, with the prices of its beginning.
    pub fn resume(snapshot: &Snapshot<'_>, import: &Import, plan: Arc<WritePlan>) -> Result<Self> {
        let account_prices: HashMap<_, _> = snapshot
            .account_prices_of(import.id)?
            .into_iter()
            .map(|account_price| (account_price.account_id, account_price))
            .collect();
        let posted = snapshot.charges_of(import.id)?.into_iter().filter(|(_, charge)| charge.messages > 0);
        Ok(Self {
            id: import.id,
            plan,
            has_accounts: true,
            charges: charges_so_far(snapshot, import, &account_prices)?,
            account_prices,
            known_prices: KnownPrices::default(),
            posted: posted.map(|(account_price, _)| account_price.account_id).collect(),
            tally: import.tally,
        })
    }

    /// Records the charges of some accounts; before the first of them, all accounts of the import. The transaction
    /// that begins an import must call this once, with or without charges.
    pub fn note_charges(&mut self, tx: &mut Tx<'_>, charges: &[(AccountPrice, Charge)]) -> Result<()> {
        if std::mem::replace(&mut self.has_accounts, true) {
            return if charges.is_empty() { Ok(()) } else { tx.note_charges(self.id, charges) };
        }
        let of_account = |(account_price, charge): &(AccountPrice, Charge)| (account_price.account_id, *charge);
        let charges: HashMap<i64, Charge> = charges.iter().map(of_account).collect();
        let accounts = self.plan.accounts.iter().map(|account| {
            let charge = charges.get(&account.account_price.account_id).copied();
            (*account, charge.unwrap_or_default())
        });
        tx.add_import_accounts(self.id, &accounts.collect::<Vec<_>>())
    }

    /// Writes the next rows: messages, sums and progress in one transaction.
    pub fn take(&mut self, tx: &mut Tx<'_>, batch: &Batch) -> Result<()> {
        let mut sums = SumChanges::default();
        let mut tally = batch.others;
        // Without messages, every one of the file is known.
        let mut earlier = EarlierMessages { known: tally.duplicate, changed: 0 };
        for of_day in batch.messages.chunk_by(|one, next| one.day == next.day) {
            if self.plan.is_new(of_day[0].day) {
                let new: Vec<_> = of_day.iter().map(|message| (message, message.state.is_sent())).collect();
                tx.insert_messages(self.id, of_day[0].day, &new)?;
                tally.new += of_day.len() as u64;
            } else {
                self.take_compared(tx, of_day, &mut sums, (&mut tally, &mut earlier))?;
            }
        }
        batch.totals.write(tx)?;
        sums.packed()?.write(tx)?;
        for (account_id, charge) in &batch.charges {
            add(self.charges.entry(*account_id).or_default(), charge)?;
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
                    self.count(message, &after, sums)?;
                    new.push((as_known(message, &after), after.charged));
                }
                Some((_, before)) if before == after => {}
                Some((run, before)) => {
                    let paid = self.price_in(tx, before.import_id, message)?;
                    sums.add((message.day, message.account_id), &before, &paid, false)?;
                    if before.charged == after.charged {
                        sums.add((message.day, message.account_id), &after, &paid, true)?;
                    } else {
                        self.count(message, &after, sums)?;
                    }
                    tx.update_message(message, run, &after)?;
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
                now = Some(first(report, self.id));
                continue;
            };
            let pays = self.account_price(report)?;
            let paid = self.price_in(tx, known.import_id, report)?;
            if let Some(field) = contradiction(&known, &paid, report, &pays) {
                return Err(Error::contradiction(report, field, known.import_id));
            }
            let next = merged(&known, report, self.id);
            *(if next == known { &mut tally.duplicate } else { &mut tally.updated }) += 1;
            now = Some(next);
        }
        now.ok_or_else(|| Error::Internal("a message without a report".to_owned()))
    }

    /// Adds a message that this import adds or charges to the sums and to the charges.
    fn count(&mut self, message: &Message, known: &KnownMessage, sums: &mut SumChanges) -> Result<()> {
        let account_price = self.account_price(message)?;
        let charge = sums.add((message.day, message.account_id), known, &account_price, true)?;
        if known.charged {
            add_charge(self.charges.entry(message.account_id).or_default(), known.parts, charge)?;
        }
        Ok(())
    }

    /// The price of a message's account in this import or an earlier one.
    fn price_in(&mut self, tx: &Tx<'_>, import_id: i64, message: &Message) -> Result<AccountPrice> {
        if import_id == self.id {
            return self.account_price(message);
        }
        self.known_prices.of(tx, import_id, message.account_id)
    }

    fn account_price(&self, message: &Message) -> Result<AccountPrice> {
        self.account_prices.get(&message.account_id).copied().ok_or_else(|| unknown_account(message))
    }
}

/// The current state of a message, copied only if it differs from its first report.
fn as_known<'m>(message: &'m Message, known: &KnownMessage) -> Cow<'m, Message> {
    if (message.second, message.state) == (known.second, known.state) {
        return Cow::Borrowed(message);
    }
    Cow::Owned(Message { second: known.second, state: known.state, ..message.clone() })
}

/// The charges of an import so far, computed from the messages that it charged.
fn charges_so_far(
    snapshot: &Snapshot<'_>,
    import: &Import,
    account_prices: &HashMap<i64, AccountPrice>,
) -> Result<HashMap<i64, Charge>> {
    let mut charges: HashMap<i64, Charge> = HashMap::new();
    let Some(days) = import.days else { return Ok(charges) };
    snapshot.messages(days, |StoredMessage { account_id, known, .. }| match account_prices.get(&account_id) {
        Some(account_price) if known.charged && known.import_id == import.id => {
            let charge = charge(account_price, known.parts, known.price)?;
            add_charge(charges.entry(account_id).or_default(), known.parts, charge)
        }
        _ => Ok(()),
    })?;
    Ok(charges)
}
