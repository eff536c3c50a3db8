//! Parses a large file with several threads, one block each at a time. Results are taken in the order of the file.

use std::io::BufRead;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::error::{Error, Fault, Result};
use crate::formats::csv::{Block, Blocks};
use crate::formats::csv::{BlockRecords, Layout};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::block::{BlockParser, ParsedBlock};
use crate::traffic::row_parser::{RowInterpreter, RowParser};

/// A file with about this many rows is worth more than one thread.
const WORTH_THREADS: usize = 20_000;
/// Maximum number of accounts that each thread keeps in memory.
const MOST_ACCOUNTS: u64 = 50_000;
/// More threads would only wait for the one that takes their results.
const MOST_THREADS: usize = 6;

/// The number of threads for a file with about this many rows; `None` if the caller should read it alone. The number of accounts is
/// queried for large files only.
pub(crate) fn threads(rows: usize, accounts: impl FnOnce() -> Result<u64>) -> Result<Option<NonZero<usize>>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // If the file has fewer rows than there are accounts, looking them up one by one is cheaper.
    let is_worth_it = rows >= WORTH_THREADS && cores > 1 && accounts()? <= MOST_ACCOUNTS.min(rows as u64);
    Ok(if is_worth_it { NonZero::new(cores.min(MOST_THREADS)) } else { None })
}

/// Passes all blocks of parsed rows to `each` until it returns `false`. The account index must be complete. Returns what was
/// learned about the file, and the index with the days of its messages.
pub(crate) fn read<R: BufRead + Send>(
    reading: RowParser<R>,
    threads: NonZero<usize>,
    parser: &BlockParser,
    mut account_index: AccountIndex,
    each: impl FnMut(ParsedBlock) -> Result<bool>,
) -> Result<(RowInterpreter, AccountIndex)> {
    let RowParser { records, mut interpreter, .. } = reading;
    let (layout, lines) = records.into_lines();
    let blocks = Blocks::new(lines, layout.quoting);
    thread::scope(|scope| {
        let (mut inlets, mut outlets, mut readers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..threads.get() {
            let ((inlet, blocks), (parts, outlet)) = (sync_channel(1), sync_channel(1));
            let (layout, interpreter, account_index) = (layout.clone(), interpreter.clone(), account_index.clone());
            let reader = Reader { layout, interpreter, account_index, parser };
            readers.push(scope.spawn(move || reader.run(&blocks, &parts)));
            inlets.push(inlet);
            outlets.push(outlet);
        }
        scope.spawn(move || deal(blocks, &inlets));
        take_in_turns(outlets, each)?;
        for reader in readers {
            let gone = |_| Error::Internal("a reader of the file is gone".to_owned());
            let (its_interpreter, its_index) = reader.join().map_err(gone)?;
            interpreter.learn_from(&its_interpreter);
            account_index.note_all(&its_index);
        }
        Ok((interpreter, account_index))
    })
}

/// Deals blocks to the threads in turn, until there are no more or the receivers are gone.
fn deal<R: BufRead>(mut blocks: Blocks<R>, inlets: &[SyncSender<Result<Block, Fault>>]) {
    for inlet in inlets.iter().cycle() {
        let Some(block) = blocks.next_block().transpose() else { return };
        let is_last = block.is_err();
        if inlet.send(block).is_err() || is_last {
            return;
        }
    }
}

/// Takes results from the threads in turn, until there are no more or `each` has enough. Threads whose receiver is gone end.
fn take_in_turns(outlets: Vec<Receiver<ParsedBlock>>, mut each: impl FnMut(ParsedBlock) -> Result<bool>) -> Result<()> {
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
    interpreter: RowInterpreter,
    account_index: AccountIndex,
    parser: &'a BlockParser,
}

impl Reader<'_> {
    /// Parses blocks; returns what it learned about the file, and its account index.
    fn run(
        mut self,
        blocks: &Receiver<Result<Block, Fault>>,
        parts: &SyncSender<ParsedBlock>,
    ) -> (RowInterpreter, AccountIndex) {
        for block in blocks {
            let part = match block {
                Ok(block) => self.read(&block),
                Err(fault) => ParsedBlock::of_fault(fault),
            };
            if parts.send(part).is_err() {
                break;
            }
        }
        (self.interpreter, self.account_index)
    }

    fn read(&mut self, block: &Block) -> ParsedBlock {
        let mut records = BlockRecords::new(&self.layout, block);
        self.parser.part(&mut records, &mut self.interpreter, &mut self.account_index, None, usize::MAX)
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
