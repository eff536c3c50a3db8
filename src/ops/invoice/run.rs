//! The month's run: drafts an invoice for each customer and currency with fees, or usage of a postpaid customer, that no invoice bills.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{BilledUsage, DraftLine, Invoice, InvoiceDetails, InvoiceKind, UsageBill, rounding};
use crate::model::{AccountCode, Billing, Currency, Customer, Money, Unit, Zone};
use crate::ops::invoice::draft::parsed;
use crate::ops::invoice::fee::{self, DueFee};
use crate::ops::invoice::issue::{IssueRequest, issue};
use crate::ops::invoice::{Invoicing, change};
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
    /// Archived customers with unbilled usage.
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
        let is_wanted = wanted.is_empty() || wanted.iter().any(|wanted| wanted.id == customer.id);
        if !is_wanted {
            continue;
        }
        if customer.lifecycle.archived_at.is_some() {
            result.archived.push(customer.account_code);
            continue;
        }
        bill(tx, invoicing, request, &customer, billable, &mut result)?;
    }
    Ok(result)
}

/// What a customer owes in a currency and no invoice bills.
struct Billable {
    currency: Currency,
    usage: Vec<UnbilledUsage>,
    fees: Vec<DueFee>,
}

/// What is to be billed, by customer and currency: fees of all customers, and the usage of postpaid ones.
fn billables(tx: &Tx<'_>, month: Month) -> Result<BTreeMap<(String, &'static str), Billable>> {
    let mut found: BTreeMap<(String, &'static str), Billable> = BTreeMap::new();
    let none = |currency| Billable { currency, usage: Vec::new(), fees: Vec::new() };
    // The first month whose usage is billed, of postpaid customers; earlier usage was paid from the balance.
    let mut starts: BTreeMap<AccountCode, Option<Date>> = BTreeMap::new();
    for unbilled in unbilled_usage(tx, month)? {
        let start = match starts.entry(unbilled.customer.clone()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                let customer = tx.customer(unbilled.customer.as_str())?;
                let start = tx.postpaid_start(customer.id)?.unwrap_or(Date::MIN);
                *place.insert((customer.details.billing == Billing::Postpaid).then_some(start))
            }
        };
        if start.is_some_and(|start| unbilled.usage.cell.month >= start) {
            let (code, currency) = (unbilled.customer.to_string(), unbilled.currency);
            found.entry((code, currency.code())).or_insert_with(|| none(currency)).usage.push(unbilled);
        }
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
            found.entry(key).or_insert_with(|| none(currency)).fees.append(&mut due);
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
    let Billable { currency, usage, fees } = billable;
    let billed = bill_usage(tx, request.month, customer, currency, &usage)?;
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
    tx.record(&made)?;
    finish(tx, invoicing, request, draft.id, result)
}

/// What of the usage is billed.
enum BilledPart {
    /// It is less than the minor unit.
    Nothing,
    /// More was taken back than used.
    Negative,
    Lines(Vec<DraftLine>, UsageBill),
}

fn bill_usage(
    tx: &Tx<'_>,
    month: Month,
    customer: &Customer,
    currency: Currency,
    usage: &[UnbilledUsage],
) -> Result<BilledPart> {
    let last = tx.last_usage_bill(customer.id, currency)?;
    let carried_before = last.map(|(_, bill)| bill.carried_after).unwrap_or_default();
    let parts: Vec<i128> = usage.iter().map(|usage| usage.usage.charge.e8().into()).collect();
    let sum: i128 = parts.iter().sum();
    let overflow = || Error::Overflow { what: "the usage of a month" };
    let (net, carried_after) = rounding::cut(sum + i128::from(carried_before.e8()), currency).ok_or_else(overflow)?;
    if net <= Money::ZERO {
        return Ok(if net < Money::ZERO { BilledPart::Negative } else { BilledPart::Nothing });
    }
    let nets = rounding::spread(net, &parts, currency).ok_or_else(overflow)?;
    let lines = usage.iter().zip(nets).map(|(usage, net)| line(month, usage, net));
    let sum = i64::try_from(sum).map(Money::from_e8).map_err(|_| overflow())?;
    Ok(BilledPart::Lines(lines.collect::<Result<_>>()?, UsageBill { usage: sum, carried_before, carried_after }))
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

/// A line of usage. It states the price of a message part where that leads to the charge.
fn line(month: Month, unbilled: &UnbilledUsage, net: Money) -> Result<DraftLine> {
    let BilledUsage { cell, parts, charge } = &unbilled.usage;
    let of_month = Month::of(cell.month);
    let destination = unbilled.country().map_or("other destinations", |country| country.postal_name());
    let what = format!("SMS to {destination}, account {}", unbilled.system_id);
    let is_late = of_month != month;
    let count = parts.checked_mul(Money::ONE.e8()).map(Money::from_e8);
    let price = unbilled.price.or_else(|| charge.e8().checked_div(*parts).map(Money::from_e8));
    let price = price.filter(|price| price.checked_mul(*parts) == Some(*charge));
    let (quantity, quantity_unit, unit_price, what) = match (count, price) {
        (Some(count), Some(price)) => (count, Some(parsed("quantity_unit", "message parts")?), price, what),
        _ => (Money::ONE, None, net, format!("{what}, {parts} message parts")),
    };
    let text = if is_late { format!("Late messages of {}: {what}", of_month.name()) } else { what };
    Ok(DraftLine {
        description: parsed("description", &text)?,
        period: Some(of_month.days()),
        quantity,
        quantity_unit,
        unit_price,
        net,
        credited_line: None,
    })
}
