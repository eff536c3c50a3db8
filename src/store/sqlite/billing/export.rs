//! Runs of exports to accounting programs: their files, and the entries of receivables that they have.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::EntityKind;
use crate::model::invoice::{AccountingProgram, ExportFile, ExportRun};
use crate::store::sqlite::values::Day;
use crate::store::{Snapshot, Tx};

const SELECT: &str = "SELECT id, program, first_day, last_day, actor, at FROM export_run";

fn read(row: &Row<'_>) -> rusqlite::Result<ExportRun> {
    Ok(ExportRun {
        id: row.get(0)?,
        program: row.get(1)?,
        first_day: row.get::<_, Day>(2)?.0,
        last_day: row.get::<_, Day>(3)?.0,
        actor: row.get(4)?,
        at: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// The run of an export.
    pub fn export_run(&self, id: i64) -> Result<ExportRun> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        let missing = || Error::NotFound { entity: EntityKind::Export, name: id.to_string(), nearest: None };
        statement.query_row([id], read).optional()?.ok_or_else(missing)
    }

    /// The files of a run, in the order of their names.
    pub fn export_files(&self, run: i64) -> Result<Vec<ExportFile>> {
        let select = "SELECT name, content FROM export_file WHERE run_id = ?1 ORDER BY name";
        let mut statement = self.transaction.prepare_cached(select)?;
        let files = statement.query_map([run], |row| Ok(ExportFile { name: row.get(0)?, content: row.get(1)? }))?;
        Ok(files.collect::<rusqlite::Result<_>>()?)
    }

    /// The runs that exported an entry of receivables, oldest first.
    pub fn exports_of(&self, receivable: i64) -> Result<Vec<ExportRun>> {
        let condition = "WHERE id IN (SELECT run_id FROM exported_entry WHERE receivable_id = ?1) ORDER BY id";
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} {condition}"))?;
        let runs = statement.query_map([receivable], read)?;
        Ok(runs.collect::<rusqlite::Result<_>>()?)
    }

    /// The last run that exported an entry of receivables to a program, if there is one.
    pub fn last_export_of(&self, receivable: i64, program: AccountingProgram) -> Result<Option<i64>> {
        let select = "SELECT max(run_id) FROM exported_entry JOIN export_run ON export_run.id = run_id
            WHERE receivable_id = ?1 AND program = ?2";
        let mut statement = self.transaction.prepare_cached(select)?;
        Ok(statement.query_row(params![receivable, program], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Adds a run of an export with its files and the entries of receivables that it exports.
    pub fn insert_export(
        &mut self,
        program: AccountingProgram,
        (first_day, last_day): (jiff::civil::Date, jiff::civil::Date),
        files: &[ExportFile],
        entries: &[i64],
    ) -> Result<ExportRun> {
        let actor = self.origin().actor.clone();
        let insert = "INSERT INTO export_run (program, first_day, last_day, actor, at) VALUES (?, ?, ?, ?, ?)";
        self.transaction.prepare_cached(insert)?.execute(params![
            program,
            Day(first_day),
            Day(last_day),
            actor,
            self.at()
        ])?;
        let id = self.transaction.last_insert_rowid();
        for file in files {
            let insert = "INSERT INTO export_file (run_id, name, content) VALUES (?, ?, ?)";
            self.transaction.prepare_cached(insert)?.execute(params![id, file.name, file.content])?;
        }
        for entry in entries {
            let insert = "INSERT INTO exported_entry (run_id, receivable_id) VALUES (?, ?)";
            self.transaction.prepare_cached(insert)?.execute(params![id, entry])?;
        }
        Ok(ExportRun { id, program, first_day, last_day, actor, at: self.at() })
    }
}
