//! The details that a customer needs to use an SMPP account.

use crate::model::{Customer, Gateway, SmppAccount};

/// An account with its customer and gateway, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub customer: Customer,
    pub account: SmppAccount,
    pub gateway: Gateway,
}

/// Why a customer cannot use an account at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    CustomerArchived,
    Archived,
    Disabled,
    MayNotBind,
    /// The account may bind but not submit messages.
    MayNotSubmit,
}

impl Handover {
    /// Why the customer cannot use the account at present, if so.
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
