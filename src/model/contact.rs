//! A customer's contacts and the notes about a customer.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::{Actor, Invalid, NoteText, parts_of};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, EmailAddress, Msisdn, Name, Time};

/// The editable fields of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    pub name: Name,
    pub email: Option<EmailAddress>,
    pub mobile: Option<Msisdn>,
    pub roles: Roles,
}

/// A person at a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub details: ContactDetails,
    pub created_at: Time,
    pub updated_at: Time,
}

word_enum! {
    /// What a contact is responsible for.
    pub enum Role {
        General = "general",
        Billing = "billing",
        Technical = "technical",
    }
}

/// A contact's roles, without duplicates and in the order of [`Role`]. As text they are separated by commas.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Role>")]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The roles in the order of [`Role`].
    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }
}

impl From<Vec<Role>> for Roles {
    fn from(mut roles: Vec<Role>) -> Self {
        roles.sort();
        roles.dedup();
        Self(roles)
    }
}

impl FromStr for Roles {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let roles: Vec<Role> = parts_of(text).map(str::parse).collect::<Result<_, _>>()?;
        Ok(roles.into())
    }
}

/// A note about a customer. Notes can be added, but not changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub text: NoteText,
    pub author: Actor,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_in_any_order_and_case_and_once() {
        let roles: Roles = "technical, Billing,technical".parse().expect("valid");
        assert_eq!(roles.iter().collect::<Vec<_>>(), [Role::Billing, Role::Technical]);
        assert!("boss".parse::<Roles>().is_err());
    }
}
