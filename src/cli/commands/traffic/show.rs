//! `ssgctl traffic show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{MessageId, day_of};
use ssgctl::store::MessageQuestion;

use crate::args::completion;
use crate::args::search::SearchArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Show what became of a message, and what it was charged
///
/// A message is known by the UTC day of its submission, its ID and its account: there is a line for each that has the ID. A
/// UUID may be written with or without dashes. The import is the one that charged the message, or, where none did, the one that
/// brought it; while it is unfinished, its charges are still to be posted. Country, parts, import and file are in JSON and CSV, and
/// in a table where --fields names them.
///
/// A message is looked for on every day of which there is traffic, which is quick; a period tells apart messages of gateways
/// that use an ID again. Those that were pruned are gone, and only counted in reports.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic show 4f1c6d1e-88a0-4b1c-9a55-2f6c0f6f3a10
  ssgctl traffic show 1234567 --account port_prod --last 7d
  ssgctl traffic show 1234567 --day 2026-11-24 --json | jq -r '.[] | [.state, .charge, .unit] | @tsv'")]
pub(crate) struct ShowArgs {
    /// The gateway's name for the message
    #[arg(value_name = "MESSAGE")]
    message: MessageId,

    /// Only of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    #[command(flatten)]
    when: SearchArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (from, until) = args.when.bounds(context.settings.defaults.zone())?;
    let (records, pruned_before) = context.read(|snapshot| {
        let account = args.account.as_ref().map(|name| snapshot.smpp_account(name)).transpose()?;
        let account_id = account.map(|account| account.id);
        let question = MessageQuestion { id: args.message.clone(), account_id, from, until };
        Ok((snapshot.messages_called(&question)?, snapshot.pruned_before()?))
    })?;
    if records.is_empty() {
        let message = format!("no message {}", quoted(&args.message));
        let pruned = pruned_before.map(|day| format!("messages from before {} were pruned", day_of(day)));
        let narrowed = (from.is_some() || until.is_some() || args.account.is_some())
            .then(|| "look without the account and the period".to_owned());
        return Err(Failure::new(ErrorCode::NotFound, message).maybe_hint(narrowed.or(pruned)));
    }
    context.output.all(&records)
}
