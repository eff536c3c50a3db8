//! The dialects of foreign customer files as data: the columns that identify a dialect, and the mapping of its columns to ours.
//!
//! A target is one of our columns, or one that only [`crate::formats::ColumnMapping`] knows:
//!
//! - `invoice_address+` continues the previous line of the address;
//! - `company` becomes the first line of the address if it differs from the customer's name;
//! - `street_address` and `street_country` are used if the invoice address or the country is empty;
//! - `terms_kind` says what `payment_terms_days` counts from;
//! - `contact_billing`, `contact_2_billing` … give a contact the billing role.
//!
//! Several columns with one target are lines of an address, parts of a name or addresses of a list. For any other target the
//! first one with a value is used.

/// A file format that another program writes.
#[derive(Debug)]
pub struct Dialect {
    /// The value of `--from`.
    pub name: &'static str,
    /// Columns that together occur in no other format; empty if the header cannot identify the format.
    pub(crate) signature: &'static [&'static str],
    /// Pairs of a column of the file and our target.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// Every dialect of customer files, besides our own.
pub const DIALECTS: &[Dialect] = &[XERO, QUICKBOOKS, STRIPE, WHMCS];

/// Contacts of Xero, in both variants. A `*` before a required column is ignored in every dialect.
const XERO: Dialect = Dialect {
    name: "xero",
    signature: &["ContactName", "AccountNumber", "EmailAddress", "POAddressLine1"],
    columns: &[
        ("AccountNumber", "account_code"),
        ("ContactName", "organisation"),
        ("EmailAddress", "invoice_emails"),
        ("EmailAddress", "contact_email"),
        ("FirstName", "contact_name"),
        ("LastName", "contact_name"),
        ("MobileNumber", "contact_mobile"),
        ("PhoneNumber", "phone"),
        ("Website", "website"),
        ("CompanyNumber", "company_reg_no"),
        ("TaxNumber", "vat_reg_no"),
        ("POAttentionTo", "invoice_address"),
        ("POAddressLine1", "invoice_address"),
        ("POAddressLine2", "invoice_address"),
        ("POAddressLine3", "invoice_address"),
        ("POAddressLine4", "invoice_address"),
        ("POCity", "invoice_address"),
        ("PORegion", "invoice_address"),
        ("POPostalCode", "invoice_address"),
        ("POCountry", "invoice_address"),
        ("POCountry", "country"),
        ("SAAttentionTo", "street_address"),
        ("SAAddressLine1", "street_address"),
        ("SAAddressLine2", "street_address"),
        ("SAAddressLine3", "street_address"),
        ("SAAddressLine4", "street_address"),
        ("SACity", "street_address"),
        ("SARegion", "street_address"),
        ("SAPostalCode", "street_address"),
        ("SACountry", "street_address"),
        ("SACountry", "street_country"),
        ("DueDateSalesDay", "payment_terms_days"),
        ("DueDateSalesTerm", "terms_kind"),
        ("Person1FirstName", "contact_2_name"),
        ("Person1LastName", "contact_2_name"),
        ("Person1Email", "contact_2_email"),
        ("Person1IncludeInEmail", "contact_2_billing"),
        ("Person1IncludeInEmails", "contact_2_billing"),
        ("Person2FirstName", "contact_3_name"),
        ("Person2LastName", "contact_3_name"),
        ("Person2Email", "contact_3_email"),
        ("Person2IncludeInEmail", "contact_3_billing"),
        ("Person2IncludeInEmails", "contact_3_billing"),
        ("Person3FirstName", "contact_4_name"),
        ("Person3LastName", "contact_4_name"),
        ("Person3Email", "contact_4_email"),
        ("Person3IncludeInEmail", "contact_4_billing"),
        ("Person3IncludeInEmails", "contact_4_billing"),
        ("Person4FirstName", "contact_5_name"),
        ("Person4LastName", "contact_5_name"),
        ("Person4Email", "contact_5_email"),
        ("Person4IncludeInEmail", "contact_5_billing"),
        ("Person4IncludeInEmails", "contact_5_billing"),
        ("Person5FirstName", "contact_6_name"),
        ("Person5LastName", "contact_6_name"),
        ("Person5Email", "contact_6_email"),
        ("Person5IncludeInEmail", "contact_6_billing"),
        ("Person5IncludeInEmails", "contact_6_billing"),
    ],
};

/// Customers of QuickBooks Online. `Name` is unique there and `Company` is not, so `Name` becomes the organisation.
const QUICKBOOKS: Dialect = Dialect {
    name: "quickbooks",
    signature: &["Name", "Company", "Street", "ZIP", "Opening Balance", "Resale Number"],
    columns: &[
        ("Name", "organisation"),
        ("Company", "company"),
        ("Email", "invoice_emails"),
        ("Email", "contact_email"),
        ("Mobile", "contact_mobile"),
        ("Phone", "phone"),
        ("Website", "website"),
        ("Street", "invoice_address"),
        ("City", "invoice_address"),
        ("State", "invoice_address+"),
        ("ZIP", "invoice_address+"),
        ("Country", "invoice_address"),
        ("Country", "country"),
    ],
};

/// Customers of Stripe. The user chooses the columns to export, so few are always present. `id` becomes the account code unless
/// `--map` names another column for it.
const STRIPE: Dialect = Dialect {
    name: "stripe",
    signature: &["id", "Created (UTC)", "Delinquent"],
    columns: &[
        ("id", "account_code"),
        ("Name", "organisation"),
        ("Description", "organisation"),
        ("Email", "invoice_emails"),
        ("Email", "contact_email"),
    ],
};

/// Clients of WHMCS, with the column names of its tables and its API.
const WHMCS: Dialect = Dialect {
    name: "whmcs",
    signature: &["firstname", "lastname", "companyname", "address1", "phonenumber"],
    columns: &[
        ("uuid", "api_id"),
        ("companyname", "organisation"),
        ("firstname", "contact_name"),
        ("lastname", "contact_name"),
        ("email", "invoice_emails"),
        ("email", "contact_email"),
        ("phonenumber", "phone"),
        ("tax_id", "vat_reg_no"),
        ("address1", "invoice_address"),
        ("address2", "invoice_address"),
        ("city", "invoice_address"),
        ("state", "invoice_address"),
        ("postcode", "invoice_address"),
        ("country", "country"),
        ("status", "status"),
    ],
};

impl Dialect {
    /// The dialect with a name, in any case.
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.name.eq_ignore_ascii_case(name))
    }

    /// The dialect of a header, if the header identifies one.
    pub fn of_header(columns: &[String]) -> Option<&'static Self> {
        let has = |wanted: &str| columns.iter().any(|column| is_column(column, wanted));
        DIALECTS.iter().find(|dialect| !dialect.signature.is_empty() && dialect.signature.iter().all(|name| has(name)))
    }
}

/// Whether a column of a file has a name, in any case and with or without the `*` of a required column.
pub(crate) fn is_column(column: &str, name: &str) -> bool {
    let normalize = |name: &str| name.trim().trim_start_matches('*').trim().to_lowercase();
    normalize(column) == normalize(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_header_identifies_its_dialect() {
        let headers = [
            ("*ContactName,AccountNumber,EmailAddress,FirstName,POAddressLine1,POCity", Some("xero")),
            ("ContactName,AccountNumber,EmailAddress,LegalName,POAddressLine1,TaxNumberName", Some("xero")),
            (
                "Name,Company,Email,Phone,Street,City,State,ZIP,Country,Opening Balance,Date,Resale Number",
                Some("quickbooks"),
            ),
            ("id,Description,Email,Name,Created (UTC),Delinquent,tag (metadata)", Some("stripe")),
            ("id,firstname,lastname,companyname,email,address1,phonenumber", Some("whmcs")),
            ("account_code,organisation,country", None),
            ("id,Email", None),
        ];
        for (text, name) in headers {
            assert_eq!(Dialect::of_header(&header(text)).map(|dialect| dialect.name), name, "{text}");
        }
    }
}
