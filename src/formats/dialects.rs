//! Foreign dialects as data: by which columns a file is known, and what its columns are to us.
//!
//! A target is one of our columns, or one of those that only a [`crate::formats::ColumnMapping`] knows: `invoice_address+` goes
//! on with the line before, `company` is its first line where it is another name than the customer's, `street_address` and
//! `street_country` stand in for what is empty, `terms_kind` says what `payment_terms_days` counts from, and
//! `contact_billing` and its like give a person the billing role. Several columns for one target are lines of an address,
//! parts of a name, addresses of a list, or else stand in for each other in this order.

/// A kind of file that another program writes.
#[derive(Debug)]
pub struct Dialect {
    /// Its name for `--from`.
    pub name: &'static str,
    /// Columns that no other kind of file has all of; empty where a file cannot be known by its header.
    pub(crate) signature: &'static [&'static str],
    /// Their column, our target.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// Every dialect of files of customers, other than our own.
pub const DIALECTS: &[Dialect] = &[XERO, QUICKBOOKS, STRIPE, WHMCS];

/// The contacts of Xero, in both variants. A `*` before a required column is not looked at in any dialect.
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

/// The customers of QuickBooks Online. `Name` is unique there and the company's name need not be: the former names ours.
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

/// The customers of Stripe. The user chooses which columns to export, so few are certain to be there. Its `id` becomes the
/// account code, unless `--map` names another column for it.
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

/// The clients of WHMCS, by the names that its tables and its API have for their columns.
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
    /// The dialect of a name, in any case.
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.name.eq_ignore_ascii_case(name))
    }

    /// The dialect of a header, where it is unmistakable.
    pub fn of_header(columns: &[String]) -> Option<&'static Self> {
        let has = |wanted: &str| columns.iter().any(|column| is_column(column, wanted));
        DIALECTS.iter().find(|dialect| !dialect.signature.is_empty() && dialect.signature.iter().all(|name| has(name)))
    }
}

/// Whether a column of a file is the one that is meant: in any case, and with or without the `*` of a required one.
pub(crate) fn is_column(of_file: &str, meant: &str) -> bool {
    let bare = |name: &str| name.trim().trim_start_matches('*').trim().to_lowercase();
    bare(of_file) == bare(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_dialect_is_known_by_its_header() {
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
