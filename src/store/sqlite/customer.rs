//! Customers: finding, listing, adding and changing them.

use std::borrow::Cow;
use std::iter;
use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row};

use crate::error::{Error, Result};
use crate::model::{AccountCode, ApiId, Customer, CustomerDetails, EntityKind, Lifecycle, Organisation};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::{CustomerFilter, CustomerSort, Snapshot, Tx};

columns! {
    CustomerDetails in "customer" {
        value organisation: "organisation",
        value country: "country",
        value company_reg_no: "company_reg_no",
        value phone: "phone",
        value website: "website",
        value vat_reg_no: "vat_reg_no",
        value payment_terms_days: "payment_terms_days",
        list invoice_emails: "invoice_emails",
        json_or_null invoice_address: "invoice_address",
        value billing: "billing",
        value managed_by: "managed_by",
    }
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    let details = CustomerDetails::SELECTED;
    format!("SELECT id, account_code, api_id, created_at, updated_at, archived_at{details} FROM customer")
});

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let own = "account_code, api_id, created_at, updated_at";
    columns::insert("customer", own, CustomerDetails::WRITTEN) + " ON CONFLICT DO NOTHING"
});

static UPDATE: LazyLock<String> =
    LazyLock::new(|| columns::update("customer", "updated_at, archived_at", CustomerDetails::WRITTEN));

/// The number of characters of an API ID.
const API_ID_LENGTH: usize = 36;

/// [`SELECT`] with a condition. Built once, because imports look up a customer for every row.
macro_rules! select {
    ($rest:literal) => {{
        static SQL: LazyLock<String> = LazyLock::new(|| format!("{}{}", *SELECT, $rest));
        SQL.as_str()
    }};
}

fn read(row: &Row<'_>) -> rusqlite::Result<Customer> {
    let mut row = RowReader::new(row);
    Ok(Customer {
        id: row.value()?,
        account_code: row.value()?,
        api_id: row.value()?,
        lifecycle: Lifecycle { created_at: row.value()?, updated_at: row.value()?, archived_at: row.value()? },
        details: Columns::read(&mut row)?,
    })
}

/// The names that earlier versions may have stored for a name, because they kept no-break and double spaces: with all spaces or
/// one of them replaced. Each is looked up by index, which a comparison of all names in an import of many rows could not afford.
fn older_spellings(name: &str) -> impl Iterator<Item = String> {
    const NO_BREAK_SPACE: &str = "\u{a0}";
    let of_one =
        |(index, _)| [NO_BREAK_SPACE, "  "].map(|blank| format!("{}{blank}{}", &name[..index], &name[index + 1..]));
    let all = Some(name.replace(' ', NO_BREAK_SPACE)).filter(|spelling| spelling != name);
    all.into_iter().chain(name.match_indices(' ').flat_map(of_one))
}

/// The text to search for. A telephone number may be written with blanks, hyphens, points and brackets; stored ones have none. They
/// have no trunk prefix either: `07700 900123` is `+447700900123` as it is dialled within its country.
fn searched(text: &str) -> Cow<'_, str> {
    const SEPARATORS: [char; 7] = [' ', '-', '(', ')', '.', '/', '\u{a0}'];
    let is_number = text.chars().all(|c| c == '+' || c.is_ascii_digit() || SEPARATORS.contains(&c));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if !is_number || digits < 6 {
        return text.into();
    }
    let number = text.replace("(0)", "").replace(SEPARATORS, "");
    let number = match number.strip_prefix("00") {
        Some(international) => format!("+{international}"),
        None => number.strip_prefix('0').map_or(number.clone(), str::to_owned),
    };
    number.into()
}

/// The condition that some text of a customer, its contacts, notes or SMPP accounts contains a text. Cheap conditions come first,
/// those that cannot hold are left out, and each other table is searched once and not for each customer.
fn contains(text: &str) -> String {
    let of_api_id = if text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') { "OR api_id LIKE ?" } else { "" };
    // What an item of a JSON array contains, the text of the array does too, except for characters that JSON escapes.
    let is_plain = !text.contains(['"', '\\']);
    let of_emails = if is_plain { "invoice_emails LIKE ? AND" } else { "" };
    let of_address = if is_plain { "invoice_address LIKE ? AND" } else { "" };
    let of_phone = if text.chars().all(|c| c == '+' || c.is_ascii_digit()) { "OR phone LIKE ?" } else { "" };
    format!(
        "(organisation LIKE ? OR account_code LIKE ? {of_api_id} {of_phone}
            OR ({of_emails} EXISTS (SELECT 1 FROM json_each(invoice_emails) WHERE value LIKE ?))
            OR ({of_address} EXISTS (SELECT 1 FROM json_each(invoice_address) WHERE value LIKE ?))
            OR customer.id IN (SELECT customer_id FROM smpp_account WHERE system_id LIKE ? OR short_name LIKE ?)
            OR customer.id IN (SELECT customer_id FROM note WHERE text LIKE ?)
            OR customer.id IN (SELECT customer_id FROM contact
                WHERE removed_at IS NULL AND (name LIKE ? OR email LIKE ? OR mobile LIKE ?)))"
    )
}

impl Snapshot<'_> {
    /// The customer of an account code in any case, or of an API ID. A snapshot that does not write also finds the only customer
    /// of an organisation, or whose account code begins with the name.
    ///
    /// # Errors
    /// [`Error::NotFound`] with a code that may be meant: a similar one, or that of an organisation, telephone number or email; [`Error::AccountOfCustomer`] for the name of an SMPP account.
    pub fn customer(&self, name: &str) -> Result<Customer> {
        if let Some(customer) = self.customer_named(name)? {
            return Ok(customer);
        }
        let meant = self.customer_of_short_name(name)?;
        if let Some(customer) = meant.clone().filter(|_| self.takes_short_names) {
            return Ok(customer);
        }
        if let Some(account) = self.smpp_account_named(name)? {
            return Err(Error::AccountOfCustomer { account: name.to_owned(), customer: account.customer.to_string() });
        }
        let nearest = match meant {
            Some(customer) => Some(customer.account_code.to_string()),
            None => match nearest(&self.transaction, "SELECT account_code FROM customer", name)? {
                Some(code) => Some(code),
                None => self.code_of_other_name(name)?,
            },
        };
        Err(Error::NotFound { entity: EntityKind::Customer, name: name.to_owned(), nearest })
    }

    /// The customer whose organisation this is, or whose account code begins with it, if there is only one.
    fn customer_of_short_name(&self, name: &str) -> Result<Option<Customer>> {
        const SHORTEST: usize = 2;
        let sql = select!(" WHERE organisation = ?1 COLLATE NOCASE LIMIT 2");
        let mut statement = self.transaction.prepare_cached(sql)?;
        let of_organisation = statement.query_map([name], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        if let [customer] = of_organisation.as_slice() {
            return Ok(Some(customer.clone()));
        }
        let mut codes = Vec::new();
        if of_organisation.is_empty() && name.len() >= SHORTEST {
            self.customers_from(name, 2, |code, _| codes.push(code.to_owned()))?;
        }
        match codes.as_slice() {
            [code] => self.customer_named(code),
            _ => Ok(None),
        }
    }

    /// The account code of the only customer with a text in its organisation, or with this telephone number or email address.
    fn code_of_other_name(&self, name: &str) -> Result<Option<String>> {
        const SHORTEST: usize = 3;
        if name.chars().count() < SHORTEST {
            return Ok(None);
        }
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_code FROM customer
                WHERE instr(lower(organisation), lower(?1)) > 0 OR phone = ?1
                    OR EXISTS (SELECT 1 FROM json_each(invoice_emails) WHERE value = ?1 COLLATE NOCASE)
                    OR id IN (SELECT customer_id FROM contact
                        WHERE removed_at IS NULL AND (mobile = ?1 OR email = ?1 COLLATE NOCASE))
                LIMIT 2",
        )?;
        let codes = statement.query_map([name], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        Ok(<[String; 1]>::try_from(codes).ok().map(|[code]| code))
    }

    /// The customer that [`Self::customer`] finds, or `None`.
    pub fn customer_named(&self, name: &str) -> Result<Option<Customer>> {
        // An API ID is longer than the longest account code, and looking for either of them takes SQLite twice as long to plan.
        let is_api_id = name.len() == API_ID_LENGTH;
        let sql = if is_api_id { select!(" WHERE api_id = lower(?1)") } else { select!(" WHERE account_code = ?1") };
        Ok(self.transaction.prepare_cached(sql)?.query_row([name], read).optional()?)
    }

    /// The customer of an account code in any case, if there is one.
    pub fn customer_of_code(&self, code: &AccountCode) -> Result<Option<Customer>> {
        let sql = select!(" WHERE account_code = ?1");
        Ok(self.transaction.prepare_cached(sql)?.query_row([code], read).optional()?)
    }

    /// The customer of an API ID, if there is one.
    pub fn customer_of_api_id(&self, id: &ApiId) -> Result<Option<Customer>> {
        let sql = select!(" WHERE api_id = ?1");
        Ok(self.transaction.prepare_cached(sql)?.query_row([id], read).optional()?)
    }

    /// The customers with this organisation name, ignoring the case of ASCII letters, by account code.
    pub fn customers_named(&self, organisation: &Organisation) -> Result<Vec<Customer>> {
        let sql = select!(" WHERE organisation = ?1 COLLATE NOCASE ORDER BY account_code");
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut named = |name: &str| statement.query_map([name], read)?.collect::<rusqlite::Result<Vec<_>>>();
        for name in iter::once(organisation.to_string()).chain(older_spellings(organisation.as_str())) {
            let customers = named(&name)?;
            if !customers.is_empty() {
                return Ok(customers);
            }
        }
        Ok(Vec::new())
    }

    /// Passes ID and organisation of every customer, archived or not, to `each`, sorted by organisation.
    pub fn organisations(&self, mut each: impl FnMut(i64, &str)) -> Result<()> {
        // The index by organisation contains both columns, so no row is read.
        let mut statement = self
            .transaction
            .prepare_cached("SELECT id, organisation FROM customer ORDER BY organisation COLLATE NOCASE")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
        }
        Ok(())
    }

    /// The customer with an ID that another row references.
    pub fn customer_of(&self, id: i64) -> Result<Customer> {
        Ok(self.transaction.prepare_cached(select!(" WHERE id = ?1"))?.query_row([id], read)?)
    }

    /// Whether an account code is in use or reserved.
    pub fn has_account_code(&self, code: &str) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM customer WHERE account_code = ?1")?.exists([code])?)
    }

    /// Passes every customer that matches the filter to `each`, in order.
    pub fn customers<E: From<Error>>(
        &self,
        filter: &CustomerFilter,
        each: impl FnMut(Customer) -> Result<(), E>,
    ) -> Result<(), E> {
        customers_query(filter).run(&self.transaction, &SELECT, read, each)
    }

    /// Passes account code and organisation of the customers whose account code begins with a text in any case to `each`, in
    /// order and up to a number.
    pub fn customers_from(&self, begun: &str, limit: u64, mut each: impl FnMut(&str, &str)) -> Result<()> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        codes_query(begun, limit).run(&self.transaction, CODES, read, |(code, organisation): (String, String)| {
            each(&code, &organisation);
            Ok::<_, Error>(())
        })
    }
}

/// Account codes for completion.
const CODES: &str = "SELECT account_code, organisation FROM customer";

fn codes_query(begun: &str, limit: u64) -> Query<'static> {
    let mut query = Query::default();
    query.begins("account_code", begun);
    query.order(&["account_code"], false);
    query.limit(Some(limit));
    query
}

fn customers_query(filter: &CustomerFilter) -> Query<'_> {
    let mut query = Query::default();
    query.archive_filter("archived_at", filter.archive_filter);
    query.when_some("country = ?", filter.country.as_ref());
    let search = filter.search.as_deref().map(searched);
    query.search(&search.as_deref().map(contains).unwrap_or_default(), search.as_deref());
    let columns: &[&str] = match filter.page.sort {
        // Few customers match a search, so they are sorted: reading all in the order of an index takes longer.
        CustomerSort::AccountCode if filter.search.is_some() => &["+account_code"],
        CustomerSort::AccountCode => &["account_code"],
        CustomerSort::Organisation => &["organisation COLLATE NOCASE", "account_code"],
        CustomerSort::Country => &["country", "account_code"],
        CustomerSort::CreatedAt => &["created_at", "id"],
        CustomerSort::UpdatedAt => &["updated_at", "id"],
    };
    query.order(columns, filter.page.descending);
    query.limit(filter.page.limit);
    query
}

impl Tx<'_> {
    /// Adds a customer.
    ///
    /// # Errors
    /// [`Error::Exists`] when the account code or the API ID is taken.
    pub fn insert_customer(&mut self, code: AccountCode, api_id: ApiId, details: CustomerDetails) -> Result<Customer> {
        let lifecycle = Lifecycle::begun(self.at());
        let added = columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(&code)?;
            binder.value(&api_id)?;
            binder.value(lifecycle.created_at)?;
            binder.value(lifecycle.updated_at)?;
            details.bind(binder)
        })?;
        if added == 0 {
            let (field, value) = if self.has_account_code(code.as_str())? {
                ("account_code", code.to_string())
            } else {
                ("api_id", api_id.to_string())
            };
            return Err(Error::Exists { entity: EntityKind::Customer, field, value });
        }
        Ok(Customer { id: self.transaction.last_insert_rowid(), account_code: code, api_id, details, lifecycle })
    }

    /// Saves the details of a customer and when it was changed and archived.
    pub fn update_customer(&mut self, customer: &Customer) -> Result<()> {
        columns::write(&self.transaction, &UPDATE, |binder| {
            binder.value(customer.lifecycle.updated_at)?;
            binder.value(customer.lifecycle.archived_at)?;
            customer.details.bind(binder)?;
            binder.value(customer.id)
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn codes_for_completion_are_a_range_of_their_index() {
        let plan = codes_query("ab", 10).plan(&schema::in_memory(), CODES);
        assert_eq!(plan, "SEARCH customer USING INDEX sqlite_autoindex_customer_1 (account_code>? AND account_code<?)");
    }

    /// Reading all customers in the order of an index, and the contacts of each on its own, takes most of the time.
    #[test]
    fn a_search_reads_customers_and_contacts_once_in_the_order_in_which_they_are_stored() {
        let page = crate::store::Page { sort: CustomerSort::AccountCode, descending: false, limit: None };
        let search = Some("x".to_owned());
        let filter =
            CustomerFilter { archive_filter: crate::store::ArchiveFilter::Active, country: None, search, page };
        let plan = customers_query(&filter).plan(&schema::in_memory(), &SELECT);
        assert!(plan.lines().any(|line| line == "SCAN customer") && plan.contains("LIST SUBQUERY"), "{plan}");
        assert!(!plan.contains("SEARCH contact"), "{plan}");
    }
}
