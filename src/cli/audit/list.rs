//! `ssgctl audit list`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Noun;
use ssgctl::store::EventFilter;

use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::period::PeriodArgs;

/// List changes, oldest first
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl audit list ABCCORP331
  ssgctl audit list --noun smpp --subject abc_prod --since 7d
  ssgctl audit list --desc --limit 20
  ssgctl audit list --json | jq '.[] | select(.action == \"reveal\")'")]
pub(crate) struct ListArgs {
    /// Only changes of this customer and what belongs to it, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
    customer: Option<String>,

    /// Only changes of such things: customer, contact, note, service, smpp, balance
    #[arg(long, value_name = "NOUN")]
    noun: Option<Noun>,

    /// Only changes of the thing of this name, in any case
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,

    /// Only changes by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    #[command(flatten)]
    period: PeriodArgs,

    /// Show the newest first
    #[arg(long)]
    desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let (since, until) = args.period.bounds(&context.settings)?;
    context.list(|snapshot, rows| {
        let customer = args.customer.map(|name| snapshot.customer(&name)).transpose()?;
        let filter = EventFilter {
            customer_id: customer.map(|customer| customer.id),
            noun: args.noun,
            subject: args.subject,
            actor: args.actor,
            since,
            until,
            newest_first: args.desc,
            limit: args.limit,
        };
        snapshot.events(&filter, |event| rows.row(&event))
    })
}
