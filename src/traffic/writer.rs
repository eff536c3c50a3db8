//! Writes staged rows in batches, each in a transaction of its own. The last one charges them; before it, charges that accrued on
//! earlier days are posted.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::error::{Error, Result};
use crate::model::{Import, ImportState, Origin, TrafficTally};
use crate::ops::balance::{DueCharges, PostedCharges, post_some};
use crate::ops::smpp::delete_lapsed_passwords;
use crate::store::BulkWriter;
use crate::traffic::batch::{Batch, WritePlan};
use crate::traffic::import_run::ImportRun;
use crate::traffic::request::{ImportProgress, ImportRequest};
use crate::traffic::staged_row::StagedRow;
use crate::traffic::staging::Staging;

/// The size of the first batch; each next one is twice as large. The sooner a batch is ready, the sooner writing can begin.
const FIRST_BATCH: usize = 50_000;
/// The entry of one balance counts as this many rows, so that a transaction of entries takes no longer than one of rows.
const ROWS_A_BALANCE: usize = 100;

/// Writes what verification has staged.
pub(crate) struct ImportWriter<'a, 's> {
    pub(crate) writer: &'a mut BulkWriter<'s>,
    pub(crate) origin: &'a Origin,
    pub(crate) request: &'a ImportRequest,
    pub(crate) watch: &'a mut dyn ImportProgress,
}

impl ImportWriter<'_, '_> {
    /// Prepares batches in one thread and writes them in another. `resumed` is an import that was interrupted.
    pub(crate) fn run(self, resumed: Option<ImportRun>, rest: StagedFile) -> Result<Import> {
        let (request, plan) = (self.request, Arc::clone(&rest.plan));
        thread::scope(|scope| {
            // No buffer: one batch is prepared while another is written, and no third one takes memory.
            let (sender, batches) = sync_channel(0);
            scope.spawn(move || rest.read(request, &sender));
            if request.dry_run { self.dry_run(resumed, plan, &batches) } else { self.write(resumed, &plan, &batches) }
        })
    }

    /// Writes everything in one transaction, which is dropped.
    fn dry_run(
        self,
        resumed: Option<ImportRun>,
        plan: Arc<WritePlan>,
        batches: &Receiver<Result<StagedRows>>,
    ) -> Result<Import> {
        let mut tx = self.writer.dry_run(self.origin)?;
        let mut import_run = match resumed {
            Some(import_run) => import_run,
            None => ImportRun::begin(&mut tx, plan)?,
        };
        for rows in batches {
            let StagedRows { batch, done, .. } = rows?;
            import_run.take(&mut tx, &batch)?;
            self.watch.at(done);
        }
        import_run.finish(&mut tx, ImportState::Finished)
    }

    /// One transaction for each batch, and more if many charges of earlier days are to be posted. The first begins the import, the
    /// last charges and ends it.
    fn write(
        self,
        resumed: Option<ImportRun>,
        plan: &Arc<WritePlan>,
        batches: &Receiver<Result<StagedRows>>,
    ) -> Result<Import> {
        let balances_together = (self.request.batch / ROWS_A_BALANCE).max(1);
        let (mut import_run, mut all_are_in, mut bytes_done) = (resumed, false, 0);
        let (due, mut posted) = (DueCharges::EarlierDays, PostedCharges::default());
        loop {
            // Wait for the reader before taking the write lock, so that other commands get their turn.
            let rows = if all_are_in { None } else { Some(batches.recv().map_err(|_| no_reader())??) };
            let ended = self.writer.write(self.origin, |tx| {
                delete_lapsed_passwords(tx)?;
                let import_run = match &mut import_run {
                    Some(import_run) => import_run,
                    None => import_run.insert(ImportRun::begin(tx, Arc::clone(plan))?),
                };
                if let Some(StagedRows { batch, are_last, done }) = rows {
                    import_run.take(tx, &batch)?;
                    (all_are_in, bytes_done) = (are_last, done);
                }
                // Nothing is posted by an import without charges.
                if all_are_in && (!plan.manifest.charging || post_some(tx, due, balances_together, &mut posted)?) {
                    return import_run.finish(tx, ImportState::Finished).map(Some);
                }
                import_run.note_charges(tx, &[])?;
                Ok(None)
            })?;
            self.watch.committed();
            self.watch.at(bytes_done);
            if let Some(import) = ended {
                return Ok(import);
            }
        }
    }
}

fn no_reader() -> Error {
    Error::Internal("the reader of an import is gone".to_owned())
}

/// What the preparing thread passes on.
struct StagedRows {
    batch: Batch,
    /// Whether this is the last batch.
    are_last: bool,
    /// The bytes of the file that are done with this batch.
    done: u64,
}

/// The rows of a file that are not written yet.
pub(crate) struct StagedFile {
    pub(crate) plan: Arc<WritePlan>,
    /// All rows of the file.
    pub(crate) staging: Staging,
    /// The number of rows that are written already.
    pub(crate) done: u64,
    /// Their tally, if it is known without reading them again.
    pub(crate) nothing_new: Option<TrafficTally>,
    /// Whether the file has a timestamp without a zone.
    pub(crate) met_naive_time: bool,
}

impl StagedFile {
    /// Reads the rows and passes them on in batches, until the receiver is gone.
    fn read(self, request: &ImportRequest, batches: &SyncSender<Result<StagedRows>>) {
        if let Err(error) = self.read_all(request, batches) {
            let _ = batches.send(Err(error));
        }
    }

    fn read_all(self, request: &ImportRequest, batches: &SyncSender<Result<StagedRows>>) -> Result<()> {
        let all = request.source.size();
        if let Some(tally) = self.nothing_new {
            let batch = self.plan.batch(Vec::new(), tally)?;
            let _ = batches.send(Ok(StagedRows { batch, are_last: true, done: all }));
            return Ok(());
        }
        let (mut messages, mut others, mut rows) = (Vec::new(), TrafficTally::default(), self.staging.rows());
        let (mut size, mut last_day) = (request.batch.min(FIRST_BATCH), i32::MIN);
        messages.reserve(most(size));
        for _ in 0..self.done {
            rows.next()?;
        }
        while let Some((_, row)) = rows.next()? {
            let taken = messages.len() + usize::try_from(others.rows()).unwrap_or(usize::MAX / 2);
            let begins_day = matches!(&row, StagedRow::Message(message) if message.day > last_day);
            // Only once there is another row: the last batch must be marked as the last.
            if is_enough(taken, size, begins_day) {
                let batch = self.plan.batch(std::mem::take(&mut messages), std::mem::take(&mut others))?;
                if batches.send(Ok(StagedRows { batch, are_last: false, done: rows.done(all) })).is_err() {
                    return Ok(());
                }
                size = (size * 2).min(request.batch);
                messages.reserve(most(size));
            }
            match row {
                StagedRow::Message(message) => {
                    last_day = last_day.max(message.day);
                    messages.push(message);
                }
                StagedRow::NonMessage(aside) => aside.count(&mut others),
            }
        }
        let batch = self.plan.batch(messages, others)?;
        let _ = batches.send(Ok(StagedRows { batch, are_last: true, done: all }));
        Ok(())
    }
}

/// Whether a batch of about `size` rows is complete. Whole days are written fastest, as each is one range of keys, so a batch may
/// end a little earlier, or later, where a day begins.
fn is_enough(rows: usize, size: usize, begins_day: bool) -> bool {
    rows >= most(size) || begins_day && rows >= size - size / 4
}

/// The maximum number of rows of such a batch.
fn most(size: usize) -> usize {
    size + size / 2
}
