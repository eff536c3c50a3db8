//! How a traffic file is read: the options that importing and comparing share.

use std::str::FromStr;

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::Error;
use ssgctl::error::InputError;
use ssgctl::model::{Invalid, MessageState, Zone};
use ssgctl::traffic::{DIALECTS, IdPattern, ImportProgress, ParseOptions, TrafficDialect, UnreadColumn};

use crate::args::completion;
use crate::args::quoting::QuotingArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::progress::Progress;

/// How to read a file of message records.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// Kind of file [default: recognised by the header]: ssgctl, ssg, jasmin, jasmin-panel, kannel, twilio or vonage
    #[arg(long, value_name = "KIND")]
    from: Option<FileKind>,

    /// Time zone of timestamps that have none [default: defaults.timezone of the configuration, else UTC]
    #[arg(long, visible_alias = "tz", value_name = "ZONE", add = ArgValueCandidates::new(completion::zones))]
    timezone: Option<Zone>,

    /// Assign all messages to this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts), conflicts_with = "key_column")]
    account: Option<String>,

    /// With --account, ignore that the file names other accounts or was imported for other accounts before
    #[arg(long, requires = "account")]
    override_account: bool,

    /// Column that identifies the account, such as Kannel's `boxc_id`
    #[arg(long, value_name = "COLUMN")]
    key_column: Option<String>,

    /// Column with the message ID, such as Kannel's `dlr_url`
    #[arg(long, value_name = "COLUMN")]
    id_column: Option<String>,

    /// Position of the message ID in its column: 'ref={id}&' takes what follows the first `ref=`, up to `&` or the end
    #[arg(long, value_name = "PATTERN", requires = "id_column")]
    id_pattern: Option<IdPattern>,

    /// Do not import a column although its name looks like a misspelt one; repeatable
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,

    /// Treat message IDs of hexadecimal digits that differ only in case as the same
    #[arg(long)]
    ignore_hex_case: bool,

    #[command(flatten)]
    quoting: QuotingArgs,

    /// Map a word to a state, such as DLVRD=delivered, or =pending for an empty field; repeatable
    #[arg(long, value_name = "WORD=STATE")]
    map_state: Vec<StateMapping>,

    /// Map all other words to the state `unknown`
    #[arg(long)]
    unknown_states: bool,
}

impl FileArgs {
    /// The zone of timestamps that have none.
    pub(crate) fn zone(&self, context: &Context) -> Zone {
        self.timezone.clone().unwrap_or_else(|| context.settings.defaults.zone())
    }

    pub(crate) fn options(&self, context: &Context) -> ParseOptions {
        ParseOptions {
            dialect: self.from.as_ref().map(|kind| kind.0),
            account: self.account.clone(),
            override_account: self.override_account,
            key_column: self.key_column.clone(),
            id_column: self.id_column.clone(),
            id_pattern: self.id_pattern.clone(),
            ignores_hex_case: self.ignore_hex_case,
            unread_columns: self.ignore.clone(),
            quoting: self.quoting.kind,
            words: self.map_state.iter().map(|StateMapping(word, state)| (word.clone(), *state)).collect(),
            takes_any_word: self.unknown_states,
            ..ParseOptions::in_zone(self.zone(context).time_zone())
        }
    }

    /// Notes what was assumed about a file, and the columns that were not used.
    pub(crate) fn note_assumptions(
        &self,
        file: &str,
        met_naive_time: bool,
        ignored: &[UnreadColumn],
        used: &str,
        context: &Context,
    ) {
        if met_naive_time && self.timezone.is_none() {
            let zone = self.zone(context);
            context.note(&format!(
                "{file} has timestamps without a time zone, read as times of {zone}; set --timezone if that is wrong"
            ));
        }
        if !ignored.is_empty() {
            let columns: Vec<&str> = ignored.iter().map(|column| column.name.as_str()).collect();
            context.note(&format!("{file}: not {used}: {}", columns.join(", ")));
        }
    }
}

/// The value of `--from`.
#[derive(Debug, Clone)]
struct FileKind(&'static TrafficDialect);

impl FromStr for FileKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
        let rule = || Invalid::rule(format!("must be one of {}", names.join(", ")));
        TrafficDialect::named(text).map(Self).ok_or_else(rule)
    }
}

/// A word of a file, in lower case, and the state it means: the value of `--map-state`.
#[derive(Debug, Clone)]
struct StateMapping(String, MessageState);

impl FromStr for StateMapping {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (word, state) = text
            .rsplit_once('=')
            .ok_or_else(|| Invalid::rule("must be a word and a state, such as DLVRD=delivered"))?;
        Ok(Self(word.trim().to_ascii_lowercase(), state.trim().parse()?))
    }
}

/// The failure of a file that is refused.
pub(crate) fn refused(name: &str, error: Error) -> Failure {
    let first = if let Error::Rows(faults) = &error { faults.first.first() } else { None };
    let is_of_header =
        first.is_some_and(|fault| matches!(*fault.error, Error::Input { code: InputError::BadHeader, .. }));
    let failure = Failure::in_file(name, error);
    if is_of_header {
        return failure
            .hint("rename the column, or say that it is meant with --ignore COLUMN; --from names the kind of file");
    }
    failure
}

/// Passes the progress of an import to the progress line, and remembers whether anything was committed.
pub(crate) struct ImportWatcher {
    pub(crate) progress: Progress,
    pub(crate) committed: bool,
}

impl ImportProgress for ImportWatcher {
    fn begin(&mut self, part: &'static str) {
        self.progress.begin(part);
    }

    fn at(&mut self, bytes: u64) {
        self.progress.at(bytes);
    }

    fn committed(&mut self) {
        self.committed = true;
    }
}
