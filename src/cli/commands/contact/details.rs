//! Options for the details of contacts, shared by the commands that add and change them.

use clap::Args;
use ssgctl::model::{ContactDetails, EmailAddress, Msisdn, Roles};

/// Details of a contact other than its name. Options that are not given leave their fields unchanged.
#[derive(Debug, Clone, Args)]
#[group(id = "contact_details")]
pub(super) struct DetailArgs {
    /// Email address
    #[arg(long, value_name = "EMAIL")]
    email: Option<EmailAddress>,

    /// Mobile number in international form
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<Msisdn>,

    /// Roles, separated by commas: general, billing, technical
    #[arg(long, value_name = "ROLE,…")]
    roles: Option<Roles>,
}

impl DetailArgs {
    /// Changes the details for which an option was given.
    pub(super) fn apply(self, details: &mut ContactDetails) {
        details.email = self.email.or(details.email.take());
        details.mobile = self.mobile.or(details.mobile.take());
        if let Some(roles) = self.roles {
            details.roles = roles;
        }
    }
}
