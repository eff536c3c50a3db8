//! What every command works with: settings, the store, the writer of results, and one way to read and one to write.

use std::io::{IsTerminal, Write};
use std::path::Path;

use ssgctl::model::{Actor, Gateway, Origin};
use ssgctl::ops;
use ssgctl::store::vault::Vault;
use ssgctl::store::{Clock, Location, Snapshot, Store, Tx};

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::command_line::CommandLine;
use crate::config::Settings;
use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::interactive::prompt::Prompt;
use crate::output::{Output, Row, Shown, TableWriter};

pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) output: Output,
    pub(crate) prompt: Prompt,
    pub(crate) line: CommandLine,
    pub(crate) quiet: bool,
    /// Whether something was saved: a failure after that is one of the receipt only.
    pub(crate) committed: bool,
    store: Option<Store>,
}

impl Context {
    pub(crate) fn new(settings: Settings, output: Output, prompt: Prompt, line: CommandLine, quiet: bool) -> Self {
        Self { settings, output, prompt, line, quiet, committed: false, store: None }
    }

    /// The database, opened at the first question; made where it is looked for by itself and is not there.
    pub(crate) fn store(&mut self) -> Result<&mut Store> {
        Ok(self.store_and_output()?.0)
    }

    /// The database and the writer of results, for those who need both at once.
    pub(crate) fn store_and_output(&mut self) -> Result<(&mut Store, &mut Output)> {
        let store = match self.store.take() {
            Some(store) => store,
            None => self.open(!self.settings.database_was_named)?,
        };
        Ok((self.store.insert(store), &mut self.output))
    }

    /// Opens the database; `create` says whether it is made when it is not there.
    pub(crate) fn open(&self, create: bool) -> Result<Store> {
        let path = self.settings.database()?.to_owned();
        let location = Location { path, create, wait: self.settings.wait };
        Ok(Store::open(&location, Clock::System)?)
    }

    /// Reads from one snapshot.
    pub(crate) fn read<T>(&mut self, ask: impl FnOnce(&Snapshot<'_>) -> ssgctl::Result<T>) -> Result<T> {
        Ok(ask(&self.store()?.read()?)?)
    }

    /// Reads from one snapshot and writes the rows of a list as they come.
    pub(crate) fn list<R: Row>(
        &mut self,
        ask: impl FnOnce(&Snapshot<'_>, &mut TableWriter<'_, R>) -> Result<()>,
    ) -> Result<()> {
        self.list_among(&R::keys(), ask)
    }

    /// The same for a question that gives only these columns of its rows.
    pub(crate) fn list_among<R: Row>(
        &mut self,
        keys: &[&str],
        ask: impl FnOnce(&Snapshot<'_>, &mut TableWriter<'_, R>) -> Result<()>,
    ) -> Result<()> {
        let (store, output) = self.store_and_output()?;
        let snapshot = store.read()?;
        let mut rows = output.rows_among(keys)?;
        ask(&snapshot, &mut rows)?;
        let shows_nothing = rows.end()?;
        drop(snapshot);
        self.note_if_empty(shows_nothing);
        Ok(())
    }

    /// Says that a table has no rows: a person before an empty screen wonders whether it is broken. A script reads no more
    /// than before.
    pub(crate) fn note_if_empty(&self, shows_nothing: bool) {
        if shows_nothing && std::io::stderr().is_terminal() {
            self.note("nothing to list");
        }
    }

    /// Reads from one snapshot and writes a text of its own form, into a new file if there is one.
    pub(crate) fn document<T>(
        &mut self,
        file: Option<&Path>,
        replace: bool,
        ask: impl FnOnce(&Snapshot<'_>, &mut Output) -> Result<T>,
    ) -> Result<T> {
        let (store, output) = self.store_and_output()?;
        output.export_to(file, replace)?;
        let asked = ask(&store.read()?, output)?;
        output.flush()?;
        if file.is_some() {
            output.publish()?;
        }
        Ok(asked)
    }

    /// Does a deed whose result will be shown: what cannot be shown as asked is refused before anything is done.
    pub(crate) fn write<T: Shown, E: Into<Failure>>(
        &mut self,
        change: &ChangeArgs,
        deed: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T> {
        self.output.refuse_unknown_fields(&T::keys())?;
        self.write_unshown(change, deed)
    }

    /// Does a deed in one transaction.
    pub(crate) fn write_unshown<T, E: Into<Failure>>(
        &mut self,
        change: &ChangeArgs,
        deed: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T> {
        let origin = self.origin(&change.why)?;
        let mut tx = begin(self.store()?, &origin)?;
        let done = deed(&mut tx).map_err(Into::into)?;
        end(tx, change)?;
        self.ended(change);
        Ok(done)
    }

    /// Does a deed for each of these names in one transaction, and shows what came of it.
    pub(crate) fn write_each<R: Row>(
        &mut self,
        change: &ChangeArgs,
        names: &[String],
        deed: impl Fn(&mut Tx<'_>, &str) -> ssgctl::Result<R>,
    ) -> Result<()> {
        let done =
            self.write(change, |tx| names.iter().map(|name| deed(tx, name)).collect::<ssgctl::Result<Vec<_>>>())?;
        self.output.all(&done)
    }

    /// Does a deed that tells what it does row by row. The rows are kept back until it is known that they count.
    pub(crate) fn write_rows<R: Row, T>(
        &mut self,
        change: &ChangeArgs,
        deed: impl FnOnce(&mut Tx<'_>, &mut TableWriter<'_, R>) -> Result<T>,
    ) -> Result<T> {
        let origin = self.origin(&change.why)?;
        let (store, output) = self.store_and_output()?;
        output.refuse_unknown_fields(&R::keys())?;
        output.hold()?;
        let mut tx = begin(store, &origin)?;
        let mut rows = output.rows_among(&R::keys())?;
        let done = deed(&mut tx, &mut rows)?;
        rows.end()?;
        end(tx, change)?;
        self.ended(change);
        self.output.release()?;
        Ok(done)
    }

    /// Notes how a transaction ended.
    fn ended(&mut self, change: &ChangeArgs) {
        if change.dry_run {
            self.note("dry run: nothing was saved");
        } else {
            self.committed = true;
        }
    }

    /// Who writes: what `--actor` says, else the operating system's user.
    pub(crate) fn origin(&self, why: &ReasonArgs) -> Result<Origin> {
        let uid = rustix::process::getuid().as_raw();
        let actor = match &why.actor {
            Some(actor) => actor.clone(),
            None => os_user(uid)?,
        };
        Ok(Origin {
            actor,
            uid,
            reason: why.reason.clone(),
            command: self.line.command(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// The vault of SMPP passwords, with a key made now if there is none.
    pub(crate) fn vault(&self) -> Result<Vault> {
        Ok(Vault::open_or_create(self.settings.key_file()?)?)
    }

    /// The vault of SMPP passwords, whose key must be there.
    pub(crate) fn existing_vault(&self) -> Result<Vault> {
        Ok(Vault::open(self.settings.key_file()?)?)
    }

    /// The gateway as customers are told it. One host is told, with a warning.
    pub(crate) fn gateway_to_tell(&self) -> Result<Gateway> {
        let gateway = self.settings.gateway.clone();
        let hint = "set hosts in [gateway], at least two; `ssgctl config init` writes a file that explains it";
        match gateway.hosts.len() {
            0 => {
                let message = "the configuration does not say which hosts customers connect to";
                Err(Failure::new(ErrorCode::Config, message).hint(hint))
            }
            count => {
                if count < Gateway::ENOUGH_HOSTS {
                    Self::warn("customers should be told at least two hosts, and the configuration names one");
                }
                Ok(gateway)
            }
        }
    }

    /// The vault of SMPP passwords as a later question: most runs that may need it do not.
    pub(crate) fn keys(&self) -> impl Fn() -> ssgctl::Result<Vault> + use<> {
        let key_file = self.settings.key_file().map(ToOwned::to_owned).map_err(|failure| failure.to_string());
        move || match &key_file {
            Ok(path) => Vault::open(path),
            Err(why) => Err(ssgctl::Error::Secret(why.clone())),
        }
    }

    /// Tells a person something that must be looked at, also when notes are unwanted.
    pub(crate) fn warn(text: &str) {
        // A stderr that cannot be written has nobody reading it; the exit code speaks.
        let _ = writeln!(std::io::stderr(), "ssgctl: warning: {}", visible(text));
    }

    /// Tells a person something that is no result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            // A stderr that cannot be written has nobody reading it.
            let _ = writeln!(std::io::stderr(), "ssgctl: {}", visible(text));
        }
    }
}

/// Begins the transaction of a command that writes.
fn begin<'s>(store: &'s mut Store, origin: &Origin) -> Result<Tx<'s>> {
    let mut tx = store.write(origin)?;
    ops::smpp::delete_lapsed_passwords(&mut tx)?;
    Ok(tx)
}

/// Ends a transaction: with `--dry-run` it is dropped, and that is all the difference.
fn end(tx: Tx<'_>, change: &ChangeArgs) -> Result<()> {
    if change.dry_run { Ok(()) } else { Ok(tx.commit()?) }
}

/// The operating system's name of a user; its number where it has no name that could be logged.
fn os_user(uid: u32) -> Result<Actor> {
    let user = uzers::get_user_by_uid(uid);
    let actor = user.and_then(|user| user.name().to_str()?.parse().ok()).or_else(|| format!("uid {uid}").parse().ok());
    actor.ok_or_else(|| Failure::new(ErrorCode::Internal, "the user has no name; give --actor"))
}
