//! Messages of days of which there is traffic are held against what is known of them, many together. Where several threads
//! read, a thread of its own does that, with a connection of its own.

use std::sync::mpsc::Receiver;

use crate::error::{Error, Fault, Faults, Result, quoted};
use crate::ingest::traffic::MEBIBYTES;
use crate::ingest::traffic::book::Book;
use crate::model::Message;
use crate::ops::traffic::{Comparison, KnownTariffs, compare, in_order};
use crate::store::{Snapshot, Twin};

/// Messages with their lines.
pub(super) type Reports = Vec<(Message, u64)>;

/// Messages that wait to be compared.
#[derive(Debug)]
pub(super) struct Waiting {
    reports: Reports,
    enough: usize,
    /// The newest day of which there are some, and how many.
    newest: (i32, usize),
}

impl Waiting {
    /// None yet; about so many are enough.
    pub(super) fn until(enough: usize) -> Self {
        Self { reports: Vec::new(), enough, newest: (i32::MIN, 0) }
    }

    /// Adds some; gives those that are to be compared, once there are enough. Days that are whole are compared quickest, as
    /// each is one range of keys, so the newest day waits for its rest where the file is in the order of time.
    pub(super) fn add(&mut self, reports: Reports) -> Option<Reports> {
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
    pub(super) fn take(&mut self) -> Reports {
        self.newest = (i32::MIN, 0);
        std::mem::take(&mut self.reports)
    }
}

/// What came of comparing.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Where the file contradicts what is known.
    pub(super) faults: Faults,
    /// Whether anything is told that was not known.
    pub(super) tells_something_new: bool,
    tariffs: KnownTariffs,
}

impl Compared {
    /// Compares some messages.
    pub(super) fn add(&mut self, snapshot: &Snapshot<'_>, book: &Book, reports: &Reports) -> Result<()> {
        let reports = in_order(reports, |(message, _)| message);
        let messages: Vec<&Message> = reports.iter().map(|(message, _)| message).collect();
        let Comparison { contradictions, tells_nothing_new } =
            compare(snapshot, &messages, &mut self.tariffs, |account_id| book.tariff_of(account_id))?;
        self.tells_something_new |= !tells_nothing_new;
        for contradiction in contradictions {
            if self.faults.are_enough() {
                self.faults.count += 1;
                continue;
            }
            let import = snapshot.import(contradiction.import_id)?;
            let before = format!("by import {} of {}", import.id, quoted(&import.manifest.file));
            let (message, line) = reports[contradiction.index];
            self.faults.add(contradicted(message, *line, contradiction.field, before));
        }
        Ok(())
    }
}

/// Compares all that comes, in a thread of its own. All accounts must be in the book.
pub(super) fn compare_all(twin: &Twin, book: &Book, reports: &Receiver<Reports>) -> Result<Compared> {
    let mut compared = Compared::default();
    let mut store = None;
    for reports in reports {
        let store = match &mut store {
            Some(store) => store,
            None => store.insert(twin.open()?),
        };
        let snapshot = store.read()?;
        snapshot.keep_in_memory(MEBIBYTES)?;
        compared.add(&snapshot, book, &reports)?;
    }
    Ok(compared)
}

/// A message that is told of twice, in two ways.
pub(super) fn contradicted(message: &Message, line: u64, field: &'static str, before: String) -> Fault {
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
