//! `ssgctl audit list`: events of the audit log.

use clap::Args;
use ssgctl::model::EntityKind;
use ssgctl::store::EventFilter;

use crate::args::list::{CustomerFilterArgs, RecentArgs};
use crate::args::period::PeriodArgs;
use crate::context::Context;
use crate::exit::Result;

/// List changes, oldest first
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl audit list ABCCORP331
  ssgctl audit list --entity smpp --subject abc_prod --since 7d
  ssgctl audit list --desc --limit 20
  ssgctl audit list --json | jq '.[] | select(.action == \"reveal\")'")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only changes of this kind of entity: customer, contact, note, service, plan, price, smpp or balance
    #[arg(long, value_name = "KIND")]
    entity: Option<EntityKind>,

    /// Only changes of the entity with this name, ignoring case
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,

    /// Only changes by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let (since, until) = args.period.bounds(context.settings.defaults.zone());
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let filter = EventFilter {
            customer_id: args.customer.id(snapshot)?,
            entity: args.entity,
            subject: args.subject,
            actor: args.actor,
            since,
            until,
            newest_first: args.recent.desc,
            limit: args.recent.limit,
        };
        snapshot.events(&filter, |event| rows.row(&event))
    })
}
