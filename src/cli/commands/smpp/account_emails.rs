//! What commands need to write to customers about their SMPP accounts, from the configuration.

use ssgctl::mail::AccountEmails;
use ssgctl::model::EmailTemplate;

use crate::context::Context;
use crate::exit::Result;

/// Finds what emails about accounts need.
///
/// # Errors
/// One of configuration, when emails could not be written or sent.
pub(crate) fn account_emails(context: &Context) -> Result<AccountEmails> {
    let renderer = context.settings.mail.renderer()?;
    renderer.can_sign(EmailTemplate::Welcome)?;
    let transport = context.settings.mail.transport()?.transport()?;
    Ok(AccountEmails { gateway: context.gateway_to_tell()?, renderer, transport })
}
