//! An import under way: the deeds of which it consists.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Charge, Import, Message, TrafficTally};
use crate::store::{KnownMessage, Snapshot, Tx};
use crate::traffic::batch::{Batch, WritePlan, add, add_charge};
use crate::traffic::merge::{KnownPrices, contradiction, first, merged, unknown_account};
use crate::traffic::totals::{MessageTotals, charge};
use crate::traffic::unposted_charges::UnpostedCharges;

/// An import under way.
#[derive(Debug)]
pub struct ImportRun {
    pub id: i64,
    plan: Arc<WritePlan>,
    /// What messages of each account cost, as it was fixed when the import began.
    pub(crate) account_prices: HashMap<i64, AccountPrice>,
    known_tariffs: KnownPrices,
    /// What the import charges so far, by account.
    pub(crate) charges: HashMap<i64, Charge>,
    /// What of it is not posted yet; none before the first is.
    pub(crate) unposted: Option<UnpostedCharges>,
    /// Accounts whose charges were posted before the import was interrupted.
    pub(crate) posted: HashSet<i64>,
    /// The first and the last day of its messages.
    pub(crate) days: Option<(i32, i32)>,
    pub tally: TrafficTally,
}

impl ImportRun {
    /// Notes that the import of a file begins; prices are those of now.
    pub fn begin(tx: &mut Tx<'_>, plan: Arc<WritePlan>) -> Result<Self> {
        let id = tx.begin_import(&plan.manifest, plan.days(), &plan.accounts)?;
        let (account_prices, days) = (plan.account_prices.clone(), plan.days());
        let (known_tariffs, charges, posted) = (KnownPrices::default(), HashMap::new(), HashSet::new());
        Ok(Self {
            id,
            plan,
            account_prices,
            known_tariffs,
            charges,
            unposted: None,
            posted,
            days,
            tally: TrafficTally::default(),
        })
    }

    /// Goes on with an import that was interrupted; prices are those of its beginning.
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
            charges: charges_so_far(snapshot, import, &account_prices)?,
            account_prices,
            known_tariffs: KnownPrices::default(),
            unposted: None,
            posted: posted.map(|(account_price, _)| account_price.account_id).collect(),
            days: import.days,
            tally: import.tally,
        })
    }

    /// Takes in the next rows: messages, sums and progress together.
    pub fn take(&mut self, tx: &mut Tx<'_>, batch: &Batch) -> Result<()> {
        let mut sums = MessageTotals::default();
        let mut tally = batch.others;
        for of_day in batch.messages.chunk_by(|one, next| one.day == next.day) {
            if self.plan.is_new(of_day[0].day) {
                let new: Vec<_> = of_day.iter().map(|message| (message, message.state.is_sent())).collect();
                tx.insert_messages(self.id, of_day[0].day, &new)?;
                tally.new += of_day.len() as u64;
            } else {
                self.take_compared(tx, of_day, &mut sums, &mut tally)?;
            }
        }
        batch.totals.write(tx)?;
        sums.changes()?.write(tx)?;
        for (account_id, charge) in &batch.charges {
            add(self.charges.entry(*account_id).or_default(), charge)?;
        }
        tx.add_to_import(self.id, &tally)?;
        self.tally.add(&tally);
        Ok(())
    }

    /// Takes in messages of which some may be known, and some may stand there twice.
    fn take_compared(
        &mut self,
        tx: &mut Tx<'_>,
        messages: &[Message],
        sums: &mut MessageTotals,
        tally: &mut TrafficTally,
    ) -> Result<()> {
        let mut known = Vec::with_capacity(messages.len());
        tx.known_messages(&messages.iter().collect::<Vec<_>>(), |_, found| {
            known.push(found);
            Ok(())
        })?;
        let mut known = known.into_iter();
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
        tx.insert_messages(self.id, messages[0].day, &new)
    }

    /// What is known of a message after the reports of it.
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
    fn count(&mut self, message: &Message, known: &KnownMessage, sums: &mut MessageTotals) -> Result<()> {
        let account_price = self.account_price(message)?;
        let charge = sums.add(message, known, &account_price, true)?;
        if known.charged {
            add_charge(self.charges.entry(message.account_id).or_default(), known.parts, charge)?;
        }
        Ok(())
    }

    fn account_price(&self, message: &Message) -> Result<AccountPrice> {
        self.account_prices.get(&message.account_id).copied().ok_or_else(|| unknown_account(message))
    }
}

/// A message as it is known by now, copied only where that is something else than its first report.
fn as_known<'m>(message: &'m Message, known: &KnownMessage) -> Cow<'m, Message> {
    if (message.second, message.state) == (known.second, known.state) {
        return Cow::Borrowed(message);
    }
    Cow::Owned(Message { second: known.second, state: known.state, ..message.clone() })
}

/// What an import charges so far, added up from the messages that it charged.
fn charges_so_far(
    snapshot: &Snapshot<'_>,
    import: &Import,
    account_prices: &HashMap<i64, AccountPrice>,
) -> Result<HashMap<i64, Charge>> {
    let mut charges: HashMap<i64, Charge> = HashMap::new();
    let Some(days) = import.days else { return Ok(charges) };
    snapshot.messages(days, |_, _, account_id, known| match account_prices.get(&account_id) {
        Some(account_price) if known.charged && known.import_id == import.id => {
            let charge = charge(account_price, known.parts, known.price)?;
            add_charge(charges.entry(account_id).or_default(), known.parts, charge)
        }
        _ => Ok(()),
    })?;
    Ok(charges)
}
