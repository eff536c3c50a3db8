//! `ssgctl audit list`: events of the audit log.

use std::io::Write;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{EntityKind, Zone};
use ssgctl::store::EventFilter;

use crate::args::completion;
use crate::args::list::{CustomerFilterArgs, RecentArgs};
use crate::args::period::PeriodArgs;
use crate::commands::audit::line::Lines;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// List changes, oldest first
///
/// A table has a line for each change, by day; the number with # is the event that `ssgctl audit show` and `ssgctl undo`
/// take. It shows at most four changed fields of a line. With --fields, and in other formats, there are columns.
///
/// Charges for traffic that were posted to the ledger are left out unless --charges or --action asks for them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl audit list --period today
  ssgctl audit list ABCCORP331 --field invoice_address
  ssgctl audit list --entity smpp,contact --search abc --last 7d
  ssgctl audit list --action archive --actor maria --desc --limit 20
  ssgctl audit list --json | jq '.[] | select(.action == \"reveal\")'")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only changes of these entities: customer, contact, note, service, plan, price, smpp, balance, email, traffic
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', add = ArgValueCandidates::new(completion::words::<EntityKind>))]
    entity: Vec<EntityKind>,

    /// Only these actions, such as new, edit or archive
    #[arg(long, value_name = "ACTION,…", value_delimiter = ',')]
    action: Vec<String>,

    /// Only changes of the entity with this name, ignoring case
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,

    /// Only changes of this field
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,

    /// Only changes with this text in the name of the entity, the reason or the changed values
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Only changes by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    /// Include charges for traffic
    #[arg(long)]
    charges: bool,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let zone = args.period.zone(context.settings.defaults.zone());
    let (since, until) = args.period.bounds(context.settings.defaults.zone());
    let without_charges = !args.charges && args.action.is_empty();
    let (customer, recent) = (args.customer, args.recent);
    let filter = EventFilter {
        entities: args.entity,
        actions: args.action,
        subject: args.subject,
        actor: args.actor,
        field: args.field,
        search: args.search,
        without_charges,
        since,
        until,
        newest_first: recent.desc,
        limit: recent.limit,
        ..EventFilter::default()
    };
    if !context.output.wants_rows() {
        return lines(&customer, filter, &zone, context);
    }
    context.list(|snapshot, rows| {
        customer.omit_from(rows);
        let filter = EventFilter { customer_id: customer.id(snapshot)?, ..filter };
        snapshot.events(&filter, |event| rows.row(&event))
    })
}

/// Prints a line for each event, for reading.
fn lines(customer: &CustomerFilterArgs, filter: EventFilter, zone: &Zone, context: &mut Context) -> Result<()> {
    let (store, output) = context.store_and_output()?;
    let snapshot = store.read()?;
    let filter = EventFilter { customer_id: customer.id(&snapshot)?, ..filter };
    let (mut lines, mut is_empty) = (Lines::new(zone, output.width()), true);
    snapshot.events(&filter, |event| {
        is_empty = false;
        output.pieces().write_all(lines.of(&event).as_bytes()).map_err(Failure::output)
    })?;
    output.flush()?;
    drop(snapshot);
    context.note_if_empty(is_empty);
    Ok(())
}
