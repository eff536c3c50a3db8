//! What every command works with: settings, database, output and prompt, and the frames of reading and writing.
//!
//! A command reads from one snapshot (`read`, `list`, `document`) or writes in one transaction (`write`, `transact`,
//! `write_each`, `write_rows`). `--dry-run` is handled here: the transaction is dropped instead of committed, so a dry run
//! takes the same path as the real one.

mod vault;

use std::io::{IsTerminal, Write};
use std::path::Path;

use ssgctl::error::quoted;
use ssgctl::model::{AccountCode, Actor, Gateway, Manager, Origin};
use ssgctl::ops;
use ssgctl::store::files::{exposure, network_file_system};
use ssgctl::store::{Clock, Location, NewDatabase, Snapshot, Store, Tx};

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::clock::ClockArgs;
use crate::command_line::CommandLine;
use crate::config::Settings;
use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::hints::with_profile;
use crate::interactive::prompt::Prompt;
use crate::output::{FieldKeys, Output, Row, TableWriter};

/// The environment of one command.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) output: Output,
    pub(crate) prompt: Prompt,
    pub(crate) line: CommandLine,
    pub(crate) quiet: bool,
    /// Whether a change was saved. A later failure then loses only the printed result.
    pub(crate) committed: bool,
    store: Option<Store>,
    if_missing: IfMissing,
    /// A database that does not have its name yet, if the store is one.
    unnamed: Option<NewDatabase>,
}

/// What to do if the default database is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IfMissing {
    /// Fail. A job that only reads or checks must not take a new, empty database for the real one when a disk is not mounted.
    Fail,
    /// Create it: the command adds the first records.
    Create,
    /// Use a temporary one: the command shows what it would do, and saves nothing.
    Pretend,
}

impl Context {
    pub(crate) fn new(settings: Settings, output: Output, prompt: Prompt, line: CommandLine, quiet: bool) -> Self {
        Self {
            settings,
            output,
            prompt,
            line,
            quiet,
            committed: false,
            store: None,
            if_missing: IfMissing::Fail,
            unnamed: None,
        }
    }

    /// Lets this command create the default database if it is missing. Only commands that add the first records do so. A
    /// database that was named is never created this way, because its name may be misspelt.
    pub(crate) fn may_create_database(&mut self, dry_run: bool) {
        if !self.settings.database_was_named {
            self.if_missing = if dry_run { IfMissing::Pretend } else { IfMissing::Create };
        }
    }

    /// Lets a dialogue read from an empty database where none exists yet. What it asks for is created afterwards, if the answers
    /// are accepted.
    pub(crate) fn before_creating<T>(&mut self, ask: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.if_missing != IfMissing::Create {
            return ask(self);
        }
        self.if_missing = IfMissing::Pretend;
        let answer = ask(self);
        self.if_missing = IfMissing::Create;
        if self.unnamed.is_some() {
            self.store = None;
            self.unnamed = None;
        }
        answer
    }

    /// The database, opened on first use.
    pub(crate) fn store(&mut self) -> Result<&mut Store> {
        Ok(self.store_and_output()?.0)
    }

    /// The database and the output, for callers that need both at once.
    pub(crate) fn store_and_output(&mut self) -> Result<(&mut Store, &mut Output)> {
        let store = match self.store.take() {
            Some(store) => store,
            None => match (self.is_missing()?, self.if_missing) {
                (true, IfMissing::Pretend) => self.begin_new_database()?,
                (_, if_missing) => self.open(if_missing == IfMissing::Create)?,
            },
        };
        Ok((self.store.insert(store), &mut self.output))
    }

    /// Whether the database does not exist.
    pub(crate) fn is_missing(&self) -> Result<bool> {
        Ok(self.settings.database()?.symlink_metadata().is_err())
    }

    /// Begins to work on a new database, which `publish_new_database` gives its name.
    fn begin_new_database(&mut self) -> Result<Store> {
        let path = self.settings.database()?.to_owned();
        let location = Location { path, create: true, wait: self.settings.wait };
        let (unnamed, store) = NewDatabase::begin(&location, Clock::System)?;
        self.unnamed = Some(unnamed);
        Ok(store)
    }

    /// Works on a new database if there is none yet, whether its path is the default one or was named.
    pub(crate) fn fill_new_database(&mut self) -> Result<()> {
        if self.is_missing()? {
            self.store = Some(self.begin_new_database()?);
        }
        Ok(())
    }

    /// Gives a new database its name, if this command has filled one.
    pub(crate) fn publish_new_database(&mut self) -> Result<()> {
        if let (Some(unnamed), Some(store)) = (self.unnamed.take(), self.store.take()) {
            self.committed = false;
            unnamed.publish(store)?;
            self.committed = true;
        }
        Ok(())
    }

    /// Opens the database; `create` says whether to create a missing one.
    pub(crate) fn open(&self, create: bool) -> Result<Store> {
        let path = self.settings.database()?.to_owned();
        let location = Location { path, create, wait: self.settings.wait };
        let store = Store::open(&location, Clock::System)?;
        for problem in [exposure(store.path()), network_file_system(store.path())].into_iter().flatten() {
            Self::warn(&format!("the database {} {problem}", quoted(store.path().display())));
        }
        Ok(store)
    }

    /// Lets the command post entries that are dated before the newest one, if the operator said that the clock is right.
    pub(crate) fn apply_clock(&mut self, clock: ClockArgs) -> Result<()> {
        if clock.accept_clock {
            self.store()?.accept_clock();
        }
        Ok(())
    }

    /// Reads from one snapshot.
    pub(crate) fn read<T>(&mut self, ask: impl FnOnce(&Snapshot<'_>) -> ssgctl::Result<T>) -> Result<T> {
        Ok(ask(&self.store()?.read()?)?)
    }

    /// Reads from one snapshot and writes the rows of a list as they are read.
    pub(crate) fn list<R: Row>(
        &mut self,
        ask: impl FnOnce(&Snapshot<'_>, &mut TableWriter<'_, R>) -> Result<()>,
    ) -> Result<()> {
        self.list_columns(&R::keys(), ask)
    }

    /// Writes a list whose rows have only these columns.
    pub(crate) fn list_columns<R: Row>(
        &mut self,
        keys: &[&str],
        ask: impl FnOnce(&Snapshot<'_>, &mut TableWriter<'_, R>) -> Result<()>,
    ) -> Result<()> {
        let (store, output) = self.store_and_output()?;
        let snapshot = store.read()?;
        let mut rows = output.table(keys, None)?;
        ask(&snapshot, &mut rows)?;
        let is_empty_table = rows.end()?;
        drop(snapshot);
        self.note_if_empty(is_empty_table);
        Ok(())
    }

    /// Notes at a terminal that a table has no rows, because no output at all looks like a defect. Scripts get
    /// nothing on stderr.
    pub(crate) fn note_if_empty(&self, is_empty_table: bool) {
        if is_empty_table && std::io::stderr().is_terminal() {
            self.note("nothing to list");
        }
    }

    /// Reads from one snapshot and writes a document in its own format, to a new file if one is named.
    pub(crate) fn document<T>(
        &mut self,
        file: Option<&Path>,
        replace: bool,
        ask: impl FnOnce(&Snapshot<'_>, &mut Output) -> Result<T>,
    ) -> Result<T> {
        let (store, output) = self.store_and_output()?;
        output.export_to(file, replace)?;
        let answer = ask(&store.read()?, output)?;
        output.flush()?;
        if file.is_some() {
            output.publish()?;
        }
        Ok(answer)
    }

    /// Runs an operation in one transaction. Its result will be printed, so unknown `--fields` fail before it runs.
    pub(crate) fn write<T: FieldKeys, E: Into<Failure>>(
        &mut self,
        change: &ChangeArgs,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T> {
        self.output.refuse_unknown_fields(&T::keys())?;
        self.transact(change, operation)
    }

    /// Runs an operation in one transaction, without checking `--fields`.
    pub(crate) fn transact<T, E: Into<Failure>>(
        &mut self,
        change: &ChangeArgs,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T> {
        self.transact_and_note(change, operation, |_, _| ())
    }

    /// The same with notes about the result. A dry run says after them that nothing was saved.
    pub(crate) fn transact_and_note<T, E: Into<Failure>>(
        &mut self,
        change: &ChangeArgs,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
        note: impl FnOnce(&T, &Self),
    ) -> Result<T> {
        let origin = self.origin(&change.audit)?;
        let (mut tx, before) = begin(self.store()?, &origin)?;
        let result = operation(&mut tx).map_err(Into::into)?;
        let managed = end(tx, before, change)?;
        note(&result, self);
        self.finished(change, &managed);
        Ok(result)
    }

    /// Runs an operation in a transaction that is dropped, to show what it would do.
    pub(crate) fn preview<T>(
        &mut self,
        change: &ChangeArgs,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let origin = self.origin(&change.audit)?;
        let (mut tx, _) = begin(self.store()?, &origin)?;
        operation(&mut tx)
    }

    /// Runs an operation for each name, all in one transaction, and prints the results.
    pub(crate) fn write_each<R: Row>(
        &mut self,
        change: &ChangeArgs,
        names: &[String],
        operation: impl Fn(&mut Tx<'_>, &str) -> ssgctl::Result<R>,
    ) -> Result<()> {
        let results =
            self.write(change, |tx| names.iter().map(|name| operation(tx, name)).collect::<ssgctl::Result<Vec<_>>>())?;
        self.output.rows(&results)
    }

    /// Runs an operation that writes result rows as it proceeds. They are buffered until the transaction has committed.
    pub(crate) fn write_rows<R: Row, T>(
        &mut self,
        change: &ChangeArgs,
        operation: impl FnOnce(&mut Tx<'_>, &mut TableWriter<'_, R>) -> Result<T>,
    ) -> Result<T> {
        let origin = self.origin(&change.audit)?;
        let (store, output) = self.store_and_output()?;
        output.refuse_unknown_fields(&R::keys())?;
        output.hold()?;
        let (mut tx, before) = begin(store, &origin)?;
        let mut rows = output.table(&R::keys(), None)?;
        let result = operation(&mut tx, &mut rows)?;
        rows.end()?;
        let managed = end(tx, before, change)?;
        self.finished(change, &managed);
        self.output.release()?;
        Ok(result)
    }

    /// Records the commit, or notes that this was a dry run, and which changed customers are kept in files.
    fn finished(&mut self, change: &ChangeArgs, managed: &[(AccountCode, Manager)]) {
        if change.dry_run {
            self.note("dry run: nothing was saved");
        } else {
            self.committed = true;
        }
        if let Some((code, manager)) = managed.first().filter(|_| self.line.command() != "apply") {
            let others = if managed.len() > 1 { format!(", and {} more", managed.len() - 1) } else { String::new() };
            self.note(&format!(
                "{code} is kept in files ({manager}){others}; the next `ssgctl apply` undoes what they do not say"
            ));
        }
        for warning in self.settings.invoices.undrawn.take_warnings() {
            Self::warn(&warning);
        }
    }

    /// Who makes a change, for the audit log: `--actor`, else the operating system's user. Anybody can claim to be any actor, so
    /// the user ID is recorded next to it, and who called sudo.
    pub(crate) fn origin(&self, audit: &AuditArgs) -> Result<Origin> {
        let uid = rustix::process::getuid().as_raw();
        let actor = match &audit.actor {
            Some(actor) => actor.clone(),
            None => os_user(uid)?,
        };
        Ok(Origin {
            actor,
            uid,
            sudo_user: std::env::var("SUDO_USER").ok().and_then(|user| user.parse().ok()),
            reason: audit.reason.clone(),
            command: self.line.command(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// The gateway's connection details for emails to customers. Warns if there is only one host.
    pub(crate) fn gateway_for_customers(&self) -> Result<Gateway> {
        let gateway = self.settings.gateway.clone();
        let hint = "set at least two hosts in [gateway]; `ssgctl config init` writes a commented configuration file";
        match gateway.hosts.len() {
            0 => {
                let message = "the configuration names no hosts for customers to connect to";
                Err(Failure::new(ErrorCode::Config, message).hint(hint))
            }
            count => {
                if count < Gateway::ENOUGH_HOSTS {
                    Self::warn("the configuration names only one host; customers should know at least two");
                }
                Ok(gateway)
            }
        }
    }

    /// Prints a warning on stderr, even with `--quiet`.
    pub(crate) fn warn(text: &str) {
        // If stderr cannot be written, nobody reads it.
        let _ = writeln!(std::io::stderr(), "ssgctl: warning: {}", visible(text));
    }

    /// A text whose commands are those of the profile, if one is named.
    pub(crate) fn in_profile(&self, text: &str) -> String {
        with_profile(text, self.settings.profile())
    }

    /// Prints a note on stderr, unless `--quiet` is given.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            // If stderr cannot be written, nobody reads it.
            let text = self.in_profile(text);
            let _ = writeln!(std::io::stderr(), "ssgctl: {}", visible(&text));
        }
    }
}

/// Begins the transaction of a command that writes. Returns it with the last event of the audit log.
fn begin<'s>(store: &'s mut Store, origin: &Origin) -> Result<(Tx<'s>, i64)> {
    let mut tx = store.write(origin)?;
    ops::smpp::delete_lapsed_passwords(&mut tx)?;
    let before = tx.last_event()?;
    Ok((tx, before))
}

/// Commits a transaction, or drops it with `--dry-run`. Returns the customers kept in files that it changed.
fn end(mut tx: Tx<'_>, before: i64, change: &ChangeArgs) -> Result<Vec<(AccountCode, Manager)>> {
    tx.flush_events()?;
    let managed = tx.managed_customers_changed_since(before)?;
    if !change.dry_run {
        tx.commit()?;
    }
    Ok(managed)
}

/// The name of the operating system's user, or its number if it has no name that is a valid actor.
fn os_user(uid: u32) -> Result<Actor> {
    let user = uzers::get_user_by_uid(uid);
    let actor = user.and_then(|user| user.name().to_str()?.parse().ok()).or_else(|| format!("uid {uid}").parse().ok());
    actor.ok_or_else(|| {
        Failure::new(ErrorCode::Internal, "the operating system's user has no name; name one with --actor <NAME>")
    })
}
