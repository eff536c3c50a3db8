//! What both syntaxes share: the rules of EN 16931 that an issued copy may break, and how it writes figures and codes.

use crate::model::invoice::{InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, TaxCategory, TaxSubtotal};
use crate::model::{Country, Currency, Money, PostalAddress, Unit};

/// Why an invoice has no XML by EN 16931, with the rule of the standard where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotExpressible {
    #[error("a pro-forma is not an invoice")]
    ProForma,
    #[error("the seller has no country (BR-9)")]
    SellerCountry,
    #[error("the buyer has no country (BR-11)")]
    BuyerCountry,
    #[error("the seller has no VAT number, which its tax category needs (BR-S-2, BR-Z-2, BR-E-2, BR-AE-2)")]
    SellerVatNumber,
    #[error("the buyer has no VAT number, which reverse charge needs (BR-AE-2)")]
    BuyerVatNumber,
    #[error("lines outside the scope of VAT stand with others (BR-O-11)")]
    MixedScope,
    #[error("the currency has more than two decimals (BR-DEC)")]
    Decimals,
    #[error("it has no lines (BR-16)")]
    NoLines,
}

/// An invoice that keeps the rules, and its number.
pub(super) struct ExpressibleInvoice<'c> {
    pub(super) copy: &'c InvoiceCopy,
    pub(super) number: &'c str,
    pub(super) seller_country: &'c Country,
    pub(super) buyer_country: &'c Country,
}

impl<'c> ExpressibleInvoice<'c> {
    pub(super) fn of(copy: &'c InvoiceCopy) -> Result<Self, NotExpressible> {
        let number = copy.number.as_deref().filter(|_| copy.kind != InvoiceKind::ProForma);
        let number = number.ok_or(NotExpressible::ProForma)?;
        let seller_country = copy.seller.country.as_ref().ok_or(NotExpressible::SellerCountry)?;
        let buyer_country = copy.buyer.country.as_ref().ok_or(NotExpressible::BuyerCountry)?;
        if copy.lines.is_empty() {
            return Err(NotExpressible::NoLines);
        }
        if copy.currency.decimals() > 2 {
            return Err(NotExpressible::Decimals);
        }
        let has = |category| copy.taxes.iter().any(|tax| tax.category == category);
        if has(TaxCategory::OutsideScope) && copy.taxes.len() > 1 {
            return Err(NotExpressible::MixedScope);
        }
        if !has(TaxCategory::OutsideScope) && copy.seller.vat_number.is_none() {
            return Err(NotExpressible::SellerVatNumber);
        }
        if has(TaxCategory::ReverseCharge) && copy.buyer.vat_number.is_none() {
            return Err(NotExpressible::BuyerVatNumber);
        }
        Ok(Self { copy, number, seller_country, buyer_country })
    }

    pub(super) fn is_credit_note(&self) -> bool {
        self.copy.kind == InvoiceKind::CreditNote
    }

    /// The code of UNCL 1001.
    pub(super) fn type_code(&self) -> &'static str {
        if self.is_credit_note() { "381" } else { "380" }
    }

    /// A VAT number with the prefix of its country and without blanks. Outside the scope of VAT the standard forbids it (BR-O-2).
    pub(super) fn vat_number(&self, party: &InvoiceParty) -> Option<String> {
        if self.copy.taxes.iter().any(|tax| tax.category == TaxCategory::OutsideScope) {
            return None;
        }
        let number = party.vat_number.as_ref()?;
        let compact: String =
            number.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let has_letters = compact.get(..2).is_some_and(|start| start.bytes().all(|byte| byte.is_ascii_uppercase()));
        let code = party.country.as_ref().map_or("", Country::code);
        let prefix = if code == "GR" { "EL" } else { code };
        Some(if has_letters { compact } else { format!("{prefix}{compact}") })
    }

    /// The order number of the buyer stands elsewhere; without one, Peppol wants another reference of the buyer.
    pub(super) fn buyer_reference(&self) -> Option<String> {
        let code = self.copy.buyer.account_code.as_ref().filter(|_| self.copy.buyer_reference.is_none());
        code.map(ToString::to_string)
    }

    /// The code of UNCL 4461: a SEPA transfer, a transfer, or one whose account is not given in a field.
    pub(super) fn payment_code(&self) -> &'static str {
        match (&self.copy.payment.iban, self.copy.currency.code()) {
            (Some(_), "EUR") => "58",
            (Some(_), _) => "30",
            (None, _) => "1",
        }
    }

    /// What the terms of payment say. A credit note has a positive amount that is due, and so needs some (BR-CO-25).
    pub(super) fn payment_terms(&self) -> String {
        let payment = &self.copy.payment;
        let terms = match payment.terms_days {
            _ if self.is_credit_note() => "The amount reduces what is owed.".to_owned(),
            None | Some(0) => "Due on receipt".to_owned(),
            Some(1) => "Due one day after the date of issue".to_owned(),
            Some(days) => format!("Due {days} days after the date of issue"),
        };
        let details =
            if payment.iban.is_none() && !self.is_credit_note() { payment.other_details.as_slice() } else { &[] };
        [&[terms], details].concat().join("; ")
    }
}

/// An amount with the decimals of its currency.
pub(super) fn amount(amount: Money, currency: Currency) -> String {
    Unit::Currency(currency).format(amount)
}

/// Why no tax is charged: the code of the list VATEX, and the words. Taxed categories must not have a reason.
pub(super) fn exemption(tax: &TaxSubtotal) -> (Option<&'static str>, Option<&str>) {
    let wording = tax.wording.as_deref();
    match tax.category {
        TaxCategory::Standard | TaxCategory::ZeroRated => (None, None),
        TaxCategory::Exempt => (None, Some(wording.unwrap_or("Exempt from VAT"))),
        TaxCategory::ReverseCharge => (Some("VATEX-EU-AE"), Some(wording.unwrap_or("Reverse charge"))),
        TaxCategory::OutsideScope => (Some("VATEX-EU-O"), Some(wording.unwrap_or("Outside the scope of VAT"))),
    }
}

/// The rate of a category; outside the scope of VAT there is none (BR-O-5).
pub(super) fn rate(category: TaxCategory, rate: impl std::fmt::Display) -> Option<String> {
    (category != TaxCategory::OutsideScope).then(|| rate.to_string())
}

/// The quantity and price of a line. A price must not be negative (BR-27), so the quantity takes its sign.
pub(super) fn quantity_and_price(line: &InvoiceLine) -> (Money, Money) {
    match (line.quantity.checked_neg(), line.unit_price.checked_neg()) {
        (Some(quantity), Some(price)) if line.unit_price < Money::ZERO => (quantity, price),
        _ => (line.quantity, line.unit_price),
    }
}

/// The code of UN/ECE recommendation 20 for what is counted: months and days have one, all else is `one`.
pub(super) fn unit_code(line: &InvoiceLine) -> &'static str {
    match line.quantity_unit.as_deref() {
        Some("month" | "months") => "MON",
        Some("day" | "days") => "DAY",
        _ => "C62",
    }
}

/// An address in the three lines that the standard has; further ones are joined to the last.
pub(super) fn address_lines(party: &InvoiceParty) -> [Option<String>; 3] {
    let mut lines = party.address.iter().flat_map(PostalAddress::lines).map(str::to_owned);
    let (first, second) = (lines.next(), lines.next());
    let rest: Vec<String> = lines.collect();
    [first, second, (!rest.is_empty()).then(|| rest.join(", "))]
}
