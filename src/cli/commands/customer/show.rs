//! `ssgctl customer show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Contact, Customer, Note, SmppAccount};
use ssgctl::report::{self, RecentTraffic, Runway};
use ssgctl::store::{
    ArchiveFilter, BalanceFilter, Clock, ContactFilter, ContactSort, NoteFilter, NoteSort, Page, SmppFilter,
};

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show everything of a customer
///
/// Reporting has the messages of each SMPP account in the last 24 hours, 7 days and 30 days, the hour that runs included, and how
/// many of a hundred were delivered; see `ssgctl report traffic`. What a balance lasts is told in `ssgctl report balances`.
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

struct Whole {
    customer: Customer,
    balances: Vec<Runway>,
    contacts: Vec<Contact>,
    accounts: Vec<SmppAccount>,
    traffic: Vec<RecentTraffic>,
    all_traffic: RecentTraffic,
    notes: Vec<Note>,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let whole = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let now = Clock::System.now();
        let mut balances = Vec::new();
        report::runways(snapshot, &BalanceFilter::of_customer(customer.id), now, collect(&mut balances))?;
        let (customer_id, archive_filter) = (Some(customer.id), ArchiveFilter::All);
        let page = Page { sort: ContactSort::Id, descending: false, limit: None };
        let mut contacts = Vec::new();
        snapshot.contacts(
            &ContactFilter { customer_id, archive_filter, role: None, search: None, page },
            collect(&mut contacts),
        )?;
        let mut accounts = Vec::new();
        snapshot.smpp_accounts(&SmppFilter::of_customer(customer.id), collect(&mut accounts))?;
        let traffic = report::recent_traffic(snapshot, &customer, now)?;
        let mut all_traffic = RecentTraffic::default();
        traffic.iter().try_for_each(|account| all_traffic.add(account))?;
        let page = Page { sort: NoteSort::Id, descending: false, limit: None };
        let mut notes = Vec::new();
        snapshot.notes(&NoteFilter { customer_id, archive_filter, search: None, page }, collect(&mut notes))?;
        Ok(Whole { customer, balances, contacts, accounts, traffic, all_traffic, notes })
    })?;
    context.output.view(view(&whole))
}

fn collect<T>(into: &mut Vec<T>) -> impl FnMut(T) -> ssgctl::Result<()> {
    |item| {
        into.push(item);
        Ok(())
    }
}

/// The tabs of the portal's customer dialog, in their order.
fn view(whole: &Whole) -> DetailView {
    let Whole { customer, balances, contacts, accounts, traffic, all_traffic, notes } = whole;
    let details = &customer.details;
    let mut view =
        DetailView::new(&customer.account_code, format!("{} {}", customer.account_code, details.organisation));
    view.fields("Company", customer, &["organisation", "country"]);
    view.field("country_name", details.country.as_ref().map_or(Cell::Empty, |country| Cell::shown(country.name())));
    view.more_fields(customer, &["company_reg_no", "phone", "website"]);
    view.fields(
        "Billing",
        customer,
        &["account_code", "vat_reg_no", "payment_terms_days", "invoice_emails", "invoice_address"],
    );
    view.rows("Balance", "balances", balances, &["customer"]);
    view.fields("Other", customer, &["api_id", "status", "created_at", "updated_at", "archived_at"]);
    view.rows("Contacts", "contacts", contacts, &["customer"]);
    view.rows("SMPP", "smpp_accounts", accounts, &["customer"]);
    view.rows("Reporting", "reporting", traffic, &[]);
    if traffic.len() > 1 {
        view.total(all_traffic, &[]);
    }
    view.rows("Notes", "notes", notes, &["customer"]);
    view
}
