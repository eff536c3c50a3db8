//! `ssgctl customer show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Money;
use ssgctl::model::invoice::day_in;
use ssgctl::report::{self, CustomerOverview};
use ssgctl::store::Clock;

use crate::args::completion;
use crate::commands::customer::page;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show all details of a customer
///
/// At a terminal, this is a page for a call: how much is left and for how long, the traffic of the last 30 days, whom to reach,
/// which accounts work, and the newest notes. A pipe, and --fields, have all fields in sections.
///
/// The section Reporting shows the messages of each SMPP account and the percentage delivered in the last 24 hours, 7
/// days and 30 days, including the current hour. `ssgctl report traffic` shows more, and `ssgctl report balances` shows
/// how long the balances will last. Receivables has what the customer owes by invoices, and what is not invoiced yet: drafts, and
/// the usage of a postpaid customer.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer show ABCCORP331
  ssgctl customer show ABCCORP331 --json | jq -r '.contacts[].email'
  ssgctl customer show ABCCORP331 --fields contacts,balances")]
pub(crate) struct ShowArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let now = Clock::System.now();
    let today = day_in(&context.settings.invoices.zone(), now);
    let Some(mut page) = context.output.screen() else {
        let overview = context.read(|snapshot| report::customer_overview(snapshot, &args.customer, now, today))?;
        return context.output.view(view(&overview));
    };
    let zone = context.settings.defaults.zone();
    let (overview, days) = context.read(|snapshot| {
        let overview = report::customer_overview(snapshot, &args.customer, now, today)?;
        let days = report::recent_days(snapshot, &overview.customer, &zone, now)?;
        Ok((overview, days))
    })?;
    page::fill(&mut page, &overview, &days);
    context.output.show(page)
}

/// The tabs of the portal's customer dialog, in the same order.
fn view(overview: &CustomerOverview) -> DetailView {
    let CustomerOverview {
        customer,
        balances,
        receivables,
        contacts,
        accounts,
        pricing,
        traffic,
        total_traffic,
        notes,
    } = overview;
    let details = &customer.details;
    let mut view =
        DetailView::new(&customer.account_code, format!("{} {}", customer.account_code, details.organisation));
    view.fields("Company", customer, &["organisation", "country"]);
    view.field("country_name", details.country.as_ref().map_or(Cell::Empty, |country| Cell::shown(country.name())));
    view.more_fields(customer, &["company_reg_no", "phone", "website"]);
    view.fields(
        "Billing",
        customer,
        &["account_code", "billing", "vat_reg_no", "payment_terms_days", "invoice_emails", "invoice_address"],
    );
    match &pricing.overlay {
        Some(plan) => view.field("overlay", Cell::text(plan)),
        None => view.data("overlay", Cell::Empty),
    }
    view.planned(&pricing.planned);
    view.rows("Receivables", "receivables", receivables, &[]);
    // Only where plans charge delivered messages is anything reserved.
    let has_reserved = balances.iter().any(|runway| runway.balance.reserved != Money::ZERO);
    let also: &[&str] = if has_reserved { &["reserved"] } else { &[] };
    view.rows_with("Balance", "balances", balances, (&["customer"], also));
    view.fields("Other", customer, &["api_id", "status", "created_at", "updated_at", "archived_at"]);
    match &details.managed_by {
        Some(manager) => view.field("managed_by", Cell::text(manager)),
        None => view.data("managed_by", Cell::Empty),
    }
    view.rows("Contacts", "contacts", contacts, &["customer"]);
    view.rows("SMPP", "smpp_accounts", accounts, &["customer"]);
    view.rows("Reporting", "reporting", traffic, &[]);
    if traffic.len() > 1 {
        view.total(total_traffic, &[]);
    }
    view.rows("Notes", "notes", notes, &["customer"]);
    view
}
