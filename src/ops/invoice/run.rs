//! The month's run: drafts an invoice for each customer and currency with fees, or usage of a postpaid customer, that no invoice bills.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::invoice::{BilledUsage, Invoice, InvoiceDetails, InvoiceKind};
use crate::model::{AccountCode, Billing, Currency, Customer, Money, Unit, Zone};
use crate::ops::invoice::fee::{self, DueFee};
use crate::ops::invoice::issue::{IssueRequest, issue};
use crate::ops::invoice::usage::{BilledPart, bill_usage};
use crate::ops::invoice::{Invoicing, change, record};
use crate::report::{Month, UnbilledUsage, unbilled_usage};
use crate::store::{NewInvoice, Tx};

/// Which invoices to make.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Usage up to the end of this month is billed.
    pub month: Month,
    /// Only these customers; all if there are none.
    pub customers: Vec<String>,
    /// Whether the drafts are issued.
    pub issue: bool,
}

/// What a run made, and what it could not.
#[derive(Debug, Clone, Default)]
pub struct RunResult {
    pub invoices: Vec<Invoice>,
    /// Drafts that were not issued, because their tax is not decided.
    pub undecided: Vec<Invoice>,
    /// Customers whose usage is less than nothing, since more was taken back than used. It stays unbilled until there is more.
    pub negative: Vec<AccountCode>,
    /// Archived customers with something to bill.
    pub archived: Vec<AccountCode>,
}

/// Drafts the invoices of a month. Run again, it finds nothing more to bill.
///
/// # Errors
/// [`Error::Refused`] when the month is not over.
pub fn run(tx: &mut Tx<'_>, invoicing: &Invoicing, request: &RunRequest) -> Result<RunResult> {
    let zone = &invoicing.rules.zone;
    let days = request.month.days();
    // Usage is that of the month in UTC, fees and dates are of the zone.
    for zone in [zone, &Zone::UTC] {
        if request.month.period(zone)?.until > tx.at() {
            return Err(Error::Refused(format!("the month of {} is not over in {zone}", days.first)));
        }
    }
    if let Some(frozen) = tx.timezone_of_invoices()?.filter(|frozen| *frozen != zone.to_string()) {
        return Err(Error::Refused(format!("invoices have dates of {frozen}, but the time zone is {zone}")));
    }
    let wanted = request.customers.iter().map(|name| tx.customer(name)).collect::<Result<Vec<Customer>>>()?;
    let mut result = RunResult::default();
    for ((code, _), billable) in billables(tx, request.month)? {
        let customer = tx.customer(&code)?;
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted.id == customer.id) {
            bill(tx, invoicing, request, &customer, billable, &mut result)?;
        }
    }
    Ok(result)
}

/// What a customer owes in a currency and no invoice bills.
struct Billable {
    currency: Currency,
    usage: Vec<UnbilledUsage>,
    /// The usage that earlier invoices did not bill, because it was prepaid.
    prepaid: Money,
    fees: Vec<DueFee>,
}

impl Billable {
    fn none(currency: Currency) -> Self {
        Self { currency, usage: Vec::new(), prepaid: Money::ZERO, fees: Vec::new() }
    }
}

/// What is to be billed, by customer and currency. The usage of prepaid customers is among it.
fn billables(tx: &Tx<'_>, month: Month) -> Result<BTreeMap<(String, &'static str), Billable>> {
    let mut found: BTreeMap<(String, &'static str), Billable> = BTreeMap::new();
    for unbilled in unbilled_usage(tx, month)? {
        let (code, currency) = (unbilled.customer.to_string(), unbilled.currency);
        found.entry((code, currency.code())).or_insert_with(|| Billable::none(currency)).usage.push(unbilled);
    }
    for ((customer, currency), prepaid) in tx.prepaid_usage()? {
        let code = tx.customer_of(customer)?.account_code.to_string();
        found.entry((code, currency.code())).or_insert_with(|| Billable::none(currency)).prepaid = prepaid;
    }
    let mut fees = Vec::new();
    tx.fees(None, |fee| {
        fees.push(fee);
        Ok::<_, Error>(())
    })?;
    for fee in fees {
        let (key, currency) = ((fee.customer.to_string(), fee.details.currency.code()), fee.details.currency);
        let mut due = fee::due(tx, &fee, month)?;
        if !due.is_empty() {
            found.entry(key).or_insert_with(|| Billable::none(currency)).fees.append(&mut due);
        }
    }
    Ok(found)
}

fn bill(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    request: &RunRequest,
    customer: &Customer,
    billable: Billable,
    result: &mut RunResult,
) -> Result<()> {
    let Billable { currency, usage, prepaid, fees } = billable;
    let billed = match customer.details.billing {
        Billing::Prepaid => BilledPart::Nothing,
        Billing::Postpaid => bill_usage(tx, request.month, customer, currency, &usage, prepaid)?,
    };
    if let BilledPart::Negative = billed {
        result.negative.push(customer.account_code.clone());
    }
    let (mut lines, bill) = match billed {
        BilledPart::Lines(lines, bill) => (lines, Some(bill)),
        BilledPart::Nothing | BilledPart::Negative => (Vec::new(), None),
    };
    lines.extend(fees.iter().map(|due| due.line.clone()));
    if lines.is_empty() {
        return Ok(());
    }
    if customer.lifecycle.archived_at.is_some() {
        result.archived.push(customer.account_code.clone());
        return Ok(());
    }
    let details = InvoiceDetails { period: Some(request.month.days()), ..InvoiceDetails::default() };
    let kind = InvoiceKind::Invoice;
    let draft =
        tx.insert_invoice(customer, NewInvoice { kind, currency, details, credits: None, credit_reason: None })?;
    tx.set_invoice_lines(draft.id, &lines)?;
    if let Some(bill) = bill {
        let usage: Vec<BilledUsage> = usage.into_iter().map(|usage| usage.usage).collect();
        tx.insert_usage(draft.id, bill, &usage)?;
    }
    for DueFee { fee, days, line } in &fees {
        tx.insert_billed_fee(draft.id, fee.id, *days, line.net)?;
    }
    let draft = tx.invoice_of(draft.id)?;
    let net = Unit::Currency(currency).format(draft.net);
    let made = change("run", &draft)
        .field("month", (), request.month.days().first)
        .field("currency", (), currency)
        .field("net", (), net);
    record(tx, made, draft.id)?;
    finish(tx, invoicing, request, draft.id, result)
}

/// Issues a draft of the run, if that is asked for and its tax is decided.
fn finish(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    request: &RunRequest,
    draft: i64,
    result: &mut RunResult,
) -> Result<()> {
    if !request.issue {
        result.invoices.push(tx.invoice_of(draft)?);
        return Ok(());
    }
    match issue(tx, invoicing, &draft.to_string(), &IssueRequest::default()) {
        Ok(issued) => result.invoices.push(issued),
        // Nothing was written for it yet, and the other customers get their invoices.
        Err(Error::TaxUndecided { .. }) => result.undecided.push(tx.invoice_of(draft)?),
        Err(error) => return Err(error),
    }
    Ok(())
}
