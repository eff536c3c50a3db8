//! `ssgctl price lookup`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::Error;
use ssgctl::error::quoted;
use ssgctl::model::{Destination, MobileNetwork, PlanRole, SmppAccount, canonical_network};
use ssgctl::report::{self, LookupKind, LookupQuestion, PriceLookup};
use ssgctl::store::{SmppFilter, Snapshot};

use crate::args::completion;
use crate::args::effective::EffectiveTime;
use crate::args::period::ZoneArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, DetailView};

/// Show what a message to a number costs, and why
///
/// With an SMPP account, the whole chain is asked: the overlay of the account, the overlay of its customer, the plan of its
/// service. The first plan with a price decides; in it, the mobile network comes first, then the longest digits, the country,
/// the default. Without --network, a price found by digits or country may differ from the real one, because numbers are ported.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl price lookup EUR-STD +2348012345678
  ssgctl price lookup abc_prod +2348012345678 --network 62130 --at 2026-12-01
  ssgctl price lookup abc_prod +2348012345678 --json | jq -r .price")]
pub(crate) struct LookupArgs {
    /// Code of a plan, or system ID or short name of an SMPP account
    #[arg(value_name = "PLAN|ACCOUNT", add = ArgValueCompleter::new(completion::plans_and_accounts))]
    name: String,

    /// Destination of the message
    #[arg(value_name = "NUMBER")]
    number: Destination,

    /// Whether the name is that of a plan or of an SMPP account, where both have it
    #[arg(long = "as", value_name = "plan|account")]
    kind: Option<LookupKind>,

    /// Mobile network of the number (MCC and MNC), such as 62130
    #[arg(long, value_name = "NETWORK")]
    network: Option<MobileNetwork>,

    /// When the message was submitted [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<EffectiveTime>,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: LookupArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let at = match args.at {
        Some(at) => Some(at.resolve(&zone)?.ok_or_else(|| Failure::usage("--at needs a time"))?),
        None => None,
    };
    let LookupArgs { name, number: destination, kind, network, .. } = args;
    let network = network.map(canonical_network);
    let lookup = context.read(|snapshot| {
        let at = at.unwrap_or(snapshot.at());
        let question = LookupQuestion { destination, network, at };
        match report::look_up(snapshot, (&name, kind), question) {
            Err(error @ Error::NotFound { .. }) => Ok(Err((error, hint(snapshot, &name)?))),
            other => other.map(Ok),
        }
    })?;
    let lookup = lookup.map_err(|(error, hint)| match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    })?;
    context.output.view(view(&lookup))
}

/// What to ask instead of a service or a customer.
fn hint(snapshot: &Snapshot<'_>, name: &str) -> ssgctl::Result<Option<String>> {
    if let Ok(service) = snapshot.service(name) {
        return Ok(Some(format!("{} is a service; its plan is {}", quoted(name), quoted(&service.plan))));
    }
    let Ok(customer) = snapshot.customer(name) else { return Ok(None) };
    let mut accounts = Vec::new();
    snapshot.smpp_accounts(&SmppFilter::of_customer(customer.id), |account| {
        accounts.push(quoted(&account.system_id));
        Ok::<_, Error>(())
    })?;
    let own = if accounts.is_empty() { "no SMPP account".to_owned() } else { accounts.join(", ") };
    Ok(Some(format!("{} is a customer, and has {own}", quoted(name))))
}

fn view(lookup: &PriceLookup) -> DetailView {
    let PriceLookup { question, account, asked, price, rule } = lookup;
    let title = format!("{} costs {} {}", question.destination, format_price(lookup), price.unit);
    let mut view = DetailView::new(&price.plan, title);
    view.fields("Message", price, &[]);
    view.field("number", Cell::shown(&question.destination));
    view.field("country", Cell::maybe(question.destination.country()));
    view.field("network", question.network.map_or(Cell::Empty, Cell::shown));
    view.field("at", Cell::Time(question.at));
    if let Some(SmppAccount { system_id, customer, .. }) = account {
        view.field("account", Cell::text(system_id));
        view.field("customer", Cell::text(customer));
    } else {
        view.data("account", Cell::Empty);
        view.data("customer", Cell::Empty);
    }
    view.fields("Price", price, &["price", "unit", "plan"]);
    view.field("basis", Cell::maybe(asked.last().map(|asked| asked.plan.basis.as_str())));
    let role = asked.last().and_then(|asked| asked.role);
    view.field("role", Cell::maybe(role.map(PlanRole::as_str)));
    view.field("rule", Cell::text(rule.as_str()));
    view.more_fields(price, &["destination", "effective_from", "effective_until", "id"]);
    view.data("may_be_ported", Cell::Flag(lookup.may_be_ported()));
    if lookup.may_be_ported() {
        view.field("note", Cell::text("network unknown: the number may be ported"));
    } else {
        view.data("note", Cell::Empty);
    }
    view.rows("Plans asked", "asked", asked, &[]);
    view
}

fn format_price(lookup: &PriceLookup) -> String {
    lookup.price.row.price.map(|price| lookup.price.unit.format(price)).unwrap_or_default()
}
