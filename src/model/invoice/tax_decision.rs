//! How an invoice is taxed: a pure function of the seller's rules, the buyer and the day, whose result is stored as its evidence.
//!
//! What the rules do not decide is never guessed: an operator who knows the case chooses the category.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::Country;
use crate::model::invoice::{TaxCategory, TaxRate};
use crate::model::word_enum::word_enum;

/// The countries of the European Union, sorted. Its VAT numbers begin with the country, and those of Greece with EL.
const EUROPEAN_UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

fn is_in_union(country: &Country) -> bool {
    EUROPEAN_UNION.binary_search(&country.code()).is_ok()
}

/// A rate, and the first day on which it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedRate {
    pub from: Date,
    pub rate: TaxRate,
}

/// The tax settings of the seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRules {
    pub country: Country,
    pub vat_number: Option<String>,
    /// How invoices to buyers of the same country are taxed: S, Z or E.
    pub domestic: TaxCategory,
    /// The standard rates.
    pub standard: Vec<DatedRate>,
    /// What invoices of a category say, where it is not the usual text.
    pub texts: BTreeMap<TaxCategory, String>,
}

/// What decides about the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxedBuyer<'a> {
    pub country: Option<&'a Country>,
    pub vat_number: Option<&'a str>,
}

word_enum! {
    /// Why an invoice has its tax category.
    pub enum TaxReason {
        /// Seller and buyer are in one country.
        Domestic = "domestic",
        /// Both are in the European Union, and the buyer has a VAT number.
        WithinUnion = "within_union",
        /// The seller is in the European Union or the United Kingdom, and the buyer is a business elsewhere.
        Export = "export",
        /// An operator chose it.
        Chosen = "chosen",
    }
}

/// A decision about the tax of an invoice, with all that it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxDecision {
    pub category: TaxCategory,
    pub rate: TaxRate,
    /// What the invoice says about it.
    pub wording: Option<String>,
    pub reason: TaxReason,
    /// The day whose rate applies.
    pub on: Date,
    pub seller_country: Country,
    pub seller_vat_number: Option<String>,
    pub buyer_country: Option<Country>,
    pub buyer_vat_number: Option<String>,
}

/// Why the tax of an invoice is not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxUndecided {
    #[error("the customer has no country")]
    NoCountry,
    #[error("the customer is abroad and has no VAT number")]
    NoVatNumber,
    #[error("the VAT number of the customer is not one of its country")]
    OtherVatNumber,
    #[error("what applies to customers abroad depends on the law of your country")]
    Abroad,
    #[error("reverse charge needs the VAT numbers of both sides")]
    ReverseCharge,
    #[error("you have no VAT number")]
    SellerVatNumber,
    #[error("there is no standard rate for that day")]
    NoRate,
}

impl TaxUndecided {
    /// Whether the seller's settings lack something, so that no choice of a category helps.
    pub const fn is_about_settings(self) -> bool {
        matches!(self, Self::SellerVatNumber | Self::NoRate)
    }
}

impl TaxRules {
    /// Decides how an invoice is taxed on a day; `chosen` is the category that an operator gave, which decides.
    ///
    /// # Errors
    /// [`TaxUndecided`] when the rules do not say, or when the category needs what is not there.
    pub fn decide(
        &self,
        buyer: TaxedBuyer<'_>,
        chosen: Option<TaxCategory>,
        on: Date,
    ) -> Result<TaxDecision, TaxUndecided> {
        let (category, reason) = match chosen {
            Some(category) => (category, TaxReason::Chosen),
            None => self.by_countries(buyer)?,
        };
        let is_taxed = matches!(category, TaxCategory::Standard | TaxCategory::ZeroRated);
        if is_taxed && self.vat_number.is_none() {
            return Err(TaxUndecided::SellerVatNumber);
        }
        if category == TaxCategory::ReverseCharge && (self.vat_number.is_none() || buyer.vat_number.is_none()) {
            return Err(TaxUndecided::ReverseCharge);
        }
        let rate = match category {
            TaxCategory::Standard => self.standard_on(on)?,
            _ => TaxRate::ZERO,
        };
        Ok(TaxDecision {
            category,
            rate,
            wording: self.wording(category),
            reason,
            on,
            seller_country: self.country.clone(),
            seller_vat_number: self.vat_number.clone(),
            buyer_country: buyer.country.cloned(),
            buyer_vat_number: buyer.vat_number.map(str::to_owned),
        })
    }

    fn by_countries(&self, buyer: TaxedBuyer<'_>) -> Result<(TaxCategory, TaxReason), TaxUndecided> {
        let country = buyer.country.ok_or(TaxUndecided::NoCountry)?;
        if *country == self.country {
            return Ok((self.domestic, TaxReason::Domestic));
        }
        let seller_in_union = is_in_union(&self.country);
        if !seller_in_union && self.country.code() != "GB" {
            return Err(TaxUndecided::Abroad);
        }
        let number = buyer.vat_number.ok_or(TaxUndecided::NoVatNumber)?;
        if !is_in_union(country) {
            return Ok((TaxCategory::OutsideScope, TaxReason::Export));
        }
        // A number of another country says that another establishment bought, whose country counts.
        if !number.to_ascii_uppercase().starts_with(prefix_of_vat_numbers(country)) {
            return Err(TaxUndecided::OtherVatNumber);
        }
        if seller_in_union {
            Ok((TaxCategory::ReverseCharge, TaxReason::WithinUnion))
        } else {
            Ok((TaxCategory::OutsideScope, TaxReason::Export))
        }
    }

    /// The standard rate of a day: that with the latest first day up to it.
    fn standard_on(&self, day: Date) -> Result<TaxRate, TaxUndecided> {
        let begun = self.standard.iter().filter(|dated| dated.from <= day);
        begun.max_by_key(|dated| dated.from).map(|dated| dated.rate).ok_or(TaxUndecided::NoRate)
    }

    fn wording(&self, category: TaxCategory) -> Option<String> {
        let usual = match category {
            TaxCategory::ReverseCharge => Some("Reverse charge"),
            TaxCategory::OutsideScope => Some("Outside the scope of VAT"),
            TaxCategory::Exempt => Some("Exempt from VAT"),
            TaxCategory::Standard | TaxCategory::ZeroRated => None,
        };
        self.texts.get(&category).cloned().or_else(|| usual.map(str::to_owned))
    }
}

/// The two characters with which VAT numbers of a country of the European Union begin.
fn prefix_of_vat_numbers(country: &Country) -> &'static str {
    if country.code() == "GR" { "EL" } else { country.code() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TaxCategory::{Exempt, OutsideScope, ReverseCharge, Standard, ZeroRated};
    use TaxUndecided::{Abroad, NoCountry, NoRate, NoVatNumber, OtherVatNumber, SellerVatNumber};

    fn rules(country: &str) -> TaxRules {
        let dated =
            |from: &str, rate: &str| DatedRate { from: from.parse().expect(from), rate: rate.parse().expect(rate) };
        TaxRules {
            country: country.parse().expect(country),
            vat_number: Some(format!("{country}123456789")),
            domestic: Standard,
            standard: vec![dated("2011-01-04", "20"), dated("2027-01-01", "22"), dated("2008-12-01", "15")],
            texts: BTreeMap::new(),
        }
    }

    fn decided(
        rules: &TaxRules,
        country: &str,
        vat_number: &str,
        chosen: Option<TaxCategory>,
        on: &str,
    ) -> Result<(TaxCategory, String), TaxUndecided> {
        let country: Option<Country> = (!country.is_empty()).then(|| country.parse().expect(country));
        let vat_number = (!vat_number.is_empty()).then_some(vat_number);
        let buyer = TaxedBuyer { country: country.as_ref(), vat_number };
        let decision = rules.decide(buyer, chosen, on.parse().expect(on))?;
        assert_eq!(decision.buyer_vat_number.as_deref(), vat_number);
        Ok((decision.category, decision.rate.to_string()))
    }

    const DAY: &str = "2026-11-28";

    /// The cases of the law that the rules know, from the seller's side of the United Kingdom, Ireland and the United States.
    #[test]
    fn countries_and_vat_numbers_decide() {
        for (seller, buyer, vat_number, expected) in [
            ("GB", "GB", "", Ok((Standard, "20"))),
            ("GB", "GB", "GB987654321", Ok((Standard, "20"))),
            ("GB", "DE", "DE123456789", Ok((OutsideScope, "0"))),
            ("GB", "DE", "", Err(NoVatNumber)),
            ("GB", "US", "12-3456789", Ok((OutsideScope, "0"))),
            ("GB", "US", "", Err(NoVatNumber)),
            ("GB", "", "GB987654321", Err(NoCountry)),
            ("IE", "IE", "", Ok((Standard, "20"))),
            ("IE", "DE", "DE123456789", Ok((ReverseCharge, "0"))),
            ("IE", "DE", "de123456789", Ok((ReverseCharge, "0"))),
            ("IE", "DE", "FR12345678901", Err(OtherVatNumber)),
            ("IE", "GR", "EL123456789", Ok((ReverseCharge, "0"))),
            ("IE", "GR", "GR123456789", Err(OtherVatNumber)),
            ("IE", "DE", "", Err(NoVatNumber)),
            // Numbers of Northern Ireland are for goods: to services the United Kingdom is outside.
            ("IE", "GB", "XI123456789", Ok((OutsideScope, "0"))),
            ("IE", "CH", "CHE-123.456.789 MWST", Ok((OutsideScope, "0"))),
            ("IE", "CH", "", Err(NoVatNumber)),
            ("US", "US", "", Ok((Standard, "20"))),
            ("US", "GB", "GB987654321", Err(Abroad)),
        ] {
            let expected = expected.map(|(category, rate)| (category, rate.to_owned()));
            assert_eq!(
                decided(&rules(seller), buyer, vat_number, None, DAY),
                expected,
                "{seller} to {buyer} {vat_number}"
            );
        }
    }

    #[test]
    fn the_rate_is_that_of_the_day() {
        for (on, expected) in
            [("2026-12-31", Ok("20")), ("2027-01-01", Ok("22")), ("2011-01-03", Ok("15")), ("2008-11-30", Err(NoRate))]
        {
            let expected = expected.map(|rate| (Standard, rate.to_owned()));
            assert_eq!(decided(&rules("GB"), "GB", "", None, on), expected, "{on}");
        }
    }

    #[test]
    fn a_chosen_category_decides_if_it_has_what_it_needs() {
        let rules = rules("US");
        for (chosen, rate) in [(Standard, "20"), (ZeroRated, "0"), (Exempt, "0"), (OutsideScope, "0")] {
            assert_eq!(decided(&rules, "GB", "", Some(chosen), DAY), Ok((chosen, rate.to_owned())));
        }
        assert_eq!(decided(&rules, "GB", "", Some(ReverseCharge), DAY), Err(TaxUndecided::ReverseCharge));
        let unregistered = TaxRules { vat_number: None, ..rules };
        assert_eq!(decided(&unregistered, "US", "", None, DAY), Err(SellerVatNumber));
        assert_eq!(decided(&unregistered, "US", "", Some(Exempt), DAY), Ok((Exempt, "0".to_owned())));
    }

    #[test]
    fn domestic_sales_are_taxed_by_setting_and_texts_can_be_replaced() {
        let texts = BTreeMap::from([(Exempt, "Kleinunternehmer, § 19 UStG".to_owned())]);
        let small = TaxRules { domestic: Exempt, vat_number: None, texts, ..rules("DE") };
        let buyer = TaxedBuyer { country: Some(&small.country), vat_number: None };
        let decision = small.decide(buyer, None, DAY.parse().expect("a date")).expect("decided");
        assert_eq!(decision.wording.as_deref(), Some("Kleinunternehmer, § 19 UStG"));
        assert_eq!(decision.reason, TaxReason::Domestic);
        let evidence = serde_json::to_string(&decision).expect("json");
        assert_eq!(serde_json::from_str::<TaxDecision>(&evidence).expect("read"), decision);
    }

    #[test]
    fn the_countries_of_the_union_are_sorted() {
        assert!(EUROPEAN_UNION.is_sorted());
    }
}
