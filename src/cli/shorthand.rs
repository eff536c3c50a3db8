//! Command lines that are short for another: none at all, a customer without a command, and words of other programs that mean a
//! command without doubt.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::ErrorKind;
use ssgctl::store::{Clock, Location, Snapshot, Store};

use crate::args::newcomer::{self, Shorthand};
use crate::command_line::CommandLine;
use crate::commands::Cli;
use crate::config::{FileUse, Settings};

/// The words that were meant by words that cannot be parsed; none if they stand for nothing else.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method itself is not general enough")]
pub(crate) fn long_form(error: &clap::Error, words: &[OsString]) -> Option<Vec<OsString>> {
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let meant: Vec<OsString> = words.iter().cloned().chain(["overview".into()]).collect();
            holds(&meant, |snapshot| snapshot.has_customers()).then_some(meant)
        }
        ErrorKind::InvalidSubcommand => match newcomer::shorthand(words, Cli::command())? {
            Shorthand::Command(meant) => Some(meant),
            Shorthand::Customer(name, meant) => {
                holds(&meant, |snapshot| Ok(snapshot.customer_named(&name)?.is_some())).then_some(meant)
            }
        },
        _ => None,
    }
}

/// Whether something holds in the database of a command line. Without a database, nothing does.
fn holds(words: &[OsString], ask: impl FnOnce(&Snapshot<'_>) -> ssgctl::Result<bool>) -> bool {
    let answer = || {
        let (cli, _) = CommandLine::parse::<Cli>(Cli::command, Cli::parse_named, words.to_vec()).ok()?;
        let settings = Settings::load(&cli.global.files, FileUse::Required).ok()?;
        let location = Location { path: settings.database().ok()?.to_owned(), create: false, wait: settings.wait };
        ask(&Store::open(&location, Clock::System).ok()?.read().ok()?).ok()
    };
    answer().unwrap_or(false)
}
