//! What a customer needs to know to use an SMPP account.

use crate::model::{Customer, Gateway, SmppAccount};

/// An account's details and where to use them, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub customer: Customer,
    pub account: SmppAccount,
    pub gateway: Gateway,
}

/// Why an account is of no use to its customer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    CustomerArchived,
    Archived,
    Disabled,
    MayNotBind,
    /// It may bind, but not submit messages.
    MayNotSubmit,
}

impl Handover {
    /// Why the account is of no use to the customer now, if it is not.
    pub fn obstacle(&self) -> Option<Obstacle> {
        let details = &self.account.details;
        match self {
            _ if self.customer.lifecycle.archived_at.is_some() => Some(Obstacle::CustomerArchived),
            _ if self.account.lifecycle.archived_at.is_some() => Some(Obstacle::Archived),
            _ if !details.enabled => Some(Obstacle::Disabled),
            _ if !details.binding_enabled => Some(Obstacle::MayNotBind),
            _ if !details.submit_enabled => Some(Obstacle::MayNotSubmit),
            _ => None,
        }
    }
}
