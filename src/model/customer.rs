//! A customer of the gateway, with the fields of the portal's Company, Billing and Other tabs.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::{Invalid, string_value};
use crate::model::word_enum::word_enum;
use crate::model::{
    AccountCode, Country, EmailAddress, Manager, Msisdn, Organisation, PostalAddress, RegistrationNumber, Time, Website,
};

/// The editable fields of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerDetails {
    pub organisation: Organisation,
    pub country: Option<Country>,
    pub company_reg_no: Option<RegistrationNumber>,
    pub phone: Option<Msisdn>,
    pub website: Option<Website>,
    /// VAT or sales tax ID, printed on invoices.
    pub vat_reg_no: Option<RegistrationNumber>,
    pub payment_terms_days: Option<PaymentTerms>,
    #[serde(default)]
    pub invoice_emails: Vec<EmailAddress>,
    pub invoice_address: Option<PostalAddress>,
    #[serde(default)]
    pub billing: Billing,
    /// The files in which the customer is kept; see `ssgctl apply`.
    pub managed_by: Option<Manager>,
}

impl CustomerDetails {
    /// A customer with a name and no other details.
    pub fn of(organisation: Organisation) -> Self {
        Self {
            organisation,
            country: None,
            company_reg_no: None,
            phone: None,
            website: None,
            vat_reg_no: None,
            payment_terms_days: None,
            invoice_emails: Vec::new(),
            invoice_address: None,
            billing: Billing::default(),
            managed_by: None,
        }
    }
}

word_enum! {
    /// When a customer pays.
    #[derive(Default)]
    pub enum Billing {
        /// Before use, from balances that top-ups fill.
        #[default]
        Prepaid = "prepaid",
        /// After a month, for its usage.
        Postpaid = "postpaid",
    }
}

/// A customer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The row ID in the database; never shown to users.
    pub id: i64,
    pub account_code: AccountCode,
    pub api_id: ApiId,
    pub details: CustomerDetails,
    pub lifecycle: Lifecycle,
}

/// When a record was created, last updated and archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    pub created_at: Time,
    pub updated_at: Time,
    /// When the record was archived; `None` while it is active.
    pub archived_at: Option<Time>,
}

impl Lifecycle {
    /// The lifecycle of a record created at a given time.
    pub fn begun(at: Time) -> Self {
        Self { created_at: at, updated_at: at, archived_at: None }
    }

    /// Whether the record is active or archived.
    pub fn status(&self) -> Status {
        if self.archived_at.is_some() { Status::Archived } else { Status::Active }
    }
}

word_enum! {
    /// Whether a customer or an SMPP account is in use.
    pub enum Status {
        Active = "active",
        Archived = "archived",
    }
}

/// Days between an invoice and its payment, 0 to 365.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PaymentTerms(u16);

impl PaymentTerms {
    /// The number of days.
    pub fn days(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for PaymentTerms {
    type Error = Invalid;

    fn try_from(days: u32) -> Result<Self, Invalid> {
        match u16::try_from(days) {
            Ok(days) if days <= 365 => Ok(Self(days)),
            _ => Err(Invalid::rule("must be 0 to 365 days")),
        }
    }
}

impl From<PaymentTerms> for u32 {
    fn from(terms: PaymentTerms) -> Self {
        terms.0.into()
    }
}

impl FromStr for PaymentTerms {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse::<u32>().map_err(|_| Invalid::rule("must be 0 to 365 days"))?.try_into()
    }
}

impl fmt::Display for PaymentTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The identifier of a customer or service in the gateway's management API: a lower-case UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApiId(String);
string_value!(ApiId);

impl ApiId {
    /// Generates a new, unique ID.
    #[expect(clippy::disallowed_methods, reason = "a UUID v7 contains the time, so that IDs sort by age")]
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }
}

impl FromStr for ApiId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_hex =
            |range: Range<usize>| text.as_bytes()[range].iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let is_dashed = || [8, 13, 18, 23].iter().all(|&index| text.as_bytes()[index] == b'-');
        if text.len() == 36 && is_dashed() && [0..8, 9..13, 14..18, 19..23, 24..36].into_iter().all(is_hex) {
            return Ok(Self(text.to_owned()));
        }
        uuid::Uuid::try_parse(text).map(|id| Self(id.to_string())).map_err(|_| Invalid::rule("must be a UUID"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_terms_are_a_year_at_most() {
        assert_eq!("365".parse::<PaymentTerms>().expect("valid").days(), 365);
        for text in ["366", "-1", "", "30 days", "1.5"] {
            assert!(text.parse::<PaymentTerms>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_api_id_has_one_form() {
        let id = ApiId::generate();
        assert_eq!(id.as_str().to_uppercase().parse::<ApiId>(), Ok(id));
        assert!("42".parse::<ApiId>().is_err());
    }
}
