//! Invoices and payments in one line each.

use ssgctl::Result;
use ssgctl::model::invoice::{
    BankDetails, DatedRate, Invoice, InvoiceCopy, InvoiceDetails, InvoiceParty, InvoiceRules, SeriesRule, TaxCategory,
    TaxRules, TopUp,
};
use ssgctl::model::{Unit, Zone};
use ssgctl::ops::invoice::{
    self, CreditRequest, CreditedLine, Invoicing, IssueRequest, NewDraft, NewLine, WriteOffRequest,
};
use ssgctl::ops::payment::{self, PaymentReceipt, PaymentRequest, PaymentTarget};
use ssgctl::report::issued_copy;

use crate::support::fixture::{Fixture, valid};

/// The settings of a seller in Great Britain, whose PDF is the number of the invoice.
pub fn invoicing() -> Invoicing {
    let series = |pattern| SeriesRule { pattern: valid(pattern), width: 4, start: 1 };
    let rules = InvoiceRules {
        seller: InvoiceParty {
            name: "Northwind SMS Ltd".to_owned(),
            address: None,
            country: Some(valid("GB")),
            vat_number: Some("GB123456789".to_owned()),
            registration_number: None,
            account_code: None,
            email: None,
            phone: None,
            website: None,
        },
        tax: TaxRules {
            country: valid("GB"),
            vat_number: Some("GB123456789".to_owned()),
            domestic: TaxCategory::Standard,
            standard: vec![DatedRate { from: valid("2011-01-04"), rate: valid("20") }],
            texts: std::collections::BTreeMap::new(),
        },
        invoices: series("INV-{year}-"),
        credit_notes: series("CN-{year}-"),
        zone: Zone::UTC,
        bank: BankDetails::default(),
        notes: Vec::new(),
    };
    Invoicing { rules, make_pdf: std::sync::Arc::new(number_of), mailing: None }
}

/// Makes a PDF that is the number of the invoice.
#[expect(clippy::unnecessary_wraps, reason = "the type of what makes a PDF")]
fn number_of(_: &InvoiceRules, copy: &InvoiceCopy) -> Result<Option<Vec<u8>>> {
    Ok(copy.number.as_ref().map(|number| number.clone().into_bytes()))
}

/// A line of one at a price.
pub fn line(description: &str, price: &str) -> NewLine {
    NewLine {
        description: valid(description),
        period: None,
        quantity: valid("1"),
        quantity_unit: None,
        unit_price: valid(price),
    }
}

/// What to credit of an invoice: `(line, amount)`, or all of it.
pub fn credit_request(lines: &[(u32, Option<&str>)]) -> CreditRequest {
    let lines = lines.iter().map(|(line, net)| CreditedLine { line: *line, net: net.map(valid) });
    CreditRequest { reason: valid("wrong"), lines: lines.collect(), keep_balance: false, allow_negative: false }
}

/// Why an invoice is written off, or why that is taken back.
pub fn writing_off(description: &str, key: Option<&str>) -> WriteOffRequest {
    WriteOffRequest { description: valid(description), key: key.map(valid) }
}

/// A payment in EUR.
pub fn payment_of(amount: &str, target: PaymentTarget) -> PaymentRequest {
    PaymentRequest {
        amount: valid(amount),
        currency: valid("EUR"),
        on: None,
        description: valid("payment"),
        reference: None,
        key: None,
        target,
    }
}

/// These invoices.
pub fn paying(names: &[&str]) -> PaymentTarget {
    PaymentTarget::Invoices(names.iter().map(ToString::to_string).collect())
}

impl Fixture {
    /// The customer ACME in Great Britain.
    pub fn with_buyer() -> Self {
        let mut fixture = Self::with_acme();
        fixture
            .write(|tx| {
                ssgctl::ops::customer::edit(tx, "ACME", |details| {
                    details.country = Some(valid("GB"));
                    details.payment_terms_days = Some(valid("14"));
                    Ok(())
                })
            })
            .expect("country");
        fixture
    }

    /// A draft for ACME in EUR with a line for each price.
    pub fn draft(&mut self, prices: &[&str]) -> Invoice {
        let lines = prices.iter().map(|price| line("service", price)).collect();
        let details = InvoiceDetails::default();
        self.write(|tx| invoice::new(tx, "ACME", NewDraft { currency: valid("EUR"), details, lines })).expect("draft")
    }

    /// A pro-forma for ACME: SMS credits for an amount in EUR.
    pub fn pro_forma(&mut self, credits: &str, net: &str) -> Invoice {
        let top_up = TopUp { unit: Unit::Sms, amount: valid(credits) };
        let lines = vec![invoice::top_up_line(top_up, valid(net), valid("EUR")).expect("a line")];
        let details = InvoiceDetails { top_up: Some(top_up), ..InvoiceDetails::default() };
        self.write(|tx| invoice::new(tx, "ACME", NewDraft { currency: valid("EUR"), details, lines })).expect("draft")
    }

    pub fn issue(&mut self, invoice: i64) -> Result<Invoice> {
        self.write(|tx| invoice::issue(tx, &invoicing(), &invoice.to_string(), &IssueRequest::default()))
    }

    /// An issued invoice for ACME in EUR with a line for each price.
    pub fn invoice(&mut self, prices: &[&str]) -> Invoice {
        let draft = self.draft(prices);
        self.issue(draft.id).expect("issued")
    }

    pub fn credit_invoice(&mut self, name: &str, lines: &[(u32, Option<&str>)]) -> Result<Invoice> {
        self.write(|tx| invoice::credit(tx, &invoicing(), name, &credit_request(lines)))
    }

    /// A payment of ACME in EUR.
    pub fn pay(&mut self, amount: &str, target: PaymentTarget) -> Result<PaymentReceipt> {
        self.write(|tx| payment::record(tx, &invoicing(), "ACME", &payment_of(amount, target)))
    }

    /// An invoice as it is now.
    pub fn invoice_now(&mut self, name: &str) -> Invoice {
        self.read(|now| now.invoice(name))
    }

    pub fn state_of(&mut self, name: &str, today: &str) -> &'static str {
        self.invoice_now(name).state(valid(today)).as_str()
    }

    pub fn copy_of_invoice(&mut self, name: &str) -> InvoiceCopy {
        self.read(|now| issued_copy(now, &now.invoice(name)?))
    }
}
