//! An apply in progress: what was asked for, what was found so far, and what is wrong with the files.

use std::collections::BTreeMap;

use crate::error::{Error, Fault, Result, quoted};
use crate::formats::declared::TomlPlace;
use crate::import::apply::hand_edits::{ByHand, HandEdits};
use crate::import::apply::review::{ReviewAction, ReviewRow};
use crate::model::{Change, EntityKind, FieldChanges, Manager, PlanCode};
use crate::ops;
use crate::store::Tx;
use crate::store::vault::Vault;

/// How files are applied.
pub struct ApplyRequest<'a> {
    /// The name of the files.
    pub manager: Manager,
    /// Whether what no file names is archived or removed.
    pub prune: bool,
    /// Whether the files are a whole tree, so that a customer without a file is one that no file names.
    pub is_whole: bool,
    /// Encrypts the generated passwords of new accounts. Only needed if [`has_new_accounts`](super::has_new_accounts).
    pub vault: Option<&'a Vault>,
}

/// What is wrong with a file, with its name.
#[derive(Debug)]
pub struct FileFault {
    pub file: String,
    pub fault: Fault,
}

/// An apply in progress.
pub(super) struct ApplyRun<'a, 't, 's> {
    pub(super) tx: &'t mut Tx<'s>,
    pub(super) request: &'a ApplyRequest<'a>,
    pub(super) rows: Vec<ReviewRow>,
    pub(super) adopted: Vec<String>,
    pub(super) faults: Vec<FileFault>,
    /// The last event of the audit log before this apply, and when the files were last applied as a whole.
    pub(super) last_event: i64,
    pub(super) last_applied: i64,
    pub(super) by_hand: ByHand,
}

impl ApplyRun<'_, '_, '_> {
    /// Notes what is wrong with a file. An error that is not about one request ends the apply.
    pub(super) fn refuse(&mut self, file: &str, place: TomlPlace, error: Error) -> Result<()> {
        if !error.is_about_one_request() {
            return Err(error);
        }
        let fault = Fault::of_row(place.line, place.column, error);
        self.faults.push(FileFault { file: file.to_owned(), fault });
        Ok(())
    }

    /// Refuses a second declaration of a name.
    pub(super) fn refuse_second(
        &mut self,
        names: &mut BTreeMap<String, String>,
        (entity, name): (EntityKind, &str),
        (file, place): (&str, TomlPlace),
    ) -> Result<bool> {
        let Some(first) = names.insert(name.to_ascii_lowercase(), file.to_owned()) else { return Ok(false) };
        let message = format!("{entity} {} is declared in {} too", quoted(name), quoted(first));
        self.refuse(file, place, Error::Refused(message))?;
        Ok(true)
    }

    /// Refuses a record that is kept in other files.
    pub(super) fn refuse_other_manager(&self, entity: EntityKind, name: &str, manager: Option<&Manager>) -> Result<()> {
        match manager.filter(|manager| **manager != self.request.manager) {
            None => Ok(()),
            Some(other) => Err(Error::Refused(format!(
                "{entity} {} is kept in the files of {}, not of {}",
                quoted(name),
                quoted(other),
                quoted(&self.request.manager)
            ))),
        }
    }

    /// Notes a record that differs. `subject` is its name in the audit log.
    pub(super) fn note(
        &mut self,
        action: ReviewAction,
        entity: EntityKind,
        name: &str,
        subject: &str,
        fields: FieldChanges,
    ) -> Result<()> {
        if let ByHand::NotAsked(customer_id) = self.by_hand {
            let (last_applied, last_event) = (self.last_applied, self.last_event);
            self.by_hand = ByHand::Read(HandEdits::of_customer(self.tx, customer_id, last_applied, last_event)?);
        }
        let hand_edit = match &self.by_hand {
            ByHand::Read(edits) => edits.of(action, entity, subject, &fields),
            ByHand::Unmanaged | ByHand::NotAsked(_) => None,
        };
        self.rows.push(ReviewRow { action, entity, name: name.to_owned(), fields, hand_edit });
        Ok(())
    }

    /// Notes that a record comes back from the archive.
    pub(super) fn note_unarchived(&mut self, entity: EntityKind, name: &str) -> Result<()> {
        let change = Change::new(entity, "unarchive", name, None).field("status", "archived", "active");
        self.note(ReviewAction::Unarchive, entity, name, name, change.fields)
    }

    /// The code of a plan as it is stored.
    pub(super) fn plan_code(&self, code: Option<&PlanCode>) -> Result<Option<PlanCode>> {
        code.map(|code| Ok(ops::active::plan(self.tx, code.as_str())?.code)).transpose()
    }
}
