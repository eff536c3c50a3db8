//! What an invoice bills of a customer's usage: its lines, what was prepaid, and what is carried to the next invoice.
//!
//! Whatever was added to a balance in money covers the earliest usage of it until it is used up, and the rest is billed. So over all
//! invoices: invoiced + prepaid + unbilled + carried = charged.

use crate::error::{Error, Result};
use crate::model::invoice::{BilledUsage, DraftLine, UsageBill, rounding};
use crate::model::{Currency, Customer, EntryKind, Money, Unit};
use crate::ops::invoice::draft::parsed;
use crate::report::{Month, UnbilledUsage};
use crate::store::Tx;

/// What of the usage is billed.
pub(super) enum BilledPart {
    /// It is less than the minor unit, or was prepaid.
    Nothing,
    /// More was taken back than used.
    Negative,
    Lines(Vec<DraftLine>, UsageBill),
}

/// What an invoice of a month bills of the unbilled usage of a customer in a currency, which is ordered by month. `prepaid_before` is the
/// usage that earlier invoices did not bill, because it was prepaid.
pub(super) fn bill_usage(
    tx: &Tx<'_>,
    month: Month,
    customer: &Customer,
    currency: Currency,
    usage: &[UnbilledUsage],
    prepaid_before: Money,
) -> Result<BilledPart> {
    let last = tx.last_usage_bill(customer.id, currency)?;
    let carried_before = last.map(|(_, bill)| bill.carried_after).unwrap_or_default();
    let sum = sum_of(usage);
    let due = sum + i128::from(carried_before.e8());
    let prepaid = prepaid_part(added_to_balance(tx, customer, currency)?, prepaid_before.e8().into(), due);
    let overflow = || Error::Overflow { what: "the usage of a month" };
    let (net, carried_after) = rounding::cut(due - prepaid, currency).ok_or_else(overflow)?;
    if net <= Money::ZERO {
        return Ok(if net < Money::ZERO { BilledPart::Negative } else { BilledPart::Nothing });
    }
    let (usage, prepaid_of_rest) = not_covered(usage, prepaid);
    let mut parts: Vec<i128> = usage.iter().map(|usage| usage.usage.charge.e8().into()).collect();
    if prepaid_of_rest != 0 {
        parts.push(-prepaid_of_rest);
    }
    let nets = rounding::spread(net, &parts, currency).ok_or_else(overflow)?;
    let billed_until = match last {
        Some((invoice, _)) => tx.invoice_of(invoice)?.details.period.map(|period| Month::of(period.last)),
        None => None,
    };
    let usage_lines = usage.iter().zip(&nets).map(|(usage, net)| usage_line(month, billed_until, usage, *net));
    let mut lines: Vec<DraftLine> = usage_lines.collect::<Result<_>>()?;
    if let Some(net) = nets.get(lines.len()) {
        lines.push(prepaid_line(*net)?);
    }
    let money = |sum| i64::try_from(sum).map(Money::from_e8).map_err(|_| overflow());
    Ok(BilledPart::Lines(
        lines,
        UsageBill { usage: money(sum)?, prepaid: money(prepaid)?, carried_before, carried_after },
    ))
}

/// Everything that was added to a customer's balance, less what was taken from it, other than for messages.
fn added_to_balance(tx: &Tx<'_>, customer: &Customer, currency: Currency) -> Result<i128> {
    let mut sum = 0;
    for of_kind in tx.entry_sums(customer.id)? {
        if of_kind.unit == Unit::Currency(currency) && !matches!(of_kind.kind, EntryKind::Charge | EntryKind::Invoiced)
        {
            let (Some(added), Some(taken)) = (of_kind.added, of_kind.taken) else {
                return Err(Error::Overflow { what: "what was added to the balance" });
            };
            sum += i128::from(added.e8()) + i128::from(taken.e8());
        }
    }
    Ok(sum)
}

/// The part of what is due that is covered by what was added to a balance and has not covered anything yet. If less was added than has
/// covered usage, because it was taken back since, that usage is due again: the part is negative then.
fn prepaid_part(added: i128, covered_before: i128, due: i128) -> i128 {
    let left = added - covered_before;
    if left < 0 { left.max(-covered_before.max(0)) } else { left.min(due.max(0)) }
}

/// Leaves out the earliest months, as long as what was prepaid covers all of a month. Returns the rest of the usage, and of what was
/// prepaid.
fn not_covered(usage: &[UnbilledUsage], prepaid: i128) -> (&[UnbilledUsage], i128) {
    let (mut covered, mut left) = (0, prepaid);
    for of_month in usage.chunk_by(|one, next| one.usage.cell.month == next.usage.cell.month) {
        let sum = sum_of(of_month);
        if !(1..=left).contains(&sum) {
            break;
        }
        covered += of_month.len();
        left -= sum;
    }
    (&usage[covered..], left)
}

fn sum_of(usage: &[UnbilledUsage]) -> i128 {
    usage.iter().map(|usage| i128::from(usage.usage.charge.e8())).sum()
}

/// A line of usage. It states the price of a message part where that leads to the charge.
fn usage_line(month: Month, billed_until: Option<Month>, unbilled: &UnbilledUsage, net: Money) -> Result<DraftLine> {
    let BilledUsage { cell, parts, charge } = &unbilled.usage;
    let of_month = Month::of(cell.month);
    let destination = unbilled.country().map_or("other destinations", |country| country.postal_name());
    let what = format!("SMS to {destination}, account {}", unbilled.system_id);
    let count =
        parts.checked_mul(Money::ONE.e8()).map(Money::from_e8).filter(|_| unbilled.counts_charged && *parts != 0);
    let price = unbilled.price.or_else(|| charge.e8().checked_div(*parts).map(Money::from_e8));
    let price = price.filter(|price| price.checked_mul(*parts) == Some(*charge));
    let (quantity, quantity_unit, unit_price, what) = match (count, price) {
        (Some(count), Some(price)) => (count, Some(parsed("quantity_unit", "message parts")?), price, what),
        (Some(_), None) => (Money::ONE, None, net, format!("{what}, {parts} message parts")),
        (None, _) => (Money::ONE, None, net, what),
    };
    let text = if of_month == month {
        what
    } else if billed_until.is_some_and(|billed| of_month <= billed) {
        format!("Late messages of {}: {what}", of_month.name())
    } else {
        format!("{}: {what}", of_month.name())
    };
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

/// The line that subtracts what was prepaid, or adds what was taken back of it.
fn prepaid_line(net: Money) -> Result<DraftLine> {
    let overflow = || Error::Overflow { what: "what was prepaid" };
    let is_taken_back = net >= Money::ZERO;
    let text = if is_taken_back { "Prepaid balance that was taken back" } else { "Paid from the prepaid balance" };
    let opposite = net.checked_neg().ok_or_else(overflow)?;
    Ok(DraftLine {
        description: parsed("description", text)?,
        period: None,
        // A price is never negative in an electronic invoice; a quantity may be.
        quantity: if is_taken_back { Money::ONE } else { Money::ONE.checked_neg().ok_or_else(overflow)? },
        quantity_unit: None,
        unit_price: if is_taken_back { net } else { opposite },
        net,
        credited_line: None,
    })
}
