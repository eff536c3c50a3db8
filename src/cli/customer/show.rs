//! `ssgctl customer show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Contact, Customer, Note, SmppAccount};
use ssgctl::report::{self, RecentTraffic, Runway};
use ssgctl::store::{BalanceFilter, Clock, ContactFilter, ContactSort, Lives, NoteFilter, NoteSort, Page, SmppFilter};

use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Sheet};

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
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
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
        let (customer_id, lives) = (Some(customer.id), Lives::All);
        let page = Page { sort: ContactSort::Id, descending: false, limit: None };
        let mut contacts = Vec::new();
        snapshot
            .contacts(&ContactFilter { customer_id, lives, role: None, search: None, page }, collect(&mut contacts))?;
        let mut accounts = Vec::new();
        snapshot.smpp_accounts(&SmppFilter::of_customer(customer.id), collect(&mut accounts))?;
        let traffic = report::recent_traffic(snapshot, &customer, now)?;
        let mut all_traffic = RecentTraffic::default();
        traffic.iter().try_for_each(|account| all_traffic.add(account))?;
        let page = Page { sort: NoteSort::Id, descending: false, limit: None };
        let mut notes = Vec::new();
        snapshot.notes(&NoteFilter { customer_id, lives, search: None, page }, collect(&mut notes))?;
        Ok(Whole { customer, balances, contacts, accounts, traffic, all_traffic, notes })
    })?;
    context.output.sheet(sheet(&whole))
}

fn collect<T>(into: &mut Vec<T>) -> impl FnMut(T) -> ssgctl::Result<()> {
    |item| {
        into.push(item);
        Ok(())
    }
}

/// The tabs of the portal's customer dialog, in their order.
fn sheet(whole: &Whole) -> Sheet {
    let Whole { customer, balances, contacts, accounts, traffic, all_traffic, notes } = whole;
    let details = &customer.details;
    let mut sheet = Sheet::new(&customer.account_code, format!("{} {}", customer.account_code, details.organisation));
    sheet.fields("Company", customer, &["organisation", "country"]);
    sheet.field("country_name", details.country.as_ref().map_or(Cell::Empty, |country| Cell::shown(country.name())));
    sheet.more_fields(customer, &["company_reg_no", "phone", "website"]);
    sheet.fields(
        "Billing",
        customer,
        &["account_code", "vat_reg_no", "payment_terms_days", "invoice_emails", "invoice_address"],
    );
    sheet.rows("Balance", "balances", balances, &["customer"]);
    sheet.fields("Other", customer, &["api_id", "status", "created_at", "updated_at", "archived_at"]);
    sheet.rows("Contacts", "contacts", contacts, &["customer"]);
    sheet.rows("SMPP", "smpp_accounts", accounts, &["customer"]);
    sheet.rows("Reporting", "reporting", traffic, &[]);
    if traffic.len() > 1 {
        sheet.total(all_traffic, &[]);
    }
    sheet.rows("Notes", "notes", notes, &["customer"]);
    sheet
}
