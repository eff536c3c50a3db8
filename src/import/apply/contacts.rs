//! Applies the contacts of a customer. A contact has no name that never changes, so each is matched with the one most like it.

use crate::error::Result;
use crate::import::apply::review::ReviewAction;
use crate::import::apply::run::ApplyRun;
use crate::model::{Change, Contact, ContactDetails, Customer, EntityKind};
use crate::ops;

impl ApplyRun<'_, '_, '_> {
    /// Changes and adds contacts, and removes those that the file does not name, or lists them.
    pub(super) fn contacts(&mut self, customer: &Customer, declared: &[ContactDetails]) -> Result<()> {
        let code = customer.account_code.as_str();
        let Matched { pairs, new, left } = matched(self.tx.contacts_of(customer)?, declared);
        for (contact, details) in pairs {
            let change = ops::contact::change("edit", &contact).between(Some(&contact.details), Some(details));
            ops::contact::edit(self.tx, code, &contact.id.to_string(), |contact| contact.clone_from(details))?;
            self.note_contact(ReviewAction::Change, &contact, change)?;
        }
        for details in new {
            let contact = ops::contact::add(self.tx, code, details.clone())?;
            let change = ops::contact::change("add", &contact).between(None, Some(details));
            self.note_contact(ReviewAction::Create, &contact, change)?;
        }
        for contact in left {
            let change = ops::contact::change("remove", &contact).between(Some(&contact.details), None);
            if self.request.prune {
                ops::contact::remove(self.tx, code, &contact.id.to_string())?;
                self.note_contact(ReviewAction::Remove, &contact, change)?;
            } else {
                self.note_contact(ReviewAction::Unlisted, &contact, change)?;
            }
        }
        Ok(())
    }

    fn note_contact(&mut self, action: ReviewAction, contact: &Contact, change: Change) -> Result<()> {
        let name = format!("{} {}", contact.customer, contact.details.name);
        self.note(action, EntityKind::Contact, &name, &change.subject, change.fields)
    }
}

/// The contacts of a customer against those of its file.
struct Matched<'d> {
    /// Those that differ.
    pairs: Vec<(Contact, &'d ContactDetails)>,
    new: Vec<&'d ContactDetails>,
    /// Those that the file does not name.
    left: Vec<Contact>,
}

/// Matches contacts that are equal first, then by email address, then by name.
fn matched(known: Vec<Contact>, declared: &[ContactDetails]) -> Matched<'_> {
    let mut result = Matched { pairs: Vec::new(), new: declared.iter().collect(), left: known };
    let has_same_email = |contact: &ContactDetails, details: &ContactDetails| match (&contact.email, &details.email) {
        (Some(one), Some(other)) => one.as_str().eq_ignore_ascii_case(other.as_str()),
        _ => false,
    };
    result.pair(|contact, details| contact == details);
    result.pairs.clear();
    result.pair(has_same_email);
    result.pair(|contact, details| contact.name == details.name);
    result
}

impl Matched<'_> {
    /// Pairs what is left of both sides, each once and in order.
    fn pair(&mut self, is_same: impl Fn(&ContactDetails, &ContactDetails) -> bool) {
        for details in std::mem::take(&mut self.new) {
            match self.left.iter().position(|contact| is_same(&contact.details, details)) {
                Some(index) => self.pairs.push((self.left.remove(index), details)),
                None => self.new.push(details),
            }
        }
    }
}
