//! Contacts: people at a customer.

use std::sync::LazyLock;

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{Contact, ContactDetails, Customer, EntityKind, Role};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::{ContactFilter, ContactSort, Snapshot, Tx};

columns! {
    ContactDetails in "contact" {
        value name: "name",
        value email: "email",
        value mobile: "mobile",
        json roles: "roles",
    }
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT contact.id, contact.customer_id, customer.account_code, contact.created_at, contact.updated_at{}
         FROM contact JOIN customer ON customer.id = contact.customer_id",
        ContactDetails::SELECTED
    )
});

static INSERT: LazyLock<String> =
    LazyLock::new(|| columns::insert("contact", "customer_id, created_at, updated_at", ContactDetails::WRITTEN));

static UPDATE: LazyLock<String> = LazyLock::new(|| columns::update("contact", "updated_at", ContactDetails::WRITTEN));

fn read(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let mut row = RowReader::new(row);
    Ok(Contact {
        id: row.value()?,
        customer_id: row.value()?,
        customer: row.value()?,
        created_at: row.value()?,
        updated_at: row.value()?,
        details: Columns::read(&mut row)?,
    })
}

impl Snapshot<'_> {
    /// A customer's contact by ID or email address.
    pub fn contact(&self, customer: &Customer, name: &str) -> Result<Contact> {
        let mut found = Vec::new();
        let mut statement = self.transaction.prepare_cached(&format!(
            "{} WHERE contact.customer_id = ?1 AND removed_at IS NULL AND (contact.id = ?2 OR email = ?3 COLLATE NOCASE)",
            *SELECT
        ))?;
        for contact in statement.query_map(params![customer.id, name.parse::<i64>().ok(), name], read)? {
            found.push(contact?);
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => {
                let emails = format!(
                    "SELECT email FROM contact WHERE customer_id = {} AND removed_at IS NULL AND email IS NOT NULL",
                    customer.id
                );
                let nearest = nearest(&self.transaction, &emails, name)?;
                Err(Error::NotFound { entity: EntityKind::Contact, name: name.to_owned(), nearest })
            }
            _ => Err(Error::Ambiguous {
                entity: EntityKind::Contact,
                name: name.to_owned(),
                matches: found.iter().map(|contact| contact.id.to_string()).collect(),
            }),
        }
    }

    /// The contacts of a customer, in the order in which they were added.
    pub fn contacts_of(&self, customer: &Customer) -> Result<Vec<Contact>> {
        let sql = format!("{} WHERE contact.customer_id = ?1 AND removed_at IS NULL ORDER BY contact.id", *SELECT);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let contacts = statement.query_map([customer.id], read)?;
        Ok(contacts.collect::<rusqlite::Result<_>>()?)
    }

    /// Passes every contact that matches the filter to `each`, in order.
    pub fn contacts<E: From<Error>>(
        &self,
        filter: &ContactFilter,
        each: impl FnMut(Contact) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.always("removed_at IS NULL");
        query.archive_filter("customer.archived_at", filter.archive_filter);
        query.when_some("contact.customer_id = ?", filter.customer_id);
        query.when_some(
            "EXISTS (SELECT 1 FROM json_each(contact.roles) WHERE value = ?)",
            filter.role.map(Role::as_str),
        );
        query
            .search("(contact.name LIKE ? OR contact.email LIKE ? OR contact.mobile LIKE ?)", filter.search.as_deref());
        let columns: &[&str] = match filter.page.sort {
            ContactSort::Id => &["contact.id"],
            ContactSort::Customer => &["customer.account_code", "contact.id"],
            ContactSort::Name => &["contact.name COLLATE NOCASE", "contact.id"],
            ContactSort::Email => &["contact.email COLLATE NOCASE", "contact.id"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run_often(&self.transaction, &SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a contact to a customer.
    pub fn insert_contact(&mut self, customer: &Customer, details: ContactDetails) -> Result<Contact> {
        let at = self.at();
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(customer.id)?;
            binder.value(at)?;
            binder.value(at)?;
            details.bind(binder)
        })?;
        Ok(Contact {
            id: self.transaction.last_insert_rowid(),
            customer_id: customer.id,
            customer: customer.account_code.clone(),
            details,
            created_at: at,
            updated_at: at,
        })
    }

    /// Saves the details of a contact.
    pub fn update_contact(&mut self, contact: &Contact) -> Result<()> {
        columns::write(&self.transaction, &UPDATE, |binder| {
            binder.value(contact.updated_at)?;
            contact.details.bind(binder)?;
            binder.value(contact.id)
        })?;
        Ok(())
    }

    /// Marks a contact as removed: it disappears from every list, and its row stays for the audit log.
    pub fn remove_contact(&mut self, id: i64) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached("UPDATE contact SET removed_at = ?2 WHERE id = ?1")?
            .execute(params![id, at])?;
        Ok(())
    }

    /// Makes a removed contact of a customer, given by ID, one of its contacts again.
    pub fn restore_contact(&mut self, customer: &Customer, id: &str) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE contact SET removed_at = NULL WHERE id = ?1 AND customer_id = ?2")?
            .execute(params![id.parse::<i64>().ok(), customer.id])?;
        Ok(())
    }
}
