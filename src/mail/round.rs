//! The rounds of a dispatch: which emails it claims, in which order, and what it sends of each.

use crate::error::Result;
use crate::mail::MailTransport;
use crate::model::{AttachedFile, EmailAddress, EmailState, OutboxEmail, OutgoingEmail, Password, SendOutcome};
use crate::ops::{invoice, outbox, readdress};
use crate::store::Tx;
use crate::store::vault::Vault;

/// Opens the vault.
pub type Keys<'a> = &'a dyn Fn() -> Result<Vault>;

/// Which emails a dispatch sends.
pub(super) enum Round<'a> {
    /// Every email that is due; emails to the operator go to these addresses unless their warning has its own.
    Due(&'a [EmailAddress]),
    /// Emails that were just queued, by their IDs.
    Of(Vec<i64>),
}

/// A claimed email with what is sent besides its text, or the error that prevented reading that.
pub(super) struct Claimed {
    pub(super) email: OutboxEmail,
    pub(super) parts: Result<Parts>,
}

/// What the outbox does not have in the text of an email. It is in memory only between claim and outcome.
pub(super) struct Parts {
    password: Option<Password>,
    attachments: Vec<AttachedFile>,
}

impl Round<'_> {
    /// Claims the next email.
    pub(super) fn claim(&mut self, tx: &mut Tx<'_>, keys: Keys<'_>) -> Result<Option<Claimed>> {
        let email = match self {
            Self::Due(internal) => claim_due(tx, internal)?,
            Self::Of(ids) => claim_first(tx, ids)?,
        };
        Ok(email.map(|email| Claimed { parts: parts_of(tx, keys, &email), email }))
    }

    /// The number of emails still to be sent.
    pub(super) fn left(&self, tx: &Tx<'_>) -> Result<u32> {
        match self {
            Self::Due(_) => tx.count_due(outbox::due(tx)?),
            Self::Of(ids) => Ok(count(ids.len())),
        }
    }
}

fn parts_of(tx: &Tx<'_>, keys: Keys<'_>, email: &OutboxEmail) -> Result<Parts> {
    Ok(Parts { password: outbox::password_of(tx, keys, email)?, attachments: tx.attached_files(email.id)? })
}

/// Claims the email that is due first, for the address that its recipient has now.
fn claim_due(tx: &mut Tx<'_>, internal: &[EmailAddress]) -> Result<Option<OutboxEmail>> {
    while let Some(email) = outbox::next_due(tx)? {
        if invoice::cancel_outdated_email(tx, &email)? {
            continue;
        }
        if let Some(email) = readdress::to_current_recipient(tx, email, internal)? {
            return outbox::claim_one(tx, email).map(Some);
        }
    }
    Ok(None)
}

/// Claims the first of these emails that is still pending: another run may have sent some since they were queued.
fn claim_first(tx: &mut Tx<'_>, ids: &mut Vec<i64>) -> Result<Option<OutboxEmail>> {
    while !ids.is_empty() {
        let email = tx.email(ids.remove(0))?;
        if email.state == EmailState::Pending {
            return outbox::claim_one(tx, email).map(Some);
        }
    }
    Ok(None)
}

/// A number of emails.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Sends an email with its attachments, and with its password filled in. The answer of the server is stored, so the password is
/// removed from it.
pub(super) fn send_one(transport: &mut dyn MailTransport, email: &OutboxEmail, parts: Result<Parts>) -> SendOutcome {
    let Parts { password, attachments } = match parts {
        Ok(parts) => parts,
        Err(error) => return SendOutcome::Deferred(error.to_string()),
    };
    let email = email.clone();
    let Some(password) = password else { return transport.send(&OutgoingEmail { email, attachments }) };
    let content = email.content.clone().with_password(&password);
    transport.send(&OutgoingEmail { email: OutboxEmail { content, ..email }, attachments }).without(&password)
}
