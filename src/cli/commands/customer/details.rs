//! Options for the details of customers, shared by the commands that create and change them.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::Error;
use ssgctl::model::{
    Billing, Country, CustomerDetails, EmailList, Msisdn, PaymentTerms, PostalAddress, RegistrationNumber, Website,
};

use crate::args::completion;
use crate::args::unset::unset_fields;

/// Details of a customer other than its name. Options that are not given leave their fields unchanged.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Company")]
#[group(id = "customer_details")]
pub(crate) struct DetailArgs {
    /// Country code by ISO 3166-1, such as GB
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    /// Company registration number
    #[arg(long, value_name = "NUMBER")]
    company_reg_no: Option<RegistrationNumber>,

    /// Telephone number in international form
    #[arg(long, value_name = "NUMBER")]
    phone: Option<Msisdn>,

    /// Website
    #[arg(long, value_name = "URL")]
    website: Option<Website>,

    /// VAT or sales tax ID for invoices
    #[arg(long, value_name = "NUMBER", help_heading = "Billing")]
    vat_reg_no: Option<RegistrationNumber>,

    /// Payment term in days, 0 to 365
    #[arg(long, value_name = "DAYS", help_heading = "Billing")]
    payment_terms_days: Option<PaymentTerms>,

    /// Email addresses for invoices, separated by commas
    #[arg(long, value_name = "EMAIL,…", help_heading = "Billing")]
    invoice_emails: Option<EmailList>,

    /// Postal address; repeat for each line, or give all lines as text, JSON array or {"line","line"}
    #[arg(long, value_name = "LINE", help_heading = "Billing")]
    invoice_address: Vec<PostalAddress>,

    /// When the customer pays: prepaid or postpaid
    ///
    /// `invoice run` bills the usage of postpaid customers, less what was added to the balance in money, and what they used
    /// beyond it before.
    #[arg(long, value_name = "WHEN", help_heading = "Billing")]
    billing: Option<Billing>,
}

unset_fields! {
    /// The fields of a customer that can be cleared.
    pub(super) enum Unset of CustomerDetails {
        Country => country,
        CompanyRegNo => company_reg_no,
        Phone => phone,
        Website => website,
        VatRegNo => vat_reg_no,
        PaymentTermsDays => payment_terms_days,
        InvoiceEmails => invoice_emails,
        InvoiceAddress => invoice_address,
        ManagedBy => managed_by,
    }
}

impl DetailArgs {
    /// Sets the country if --country is not given.
    pub(crate) fn default_country(&mut self, country: Option<Country>) {
        self.country = self.country.take().or(country);
    }

    /// Whether the VAT number changes, or the country by whose rules it is checked.
    pub(crate) const fn decides_vat_number(&self) -> bool {
        self.vat_reg_no.is_some() || self.country.is_some()
    }

    /// Changes the details for which an option was given.
    pub(crate) fn apply(self, details: &mut CustomerDetails) -> ssgctl::Result<()> {
        details.country = self.country.or(details.country.take());
        details.company_reg_no = self.company_reg_no.or(details.company_reg_no.take());
        details.phone = self.phone.or(details.phone.take());
        details.website = self.website.or(details.website.take());
        details.vat_reg_no = self.vat_reg_no.or(details.vat_reg_no.take());
        details.payment_terms_days = self.payment_terms_days.or(details.payment_terms_days.take());
        details.invoice_address = join(self.invoice_address)?.or(details.invoice_address.take());
        details.billing = self.billing.unwrap_or(details.billing);
        if let Some(emails) = self.invoice_emails {
            details.invoice_emails = emails.0;
        }
        Ok(())
    }
}

/// Joins the values of a repeated --invoice-address to one address.
fn join(parts: Vec<PostalAddress>) -> ssgctl::Result<Option<PostalAddress>> {
    let lines = parts.iter().flat_map(PostalAddress::lines).collect::<Vec<_>>();
    PostalAddress::joined(&parts).map_err(|rule| Error::invalid("invoice_address", lines.join(", "), rule))
}
