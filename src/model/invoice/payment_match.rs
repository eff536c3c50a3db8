//! Finds the invoice that an incoming payment pays. Evidence decides in this order: the reference of an invoice, its number in the
//! text, then the amount together with the customer. What several invoices fit is never guessed.

use crate::model::invoice::{BankEntry, CreditorReference};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Currency, Money};

/// An invoice or pro-forma that is not paid in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvoice {
    pub id: i64,
    pub number: Option<String>,
    pub reference: CreditorReference,
    pub customer: AccountCode,
    pub customer_name: String,
    pub currency: Currency,
    /// What is left to pay.
    pub open: Money,
}

word_enum! {
    /// What led from a payment to an invoice.
    pub enum MatchReason {
        Reference = "reference",
        Number = "number",
        AmountAndCustomer = "amount_and_customer" as "amount and customer",
    }
}

word_enum! {
    /// How an amount compares to what is open.
    pub enum AmountFit {
        Exact = "exact",
        Partial = "partial",
        Over = "over",
    }
}

/// The result of a search, with the IDs of invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentMatch {
    /// One invoice fits.
    Invoice { id: i64, reason: MatchReason, fit: AmountFit },
    /// Several invoices fit. If their open amounts add up to the payment, `is_sum` says that it pays all of them.
    Candidates { ids: Vec<i64>, reason: MatchReason, is_sum: bool },
    /// An invoice is named, but in another currency.
    OtherCurrency { id: i64, reason: MatchReason },
    /// Nothing fits.
    Nothing,
}

/// Finds the invoice that a payment pays.
pub fn match_payment(entry: &BankEntry, open: &[OpenInvoice]) -> PaymentMatch {
    let written: Vec<&str> = entry.reference.iter().map(String::as_str).chain([entry.text.as_str()]).collect();
    let named = |is_named: &dyn Fn(&OpenInvoice, &str) -> bool| -> Vec<&OpenInvoice> {
        open.iter().filter(|invoice| written.iter().any(|text| is_named(invoice, text))).collect()
    };
    let by_reference = named(&|invoice, text| contains_identifier(text, invoice.reference.as_str()));
    if !by_reference.is_empty() {
        return judge(entry, &by_reference, MatchReason::Reference);
    }
    let by_number =
        named(&|invoice, text| invoice.number.as_ref().is_some_and(|number| contains_identifier(text, number)));
    if !by_number.is_empty() {
        return judge(entry, &by_number, MatchReason::Number);
    }
    let by_amount: Vec<&OpenInvoice> = open
        .iter()
        .filter(|invoice| invoice.currency == entry.currency && invoice.open == entry.amount)
        .filter(|invoice| is_of_customer(invoice, entry, &written))
        .collect();
    if by_amount.is_empty() { PaymentMatch::Nothing } else { judge(entry, &by_amount, MatchReason::AmountAndCustomer) }
}

fn judge(entry: &BankEntry, found: &[&OpenInvoice], reason: MatchReason) -> PaymentMatch {
    let payable: Vec<&OpenInvoice> =
        found.iter().copied().filter(|invoice| invoice.currency == entry.currency).collect();
    match (payable.as_slice(), found) {
        ([invoice], _) => PaymentMatch::Invoice { id: invoice.id, reason, fit: fit(entry.amount, invoice.open) },
        ([], [first, ..]) => PaymentMatch::OtherCurrency { id: first.id, reason },
        ([], []) => PaymentMatch::Nothing,
        (several, _) => {
            let sum = several.iter().try_fold(Money::ZERO, |sum, invoice| sum.checked_add(invoice.open));
            let ids = several.iter().map(|invoice| invoice.id).collect();
            // Several invoices of one amount are alternatives; named ones are paid together.
            let is_sum = reason != MatchReason::AmountAndCustomer && sum == Some(entry.amount);
            PaymentMatch::Candidates { ids, reason, is_sum }
        }
    }
}

fn fit(paid: Money, open: Money) -> AmountFit {
    match paid.cmp(&open) {
        std::cmp::Ordering::Equal => AmountFit::Exact,
        std::cmp::Ordering::Less => AmountFit::Partial,
        std::cmp::Ordering::Greater => AmountFit::Over,
    }
}

/// Whether a text has an identifier, in any case and with any blanks, but not as a part of a longer one: `INV-1` is not in `INV-12`,
/// `CN-INV-1` or `INV-1-2`.
fn contains_identifier(text: &str, identifier: &str) -> bool {
    let text: Vec<char> = text.chars().map(|c| c.to_ascii_uppercase()).collect();
    let wanted: Vec<char> = identifier.chars().map(|c| c.to_ascii_uppercase()).filter(|c| !c.is_whitespace()).collect();
    if wanted.is_empty() {
        return false;
    }
    let at = |index: Option<usize>| index.and_then(|index| text.get(index).copied());
    // Payers separate with other signs what they name.
    let is_joined = |one: Option<char>, next: Option<char>| match one {
        Some('-' | '_') => next.is_some_and(char::is_alphanumeric),
        one => one.is_some_and(char::is_alphanumeric),
    };
    let begins = |begin: usize| !is_joined(at(begin.checked_sub(1)), at(begin.checked_sub(2)));
    let ends = |end: usize| !is_joined(at(Some(end)), at(Some(end + 1)));
    (0..text.len()).filter(|begin| begins(*begin)).any(|begin| {
        let mut expected = wanted.iter().peekable();
        let mut at = begin;
        while let Some(next) = expected.peek() {
            match text.get(at) {
                Some(c) if c == *next => {
                    expected.next();
                }
                Some(c) if c.is_whitespace() && at > begin => {}
                _ => return false,
            }
            at += 1;
        }
        ends(at)
    })
}

/// The customer with open invoices whom the account code in the text or the payer's name means, if it is one.
pub fn paying_customer<'o>(entry: &BankEntry, open: &'o [OpenInvoice]) -> Option<&'o AccountCode> {
    let written: Vec<&str> = entry.reference.iter().map(String::as_str).chain([entry.text.as_str()]).collect();
    let mut found = open.iter().filter(|invoice| is_of_customer(invoice, entry, &written)).map(|found| &found.customer);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// Whether the customer's account code is in the text, or its name is that of the payer.
fn is_of_customer(invoice: &OpenInvoice, entry: &BankEntry, written: &[&str]) -> bool {
    let is_coded = written.iter().any(|text| contains_identifier(text, invoice.customer.as_str()));
    let is_named = |payer: &String| {
        let name = comparable(&invoice.customer_name);
        !name.is_empty() && name == comparable(payer)
    };
    is_coded || entry.payer.as_ref().is_some_and(is_named)
}

/// A name as banks pass it on: without blanks and punctuation, in lower case.
fn comparable(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use AmountFit::{Exact, Over, Partial};
    use MatchReason::{AmountAndCustomer, Number, Reference};

    fn money(text: &str) -> Money {
        text.parse().expect(text)
    }

    fn invoice(id: i64, number: &str, customer: &str, open: &str) -> OpenInvoice {
        OpenInvoice {
            id,
            number: (!number.is_empty()).then(|| number.to_owned()),
            reference: CreditorReference::of_invoice(id),
            customer: customer.parse().expect(customer),
            customer_name: format!("{customer} Telecom GmbH"),
            currency: "EUR".parse().expect("EUR"),
            open: money(open),
        }
    }

    fn open() -> Vec<OpenInvoice> {
        vec![
            invoice(42, "INV-1", "ACME", "100"),
            invoice(43, "INV-12", "ACME", "250"),
            invoice(44, "", "KIM", "100"),
            invoice(45, "INV-13", "ACME", "250"),
        ]
    }

    fn entry(amount: &str) -> BankEntry {
        BankEntry {
            key: "k".to_owned(),
            is_returned: false,
            booked_on: "2026-11-28".parse().expect("a date"),
            currency: "EUR".parse().expect("EUR"),
            amount: money(amount),
            payer: None,
            payer_account: None,
            reference: None,
            text: String::new(),
        }
    }

    fn matched(reference: &str, text: &str, payer: &str, amount: &str) -> PaymentMatch {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let entry =
            BankEntry { payer: some(payer), reference: some(reference), text: text.to_owned(), ..entry(amount) };
        match_payment(&entry, &open())
    }

    #[test]
    fn a_reference_decides_before_a_number_and_an_amount() {
        let first = CreditorReference::of_invoice(42);
        let grouped = format!("thanks, ref {}", first.grouped().to_lowercase());
        for (reference, text) in [(first.as_str(), "INV-13 250"), ("", &grouped), ("", &format!("/{first}/INV-12"))] {
            let expected = PaymentMatch::Invoice { id: 42, reason: Reference, fit: Exact };
            assert_eq!(matched(reference, text, "", "100"), expected, "{reference} {text}");
        }
        let pro_forma = CreditorReference::of_invoice(44);
        let expected = PaymentMatch::Invoice { id: 44, reason: Reference, fit: Partial };
        assert_eq!(matched(pro_forma.as_str(), "", "", "60"), expected, "a pro-forma has no number");
    }

    #[test]
    fn a_number_is_found_whole_and_in_any_case() {
        for (text, id) in [("Rechnung inv-1 vom 1.10.", 42), ("INV-12", 43), ("INV- 12/2026", 43), ("(INV-13)", 45)] {
            let open = open().iter().find(|invoice| invoice.id == id).map(|invoice| invoice.open.to_string());
            let expected = PaymentMatch::Invoice { id, reason: Number, fit: Exact };
            assert_eq!(matched("", text, "", &open.expect("an invoice")), expected, "{text}");
        }
        assert_eq!(matched("", "XINV-1", "", "1"), PaymentMatch::Nothing);
        assert_eq!(matched("", "INV-123", "", "1"), PaymentMatch::Nothing);
        assert_eq!(matched("", "INV-1", "", "100.01"), PaymentMatch::Invoice { id: 42, reason: Number, fit: Over });
    }

    #[test]
    fn several_candidates_are_listed_and_may_be_paid_together() {
        let both = |is_sum| PaymentMatch::Candidates { ids: vec![42, 43], reason: Number, is_sum };
        for longer in ["CN-INV-1", "X-INV-1", "INV-1-7", "INV-1_B"] {
            assert_eq!(matched("", longer, "", "7"), PaymentMatch::Nothing, "{longer}");
        }
        assert_eq!(matched("", "INV-1, INV-12", "", "350"), both(true));
        assert_eq!(matched("", "INV-1 and INV-12", "", "300"), both(false));
        let alike = PaymentMatch::Candidates { ids: vec![43, 45], reason: AmountAndCustomer, is_sum: false };
        assert_eq!(matched("", "ACME October", "", "250"), alike);
    }

    #[test]
    fn an_amount_alone_is_no_evidence() {
        assert_eq!(matched("", "payment", "Another Company", "100"), PaymentMatch::Nothing);
        let expected = PaymentMatch::Invoice { id: 42, reason: AmountAndCustomer, fit: Exact };
        assert_eq!(matched("", "payment", "ACME TELECOM, GMBH", "100"), expected);
        assert_eq!(matched("", "acct ACME", "", "100"), expected);
        assert_eq!(matched("", "ACME", "", "99.99"), PaymentMatch::Nothing);
    }

    #[test]
    fn a_customer_is_known_by_code_or_name_if_it_is_one() {
        let customer = |text: &str, payer: &str| {
            let mut entry = entry("1");
            (entry.text, entry.payer) = (text.to_owned(), Some(payer.to_owned()));
            paying_customer(&entry, &open()).map(ToString::to_string)
        };
        assert_eq!(customer("acct ACME", "").as_deref(), Some("ACME"));
        assert_eq!(customer("", "kim telecom gmbh").as_deref(), Some("KIM"));
        assert_eq!(customer("ACME and KIM", ""), None);
        assert_eq!(customer("INV-1", "Another Company"), None);
    }

    #[test]
    fn another_currency_is_reported_not_converted() {
        let mut dollars = open();
        dollars[0].currency = "USD".parse().expect("USD");
        let entry = BankEntry { text: "INV-1".to_owned(), ..entry("100") };
        assert_eq!(match_payment(&entry, &dollars), PaymentMatch::OtherCurrency { id: 42, reason: Number });
    }

    proptest::proptest! {
        #[test]
        fn an_identifier_is_found_whatever_blanks_split_it(
            before in "[a-z]{0,5}[ ,/:]", number in "INV-[0-9]{1,6}", split in 1_usize..5, after in "([ ,/:][a-z0-9]{0,5})?",
        ) {
            let (one, two) = number.split_at(split.min(number.len()));
            let text = format!("{before}{one} {two}{after}");
            proptest::prop_assert!(contains_identifier(&text, &number), "{}", text);
        }
    }
}
