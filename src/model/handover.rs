//! What a customer must be told to use an SMPP account.

use crate::model::{Customer, Gateway, SmppAccount};

/// The pack of a customer: the account's details and where to use them, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub customer: Customer,
    pub account: SmppAccount,
    pub gateway: Gateway,
}

impl Handover {
    /// What the customer is told beside the details, a paragraph each.
    pub fn notes(&self) -> Vec<String> {
        let Gateway { hosts, rest_url, advice, .. } = &self.gateway;
        let mut notes = Vec::new();
        if let Some(until) = self.account.previous_password_until {
            notes.push(format!("The password that you had before works until {} UTC.", until.for_reading()));
        }
        if hosts.len() >= Gateway::ENOUGH_HOSTS {
            let text = "Please bind to two of the hosts at the same time, so that your messages go on when one of them does not answer.";
            notes.push(text.to_owned());
        }
        let place = rest_url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
        notes.push(format!("The same system ID and password serve SMPP and the REST interface{place}."));
        notes.extend(advice.as_ref().map(ToString::to_string));
        notes
    }

    /// Why these details are of no use to the customer now, if they are not.
    pub fn obstacle(&self) -> Option<&'static str> {
        let details = &self.account.details;
        match self {
            _ if self.customer.lifecycle.archived_at.is_some() => Some("its customer is archived"),
            _ if self.account.lifecycle.archived_at.is_some() => Some("it is archived"),
            _ if !details.enabled => Some("it is disabled"),
            _ if !details.binding_enabled => Some("it may not bind"),
            _ if !details.submit_enabled => Some("it may bind, but not submit messages"),
            _ => None,
        }
    }
}
