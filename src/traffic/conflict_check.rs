//! Compares messages of days that already have messages with the stored ones, in bulk. For large files this is done by threads of
//! their own, each with its own connection.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};

use crate::error::{Error, Fault, Faults, Result, quoted};
use crate::model::Message;
use crate::store::{HelperConnection, KnownPrices, Snapshot};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::{Comparison, compare};

/// Messages with their lines.
pub(crate) type Reports = Vec<(Message, u64)>;

/// Messages that wait to be compared.
#[derive(Debug)]
pub(crate) struct PendingComparisons {
    reports: Reports,
    enough: usize,
    /// The newest of these days, and its number of messages.
    newest: (i32, usize),
}

impl PendingComparisons {
    /// No messages yet; this many are enough to compare.
    pub(crate) fn until(enough: usize) -> Self {
        Self { reports: Vec::new(), enough, newest: (i32::MIN, 0) }
    }

    /// Adds messages; returns those to compare once there are enough. Whole days compare fastest because each is one range of
    /// keys, so in a file sorted by time the newest day waits until it is complete.
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

    /// All messages that wait.
    pub(crate) fn take(&mut self) -> Reports {
        self.newest = (i32::MIN, 0);
        std::mem::take(&mut self.reports)
    }
}

/// What the comparisons found besides contradictions.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Whether any report is new.
    pub(crate) has_news: bool,
    /// The days of which some message is known.
    pub(crate) known_days: BTreeSet<i32>,
}

/// The results of the comparisons.
#[derive(Debug, Default)]
pub(crate) struct ComparisonResults {
    pub(crate) findings: Findings,
    known_prices: KnownPrices,
}

impl ComparisonResults {
    /// Compares messages; returns the contradictions.
    pub(crate) fn add(
        &mut self,
        snapshot: &Snapshot<'_>,
        account_index: &AccountIndex,
        mut reports: Reports,
    ) -> Result<Faults> {
        let mut faults = Faults::default();
        reports.sort_by_key(|(message, _)| message.day);
        let messages: Vec<&Message> = reports.iter().map(|(message, _)| message).collect();
        let Comparison { contradictions, is_known, known_days } =
            compare(snapshot, &messages, &mut self.known_prices, account_index.prices())?;
        self.findings.has_news |= !is_known;
        self.findings.known_days.extend(known_days);
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
pub(crate) struct ComparisonThreads<'scope> {
    inlet: SyncSender<(usize, Reports)>,
    dealt: usize,
    threads: Vec<ScopedJoinHandle<'scope, Result<Found>>>,
}

/// A thread's results: the faults of each batch by its number, and what else it found.
type Found = (Vec<(usize, Faults)>, Findings);

impl<'scope> ComparisonThreads<'scope> {
    /// The number of threads. Each keeps as many messages in memory as a batch has.
    const THREADS: usize = 2;

    /// Starts the threads. The account index must be complete.
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

    /// Passes messages to an idle thread; `false` if there is none.
    pub(crate) fn take(&mut self, reports: Reports) -> bool {
        self.dealt += 1;
        reports.is_empty() || self.inlet.send((self.dealt, reports)).is_ok()
    }

    /// The faults, and what else was found.
    pub(crate) fn end(self) -> Result<(Faults, Findings)> {
        drop(self.inlet);
        let (mut found, mut findings) = (Vec::new(), Findings::default());
        for thread in self.threads {
            let gone = |_| Err(Error::Internal("what compares messages is gone".to_owned()));
            let (faults, Findings { has_news, known_days }) = thread.join().unwrap_or_else(gone)?;
            found.extend(faults);
            findings.has_news |= has_news;
            findings.known_days.extend(known_days);
        }
        // Sorted by batch, so that the same faults are reported whichever thread found them.
        found.sort_by_key(|(number, _)| *number);
        let mut faults = Faults::default();
        for (_, others) in found {
            faults.add_all(others);
        }
        Ok((faults, findings))
    }
}

/// Compares batches until there are no more.
fn compare_all(
    helper: &HelperConnection,
    account_index: &AccountIndex,
    outlet: &Mutex<Receiver<(usize, Reports)>>,
) -> Result<Found> {
    let (mut compared, mut found, mut store) = (ComparisonResults::default(), Vec::new(), None);
    loop {
        // One thread waits for a batch while the others queue behind it.
        let next = outlet.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, reports)) = next else { return Ok((found, compared.findings)) };
        let store = match &mut store {
            Some(store) => store,
            None => store.insert(helper.open()?),
        };
        let snapshot = store.read()?;
        found.push((number, compared.add(&snapshot, account_index, reports)?));
    }
}

/// A message that two reports describe differently.
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
            network: None,
        };
        (1..).zip(days).map(|(line, day)| (message(line, *day), line)).collect()
    }

    #[test]
    fn whole_days_are_compared_where_a_file_has_them_and_else_what_there_is() {
        let mut waiting = PendingComparisons::until(4);
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
