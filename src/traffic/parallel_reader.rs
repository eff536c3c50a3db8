//! A large file read by several threads, each a block of it at a time. What comes of it is taken in the order of the file.

use std::io::BufRead;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::error::{Error, Fault, Result};
use crate::formats::csv::{Block, Blocks};
use crate::formats::csv::{BlockRecords, Layout};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::block::{Gatherer, Part};
use crate::traffic::row_parser::{RowParser, Sense};

/// A file in which about so many rows can be is worth more than one thread.
const WORTH_THREADS: usize = 20_000;
/// The most accounts that each thread has in memory.
const MOST_ACCOUNTS: u64 = 50_000;
/// More threads than these wait for the one that takes what they have read.
const MOST_THREADS: usize = 6;

/// How many threads are to read a file of about so many rows; none where that is better done by the caller. How many accounts
/// there are is asked for large files only.
pub(crate) fn threads(rows: usize, accounts: impl FnOnce() -> Result<u64>) -> Result<Option<NonZero<usize>>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // Fewer accounts are looked up by reading all of them than one by one.
    let is_worth_it = rows >= WORTH_THREADS && cores > 1 && accounts()? <= MOST_ACCOUNTS.min(rows as u64);
    Ok(if is_worth_it { NonZero::new(cores.min(MOST_THREADS)) } else { None })
}

/// Hands all rows, in parts, to `each` until that says that it is enough. All accounts must be in the book; gives what was
/// learned of the file, and the book with the days of their messages.
pub(crate) fn read<R: BufRead + Send>(
    reading: RowParser<R>,
    threads: NonZero<usize>,
    gatherer: &Gatherer,
    mut account_index: AccountIndex,
    each: impl FnMut(Part) -> Result<bool>,
) -> Result<(Sense, AccountIndex)> {
    let RowParser { records, mut sense } = reading;
    let (layout, lines) = records.into_lines();
    let blocks = Blocks::new(lines);
    thread::scope(|scope| {
        let (mut inlets, mut outlets, mut readers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..threads.get() {
            let ((inlet, blocks), (parts, outlet)) = (sync_channel(1), sync_channel(1));
            let (layout, sense, account_index) = (layout.clone(), sense.clone(), account_index.clone());
            let reader = Reader { layout, sense, account_index, gatherer };
            readers.push(scope.spawn(move || reader.run(&blocks, &parts)));
            inlets.push(inlet);
            outlets.push(outlet);
        }
        scope.spawn(move || deal(blocks, &inlets));
        take_in_turns(outlets, each)?;
        for reader in readers {
            let gone = |_| Error::Internal("a reader of the file is gone".to_owned());
            let (its_sense, its_book) = reader.join().map_err(gone)?;
            sense.learn_from(&its_sense);
            account_index.note_all(&its_book);
        }
        Ok((sense, account_index))
    })
}

/// Deals out the blocks in turns, until there are no more or nobody takes them.
fn deal<R: BufRead>(mut blocks: Blocks<R>, inlets: &[SyncSender<Result<Block, Fault>>]) {
    for inlet in inlets.iter().cycle() {
        let Some(block) = blocks.next_block().transpose() else { return };
        let is_last = block.is_err();
        if inlet.send(block).is_err() || is_last {
            return;
        }
    }
}

/// Takes what was read in turns, until there is no more or it is enough. Readers whose outlet is gone end.
fn take_in_turns(outlets: Vec<Receiver<Part>>, mut each: impl FnMut(Part) -> Result<bool>) -> Result<()> {
    for outlet in outlets.iter().cycle() {
        let Ok(part) = outlet.recv() else { return Ok(()) };
        if !each(part)? {
            return Ok(());
        }
    }
    Ok(())
}

/// One of the threads.
struct Reader<'a> {
    layout: Layout,
    sense: Sense,
    account_index: AccountIndex,
    gatherer: &'a Gatherer,
}

impl Reader<'_> {
    /// Reads blocks; gives what it learned of the file, and its book.
    fn run(mut self, blocks: &Receiver<Result<Block, Fault>>, parts: &SyncSender<Part>) -> (Sense, AccountIndex) {
        for block in blocks {
            let part = match block {
                Ok(block) => self.read(&block),
                Err(fault) => Part::of_fault(fault),
            };
            if parts.send(part).is_err() {
                break;
            }
        }
        (self.sense, self.account_index)
    }

    fn read(&mut self, block: &Block) -> Part {
        let mut records = BlockRecords::new(&self.layout, block);
        self.gatherer.part(&mut records, &mut self.sense, &mut self.account_index, None, usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_read_large_files_of_gateways_whose_accounts_fit_into_memory() {
        let are_several = |rows, accounts| threads(rows, || Ok(accounts)).expect("counted").is_some();
        let has_cores = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        assert_eq!(are_several(WORTH_THREADS, 20_000), has_cores);
        assert_eq!(are_several(10_000_000, MOST_ACCOUNTS), has_cores);
        assert!(!are_several(10_000_000, MOST_ACCOUNTS + 1) && !are_several(WORTH_THREADS, 20_001));
        let unasked = threads(WORTH_THREADS - 1, || Err(Error::Internal("asked".to_owned())));
        assert_eq!(unasked.expect("not asked"), None);
    }
}
