//! The options for a customer's details, shared by the commands that make and change customers.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::Error;
use ssgctl::model::{
    Country, CustomerDetails, EmailList, Msisdn, PaymentTerms, PostalAddress, RegistrationNumber, Website,
};

use crate::args::completion;

/// Details of a customer other than its name; what is not given is not touched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Company")]
#[group(id = "customer_details")]
pub(crate) struct DetailArgs {
    /// Country by ISO 3166-1, such as GB
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    /// Company registration number
    #[arg(long, value_name = "NUMBER")]
    company_reg_no: Option<RegistrationNumber>,

    /// Telephone number in international form
    #[arg(long, value_name = "NUMBER")]
    phone: Option<Msisdn>,

    /// Web site
    #[arg(long, value_name = "URL")]
    website: Option<Website>,

    /// VAT or sales-tax ID, for invoices
    #[arg(long, value_name = "NUMBER", help_heading = "Billing")]
    vat_reg_no: Option<RegistrationNumber>,

    /// Days between an invoice and its payment, 0 to 365
    #[arg(long, value_name = "DAYS", help_heading = "Billing")]
    payment_terms_days: Option<PaymentTerms>,

    /// Addresses that invoices are sent to, separated by commas
    #[arg(long, value_name = "EMAIL,…", help_heading = "Billing")]
    invoice_emails: Option<EmailList>,

    /// Postal address, given once a line, or whole: as the portal's {"line","line"}, a JSON array, or several lines
    #[arg(long, value_name = "LINE", help_heading = "Billing")]
    invoice_address: Vec<PostalAddress>,
}

impl DetailArgs {
    /// Takes a country where none was given.
    pub(crate) fn default_country(&mut self, country: Option<Country>) {
        self.country = self.country.take().or(country);
    }

    /// Writes what was given into a customer's details.
    pub(crate) fn apply(self, details: &mut CustomerDetails) -> ssgctl::Result<()> {
        fn set<T>(field: &mut Option<T>, given: Option<T>) {
            if given.is_some() {
                *field = given;
            }
        }
        set(&mut details.country, self.country);
        set(&mut details.company_reg_no, self.company_reg_no);
        set(&mut details.phone, self.phone);
        set(&mut details.website, self.website);
        set(&mut details.vat_reg_no, self.vat_reg_no);
        set(&mut details.payment_terms_days, self.payment_terms_days);
        set(&mut details.invoice_address, joined(self.invoice_address)?);
        if let Some(emails) = self.invoice_emails {
            details.invoice_emails = emails.0;
        }
        Ok(())
    }
}

/// One address of lines that were given one by one.
fn joined(parts: Vec<PostalAddress>) -> ssgctl::Result<Option<PostalAddress>> {
    let lines = parts.iter().flat_map(PostalAddress::lines).collect::<Vec<_>>();
    PostalAddress::joined(&parts).map_err(|rule| Error::invalid("invoice_address", lines.join(", "), rule))
}
