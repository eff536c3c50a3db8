//! Invoices and credit notes as they are stored: their drafts, what they became when they were issued, and their computed state.

use jiff::civil::Date;

use crate::model::invoice::{BilledPeriod, InvoiceKind, TaxCategory};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Currency, Description, Money, Name, Organisation, Reason, Reference, Time, Unit};

/// An invoice or credit note from its draft on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// The ID of the draft, which stays.
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub organisation: Organisation,
    /// An invoice or a credit note.
    pub kind: InvoiceKind,
    pub currency: Currency,
    pub details: InvoiceDetails,
    /// The ID of the invoice that a credit note corrects.
    pub credits: Option<i64>,
    pub credit_reason: Option<Reason>,
    /// Whether it is not to be issued for now.
    pub held: bool,
    /// When it was cancelled, so that it is never issued.
    pub cancelled_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
    /// The sum of its lines.
    pub net: Money,
    pub issued: Option<IssuedInvoice>,
    /// When a mail server first accepted an email of it; of a draft, an email of the pro-forma.
    pub sent_at: Option<Time>,
}

/// What an operator says about an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceDetails {
    pub top_up: Option<TopUp>,
    /// The customer's order number.
    pub buyer_reference: Option<Reference>,
    /// The tax category, where the rules do not decide it.
    pub tax_category: Option<TaxCategory>,
    /// What was delivered when, for the whole document.
    pub period: Option<BilledPeriod>,
}

/// What a paid invoice adds to a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopUp {
    pub unit: Unit,
    /// Positive.
    pub amount: Money,
}

/// A line of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    pub description: Description,
    pub period: Option<BilledPeriod>,
    pub quantity: Money,
    pub quantity_unit: Option<Name>,
    pub unit_price: Money,
    /// In the minor unit of the currency.
    pub net: Money,
    /// In a credit note, the line of the invoice that it credits, from 1.
    pub credited_line: Option<u32>,
}

/// What an invoice became when it was issued, and what has become of it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedInvoice {
    pub number: String,
    /// What the number begins with, which names the series.
    pub series: String,
    pub counter: i64,
    pub issued_at: Time,
    pub issued_on: Date,
    pub due_on: Date,
    pub tax: Money,
    pub gross: Money,
    /// The entry that posted or took back a top-up.
    pub entry: Option<i64>,
    /// Its row in the ledger of receivables.
    pub receivable: i64,
    /// The part of `gross` that is settled by payments, credit notes and write-offs; of a credit note, the part that is used.
    pub settled: Money,
    /// The part of `gross` that is written off.
    pub written_off: Money,
    /// The sum of its credit notes.
    pub credited: Money,
}

impl IssuedInvoice {
    /// The part of `gross` that is not settled.
    pub fn open(&self) -> Money {
        // Never more than gross is allocated, which `db check` verifies.
        Money::from_e8(self.gross.e8().saturating_sub(self.settled.e8()))
    }
}

word_enum! {
    /// What became of an invoice: the first of these that fits.
    pub enum InvoiceState {
        /// Not issued.
        Draft = "draft",
        /// Not issued, and not to be issued for now.
        Hold = "hold",
        /// Not issued, and never to be issued.
        Cancelled = "cancelled",
        /// A top-up that waits for its payment.
        ProForma = "proforma" as "pro-forma",
        WrittenOff = "written_off" as "written off",
        /// Credit notes correct all of it.
        Credited = "credited",
        Paid = "paid",
        Overdue = "overdue",
        PartlyPaid = "partly_paid" as "partly paid",
        Unpaid = "unpaid",
    }
}

impl Invoice {
    /// Its number, or the ID of a draft.
    pub fn name(&self) -> String {
        self.issued.as_ref().map_or_else(|| self.id.to_string(), |issued| issued.number.clone())
    }

    /// The part of it that is issued and not settled.
    pub fn open(&self) -> Money {
        self.issued.as_ref().map_or(Money::ZERO, IssuedInvoice::open)
    }

    /// Its state on a day.
    pub fn state(&self, today: Date) -> InvoiceState {
        let Some(issued) = &self.issued else {
            return match (self.cancelled_at, self.held, self.details.top_up) {
                (Some(_), ..) => InvoiceState::Cancelled,
                (None, true, _) => InvoiceState::Hold,
                (None, false, Some(_)) => InvoiceState::ProForma,
                (None, false, None) => InvoiceState::Draft,
            };
        };
        let is_open = issued.open() > Money::ZERO;
        if !is_open && issued.written_off > Money::ZERO {
            InvoiceState::WrittenOff
        } else if !is_open && issued.credited > Money::ZERO && issued.credited >= issued.gross {
            InvoiceState::Credited
        } else if !is_open {
            InvoiceState::Paid
        } else if self.kind == InvoiceKind::Invoice && issued.due_on < today {
            InvoiceState::Overdue
        } else if issued.settled > Money::ZERO {
            InvoiceState::PartlyPaid
        } else {
            InvoiceState::Unpaid
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(amounts: Option<[&str; 3]>, has_top_up: bool, held: bool) -> Invoice {
        let money = |text: &str| -> Money { text.parse().expect(text) };
        let at: Time = "2026-11-01T12:00:00Z".parse().expect("a time");
        let issued = amounts.map(|[settled, written_off, credited]| IssuedInvoice {
            number: "INV-1".to_owned(),
            series: "INV-".to_owned(),
            counter: 1,
            issued_at: at,
            issued_on: "2026-11-01".parse().expect("a date"),
            due_on: "2026-11-15".parse().expect("a date"),
            tax: money("20"),
            gross: money("120"),
            entry: None,
            receivable: 1,
            settled: money(settled),
            written_off: money(written_off),
            credited: money(credited),
        });
        Invoice {
            id: 1,
            customer_id: 1,
            customer: "ACME".parse().expect("a code"),
            organisation: "Acme".parse().expect("a name"),
            kind: InvoiceKind::Invoice,
            currency: "EUR".parse().expect("a currency"),
            details: InvoiceDetails {
                top_up: has_top_up.then(|| TopUp { unit: Unit::Sms, amount: money("5000") }),
                ..InvoiceDetails::default()
            },
            credits: None,
            credit_reason: None,
            held,
            cancelled_at: None,
            created_at: at,
            updated_at: at,
            net: money("100"),
            issued,
            sent_at: None,
        }
    }

    #[test]
    fn the_state_is_the_first_that_fits() {
        let (due, late) = ("2026-11-15", "2026-11-16");
        for (amounts, has_top_up, held, today, state) in [
            (None, false, false, due, "draft"),
            (None, false, true, due, "hold"),
            (None, true, true, due, "hold"),
            (None, true, false, late, "proforma"),
            (Some(["0", "0", "0"]), false, false, due, "unpaid"),
            (Some(["0", "0", "0"]), false, false, late, "overdue"),
            (Some(["50", "0", "0"]), false, false, due, "partly_paid"),
            (Some(["50", "0", "0"]), false, false, late, "overdue"),
            (Some(["120", "0", "0"]), true, false, late, "paid"),
            (Some(["120", "0", "50"]), false, false, late, "paid"),
            (Some(["120", "0", "120"]), false, false, late, "credited"),
            // The payment of a credited invoice bounced after the credit was refunded.
            (Some(["60", "0", "120"]), false, false, due, "partly_paid"),
            (Some(["120", "70", "0"]), false, false, late, "written_off"),
            (Some(["70", "70", "0"]), false, false, due, "partly_paid"),
        ] {
            let found = invoice(amounts, has_top_up, held).state(today.parse().expect(today));
            assert_eq!(found.as_str(), state, "{amounts:?} {has_top_up} {held} {today}");
        }
    }
}
