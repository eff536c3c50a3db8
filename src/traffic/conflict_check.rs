//! Messages of days of which there is traffic are held against what is known of them, many together. Where several threads
//! read, others do that, with a connection each.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};

use crate::error::{Error, Fault, Faults, Result, quoted};
use crate::model::Message;
use crate::store::{HelperConnection, Snapshot};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::{Comparison, KnownPrices, compare};

/// Messages with their lines.
pub(crate) type Reports = Vec<(Message, u64)>;

/// Messages that wait to be compared.
#[derive(Debug)]
pub(crate) struct Waiting {
    reports: Reports,
    enough: usize,
    /// The newest day of which there are some, and how many.
    newest: (i32, usize),
}

impl Waiting {
    /// None yet; about so many are enough.
    pub(crate) fn until(enough: usize) -> Self {
        Self { reports: Vec::new(), enough, newest: (i32::MIN, 0) }
    }

    /// Adds some; gives those that are to be compared, once there are enough. Days that are whole are compared quickest, as
    /// each is one range of keys, so the newest day waits for its rest where the file is in the order of time.
    pub(crate) fn add(&mut self, reports: Reports) -> Option<Reports> {
        for (message, _) in &reports {
            let (newest, count) = &mut self.newest;
            if message.day > *newest {
                (*newest, *count) = (message.day, 0);
            }
            *count += usize::from(message.day == *newest);
        }
        self.reports.extend(reports);
        let (newest, count) = self.newest;
        let older = self.reports.len() - count;
        if self.reports.len() < self.enough {
            None
        } else if older >= count {
            Some(self.reports.extract_if(.., |(message, _)| message.day < newest).collect())
        } else {
            (self.reports.len() >= self.enough + self.enough / 2).then(|| self.take())
        }
    }

    /// All that wait.
    pub(crate) fn take(&mut self) -> Reports {
        self.newest = (i32::MIN, 0);
        std::mem::take(&mut self.reports)
    }
}

/// What came of comparing.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Whether anything is told that was not known.
    pub(crate) tells_something_new: bool,
    account_prices: KnownPrices,
}

impl Compared {
    /// Compares some messages; gives where they contradict what is known.
    pub(crate) fn add(
        &mut self,
        snapshot: &Snapshot<'_>,
        account_index: &AccountIndex,
        mut reports: Reports,
    ) -> Result<Faults> {
        let mut faults = Faults::default();
        // The database has messages in the order of their keys, and is read in step with them.
        reports.sort_by(|(one, _), (other, _)| one.key().cmp(&other.key()));
        let messages: Vec<&Message> = reports.iter().map(|(message, _)| message).collect();
        let Comparison { contradictions, tells_nothing_new } =
            compare(snapshot, &messages, &mut self.account_prices, |account_id| {
                account_index.account_price_of(account_id)
            })?;
        self.tells_something_new |= !tells_nothing_new;
        for contradiction in contradictions {
            if faults.are_enough() {
                faults.count += 1;
                continue;
            }
            let import = snapshot.import(contradiction.import_id)?;
            let before = format!("by import {} of {}", import.id, quoted(&import.manifest.file));
            let (message, line) = &reports[contradiction.index];
            faults.add(contradicted(message, *line, contradiction.field, before));
        }
        Ok(faults)
    }
}

/// Threads that compare messages.
#[derive(Debug)]
pub(crate) struct Comparers<'scope> {
    inlet: SyncSender<(usize, Reports)>,
    dealt: usize,
    threads: Vec<ScopedJoinHandle<'scope, Result<Found>>>,
}

/// What one of them found: the faults of each batch by its number, and whether anything is told that was not known.
type Found = (Vec<(usize, Faults)>, bool);

impl<'scope> Comparers<'scope> {
    /// How many there are: each has as many messages in memory as a batch has.
    const THREADS: usize = 2;

    /// Starts them. All accounts must be in the book.
    pub(crate) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        helper: &'env HelperConnection,
        account_index: &'env AccountIndex,
    ) -> Self {
        let (inlet, outlet) = sync_channel(0);
        let outlet = Arc::new(Mutex::new(outlet));
        let thread = |_| {
            let outlet = Arc::clone(&outlet);
            scope.spawn(move || compare_all(helper, account_index, &outlet))
        };
        Self { inlet, dealt: 0, threads: (0..Self::THREADS).map(thread).collect() }
    }

    /// Hands messages to one that has nothing to do; says whether there is one that can take them.
    pub(crate) fn take(&mut self, reports: Reports) -> bool {
        self.dealt += 1;
        reports.is_empty() || self.inlet.send((self.dealt, reports)).is_ok()
    }

    /// The faults that were found, and whether anything is told that was not known.
    pub(crate) fn end(self) -> Result<(Faults, bool)> {
        drop(self.inlet);
        let (mut found, mut tells_something_new) = (Vec::new(), false);
        for thread in self.threads {
            let gone = |_| Err(Error::Internal("what compares messages is gone".to_owned()));
            let (faults, is_told) = thread.join().unwrap_or_else(gone)?;
            found.extend(faults);
            tells_something_new |= is_told;
        }
        // Whoever found them: the same ones are told each time.
        found.sort_by_key(|(number, _)| *number);
        let mut faults = Faults::default();
        for (_, others) in found {
            faults.add_all(others);
        }
        Ok((faults, tells_something_new))
    }
}

/// Compares whatever comes.
fn compare_all(
    helper: &HelperConnection,
    account_index: &AccountIndex,
    outlet: &Mutex<Receiver<(usize, Reports)>>,
) -> Result<Found> {
    let (mut compared, mut found, mut store) = (Compared::default(), Vec::new(), None);
    loop {
        // One waits, with the others behind it.
        let next = outlet.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, reports)) = next else { return Ok((found, compared.tells_something_new)) };
        let store = match &mut store {
            Some(store) => store,
            None => store.insert(helper.open()?),
        };
        let snapshot = store.read()?;
        found.push((number, compared.add(&snapshot, account_index, reports)?));
    }
}

/// A message that is told of twice, in two ways.
pub(crate) fn contradicted(message: &Message, line: u64, field: &'static str, before: String) -> Fault {
    Fault::of_row(line, 1, Error::Contradiction { id: message.id.clone(), field, before })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Destination, MessageState};

    fn of_days(days: &[i32]) -> Reports {
        let message = |line: u64, day| Message {
            day,
            id: line.to_string().parse().expect("an ID"),
            account_id: 1,
            second: 0,
            state: MessageState::Pending,
            destination: Destination::Number(447_700_900_123),
            parts: 1,
            price: None,
        };
        (1..).zip(days).map(|(line, day)| (message(line, *day), line)).collect()
    }

    #[test]
    fn whole_days_are_compared_where_a_file_has_them_and_else_what_there_is() {
        let mut waiting = Waiting::until(4);
        let days = |reports: Option<Reports>| {
            reports.map(|reports| reports.iter().map(|(message, _)| message.day).collect::<Vec<_>>())
        };
        assert_eq!(days(waiting.add(of_days(&[1, 1, 1]))), None);
        assert_eq!(days(waiting.add(of_days(&[1, 2]))), Some(vec![1, 1, 1, 1]));
        assert_eq!(days(waiting.add(of_days(&[2, 2, 2, 2]))), None, "the day may go on");
        assert_eq!(days(waiting.add(of_days(&[2]))), Some(vec![2; 6]), "and is too large");
        assert_eq!(days(waiting.add(of_days(&[3, 1, 3, 2]))), Some(vec![1, 2]));
        assert_eq!(days(Some(waiting.take())), Some(vec![3, 3]));
    }
}
