//! The options for a contact's details, shared by the commands that add and change contacts.

use clap::Args;
use ssgctl::model::{ContactDetails, EmailAddress, Msisdn, Roles};

/// Details of a contact other than its name; what is not given is not touched.
#[derive(Debug, Clone, Args)]
#[group(id = "contact_details")]
pub(super) struct DetailArgs {
    /// Email address
    #[arg(long, value_name = "EMAIL")]
    email: Option<EmailAddress>,

    /// Mobile number in international form
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<Msisdn>,

    /// Roles out of general, billing and technical, separated by commas
    #[arg(long, value_name = "ROLE,…")]
    roles: Option<Roles>,
}

impl DetailArgs {
    /// Writes what was given into a contact's details.
    pub(super) fn apply(self, details: &mut ContactDetails) {
        if self.email.is_some() {
            details.email = self.email;
        }
        if self.mobile.is_some() {
            details.mobile = self.mobile;
        }
        if let Some(roles) = self.roles {
            details.roles = roles;
        }
    }
}
