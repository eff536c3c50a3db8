//! `ssgctl traffic show`: finds messages by their ID.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{MessageId, day_of};
use ssgctl::store::MessageFilter;

use crate::args::completion;
use crate::args::period::PeriodArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Show the state and charge of a message
///
/// Gateways reuse message IDs, so a message is identified by the UTC day of its submission, its ID and its account.
/// There is one line for each message with this ID; --account and a period narrow the search. A UUID can have dashes or
/// not. Pruned messages are not found; they are only counted in reports.
///
/// The field `import` names the import that charged the message, or the one that first reported it if none did. While
/// that import is unfinished, its charges are not posted yet. The field `reprice` is the run of `traffic reprice` that set
/// its price, if one did. Country, parts, import, reprice and file are in JSON and CSV, and in tables if --fields names
/// them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic show 4f1c6d1e-88a0-4b1c-9a55-2f6c0f6f3a10
  ssgctl traffic show 1234567 --account port_prod --last 7d
  ssgctl traffic show 1234567 --period 2026-11-24 --json | jq -r '.[] | [.state, .charge, .unit] | @tsv'")]
pub(crate) struct ShowArgs {
    /// Message ID assigned by the gateway
    #[arg(value_name = "MESSAGE")]
    message: MessageId,

    /// Only messages of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    #[command(flatten)]
    when: PeriodArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (from, until) = args.when.bounds(context.settings.defaults.zone());
    let (records, pruned_before) = context.read(|snapshot| {
        let account = args.account.as_ref().map(|name| snapshot.smpp_account(name)).transpose()?;
        let account_id = account.map(|account| account.id);
        let question = MessageFilter { id: args.message.clone(), account_id, from, until };
        Ok((snapshot.messages_with_id(&question)?, snapshot.pruned_before()?))
    })?;
    if records.is_empty() {
        let message = format!("no message {}", quoted(&args.message));
        let pruned = pruned_before.map(|day| format!("messages submitted before {} were pruned", day_of(day)));
        let narrowed = (from.is_some() || until.is_some() || args.account.is_some())
            .then(|| "search without the account and the period".to_owned());
        return Err(Failure::new(ErrorCode::NotFound, message).maybe_hint(narrowed.or(pruned)));
    }
    context.output.rows(&records)
}
