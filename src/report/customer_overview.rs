//! The customer overview: balances, contacts, SMPP accounts, recent traffic and notes of one customer.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::{Contact, Customer, Note, SmppAccount, Time};
use crate::report::customer_receivables::{CustomerReceivables, customer_receivables};
use crate::report::pricing::{CustomerPricing, customer_pricing};
use crate::report::recent_traffic::{RecentTraffic, recent_traffic_of};
use crate::report::runway::{Runway, runways_of};
use crate::store::{
    ArchiveFilter, BalanceFilter, ContactFilter, ContactSort, NoteFilter, NoteSort, Page, SmppFilter, Snapshot,
};

/// A customer with everything that belongs to it, archived items included.
#[derive(Debug)]
pub struct CustomerOverview {
    pub customer: Customer,
    pub balances: Vec<Runway>,
    pub receivables: Vec<CustomerReceivables>,
    pub contacts: Vec<Contact>,
    pub accounts: Vec<SmppAccount>,
    pub pricing: CustomerPricing,
    /// One item for each account with traffic in the last 30 days.
    pub traffic: Vec<RecentTraffic>,
    /// The sum over all accounts.
    pub total_traffic: RecentTraffic,
    pub notes: Vec<Note>,
}

/// Reads the overview of a customer, given by account code or API ID, as of `now`, which is on the day `today` of invoices.
pub fn customer_overview(snapshot: &Snapshot<'_>, name: &str, now: Time, today: Date) -> Result<CustomerOverview> {
    let customer = snapshot.customer(name)?;
    let (customer_id, archive_filter, search) = (Some(customer.id), ArchiveFilter::All, None);
    let contacts = ContactFilter { customer_id, archive_filter, role: None, search, page: Page::all(ContactSort::Id) };
    let notes = NoteFilter { customer_id, archive_filter, search: None, page: Page::all(NoteSort::Id) };
    let (balances, accounts) = (BalanceFilter::of_customer(customer.id), SmppFilter::of_customer(customer.id));
    let accounts: Vec<SmppAccount> = collect(|each| snapshot.smpp_accounts(&accounts, each))?;
    let customer_of = accounts.iter().map(|account| (account.id, customer.id)).collect();
    let names = accounts.iter().map(|account| (account.id, account.system_id.clone())).collect();
    let traffic = recent_traffic_of(snapshot, names, now)?;
    let mut total_traffic = RecentTraffic::default();
    traffic.iter().try_for_each(|account| total_traffic.add(account))?;
    Ok(CustomerOverview {
        balances: collect(|each| runways_of(snapshot, &balances, &customer_of, now, each))?,
        receivables: customer_receivables(snapshot, &customer, &snapshot.balances_of(&customer)?, today)?,
        contacts: collect(|each| snapshot.contacts(&contacts, each))?,
        accounts,
        pricing: customer_pricing(snapshot, &customer)?,
        traffic,
        total_traffic,
        notes: collect(|each| snapshot.notes(&notes, each))?,
        customer,
    })
}

/// Collects the items of a list that is read by callback.
fn collect<T>(list: impl FnOnce(&mut dyn FnMut(T) -> Result<()>) -> Result<()>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    list(&mut |item| {
        items.push(item);
        Ok::<_, Error>(())
    })?;
    Ok(items)
}
