//! hledger: a journal with a transaction for each document and each payment. Its accounts and commodities are declared, so
//! that `hledger check --strict` accepts it.

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::accounting::document::{NotExportable, ReceivedPayment, number};
use crate::model::invoice::{InvoiceCopy, InvoiceKind};
use crate::model::{Currency, Money, Unit};

/// The names of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HledgerSettings {
    /// Each customer gets an account below it: `assets:receivable:ACME`.
    pub receivable: String,
    pub revenue: String,
    pub vat: String,
    pub bank: String,
}

impl Default for HledgerSettings {
    fn default() -> Self {
        Self {
            receivable: "assets:receivable".to_owned(),
            revenue: "income:messages".to_owned(),
            vat: "liabilities:vat".to_owned(),
            bank: "assets:bank".to_owned(),
        }
    }
}

/// The parts of a transaction, to be sorted by date.
struct Transaction {
    heading: String,
    postings: Vec<(String, Money)>,
    currency: Currency,
}

/// The journal, in the order of dates.
///
/// # Errors
/// [`NotExportable`] for a pro-forma, and an amount that is too large.
pub fn hledger(
    copies: &[InvoiceCopy],
    payments: &[ReceivedPayment],
    settings: &HledgerSettings,
) -> Result<String, NotExportable> {
    let mut by_date: BTreeMap<jiff::civil::Date, Vec<Transaction>> = BTreeMap::new();
    for copy in copies {
        by_date.entry(copy.issued_on).or_default().push(of_copy(copy, settings)?);
    }
    for payment in payments {
        by_date.entry(payment.received_on).or_default().push(of_payment(payment, settings)?);
    }
    let transactions = || by_date.values().flatten();
    let accounts: BTreeSet<&String> =
        transactions().flat_map(|transaction| transaction.postings.iter().map(|(account, _)| account)).collect();
    let commodities: BTreeMap<&str, Currency> =
        transactions().map(|transaction| (transaction.currency.code(), transaction.currency)).collect();
    let mut journal = String::new();
    for currency in commodities.into_values() {
        journal.push_str(&format!("commodity {}\n", amount(Money::from_e8(Money::ONE.e8() * 1000), currency)));
    }
    for account in accounts {
        journal.push_str(&format!("account {account}\n"));
    }
    for transaction in transactions() {
        journal.push_str(&format!("\n{}\n", transaction.heading));
        for (account, amount_of) in &transaction.postings {
            journal.push_str(&format!("    {account}  {}\n", amount(*amount_of, transaction.currency)));
        }
    }
    Ok(journal)
}

/// `240.00 EUR`. hledger wants a decimal point in declarations, which `1000. JPY` has too.
fn amount(amount: Money, currency: Currency) -> String {
    let figure = Unit::Currency(currency).format(amount);
    let point = if figure.contains('.') { "" } else { "." };
    format!("{figure}{point} {currency}")
}

/// A text for a heading, in which a semicolon would begin a comment and a bar would end the payee.
fn heading_text(text: &str) -> String {
    let is_special = |c: char| c.is_control() || matches!(c, ';' | '|');
    text.chars().map(|c| if is_special(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn of_copy(copy: &InvoiceCopy, settings: &HledgerSettings) -> Result<Transaction, NotExportable> {
    let number = number(copy)?;
    let too_large = || NotExportable::new(copy, "an amount is too large");
    let code = copy.buyer.account_code.as_ref().map(ToString::to_string);
    let code = code.ok_or_else(|| NotExportable::new(copy, "the buyer has no account code"))?;
    let sign = |amount: Money, is_debit: bool| {
        let is_debit = is_debit != (copy.kind == InvoiceKind::CreditNote);
        if is_debit { Ok(amount) } else { amount.checked_neg().ok_or_else(too_large) }
    };
    let mut postings = vec![
        (format!("{}:{code}", settings.receivable), sign(copy.totals.gross, true)?),
        (settings.revenue.clone(), sign(copy.totals.net, false)?),
    ];
    if copy.totals.tax != Money::ZERO {
        postings.push((settings.vat.clone(), sign(copy.totals.tax, false)?));
    }
    let heading = format!("{} ({}) {}", copy.issued_on, heading_text(number), heading_text(&copy.buyer.name));
    Ok(Transaction { heading, postings, currency: copy.currency })
}

fn of_payment(payment: &ReceivedPayment, settings: &HledgerSettings) -> Result<Transaction, NotExportable> {
    let taken = payment.amount.checked_neg().ok_or_else(|| NotExportable {
        document: payment.reference.clone(),
        reason: "the amount is too large".to_owned(),
    })?;
    let postings =
        vec![(settings.bank.clone(), payment.amount), (format!("{}:{}", settings.receivable, payment.customer), taken)];
    let what = if payment.amount < Money::ZERO { "refund" } else { "payment" };
    let (name, reference) = (heading_text(&payment.customer_name), heading_text(&payment.reference));
    let heading = format!("{} {name} | {what} {reference}", payment.received_on);
    Ok(Transaction { heading, postings, currency: payment.currency })
}
