//! What was changed by hand of a customer that is kept in files, from the audit log.

use crate::error::{Error, Result};
use crate::import::apply::review::{HandEdit, ReviewAction};
use crate::model::{EntityKind, Event, FieldChanges};
use crate::store::{EventFilter, Snapshot};

/// The command whose changes are not made by hand.
const COMMAND: &str = "apply";

/// What was changed by hand of the customer that is being applied.
pub(super) enum ByHand {
    /// It was not kept in files before.
    Unmanaged,
    /// The customer of an ID, of which nothing differs yet. Most customers are as their files say.
    NotAsked(i64),
    Read(HandEdits),
}

/// The events of a customer since its files were last applied, newest first.
pub(super) struct HandEdits(Vec<Event>);

impl HandEdits {
    /// Reads the events up to `last_event` and after those of the last apply. `last_applied` is the last event that an apply of the
    /// whole tree knew, even if it changed nothing of the customer.
    pub(super) fn of_customer(
        snapshot: &Snapshot<'_>,
        customer_id: i64,
        last_applied: i64,
        last_event: i64,
    ) -> Result<Self> {
        let filter = EventFilter {
            customer_id: Some(customer_id),
            entities: vec![EntityKind::Customer, EntityKind::Contact, EntityKind::Smpp, EntityKind::Balance],
            without_charges: true,
            ids: Some((last_applied + 1, last_event)),
            newest_first: true,
            ..EventFilter::default()
        };
        let (mut events, mut is_over) = (Vec::new(), false);
        snapshot.events(&filter, |event| {
            is_over |= event.origin.command == COMMAND;
            if !is_over {
                events.push(event);
            }
            Ok::<_, Error>(())
        })?;
        Ok(Self(events))
    }

    /// The last of them that made a record differ.
    pub(super) fn of(
        &self,
        action: ReviewAction,
        entity: EntityKind,
        subject: &str,
        fields: &FieldChanges,
    ) -> Option<HandEdit> {
        let differs = fields.values();
        let is_meant = |event: &&Event| {
            let change = &event.change;
            let touches = change.fields.keys().any(|field| differs.contains_key(field));
            let is_same = change.subject.eq_ignore_ascii_case(subject);
            // A contact that was removed comes back as another one.
            let is_lost = action == ReviewAction::Create
                && change.action == "remove"
                && change.fields.get("name").and_then(|name| name.get(0))
                    == differs.get("name").and_then(|name| name.get(1));
            change.entity == entity && ((is_same && (touches || differs.is_empty())) || is_lost)
        };
        let event = self.0.iter().find(is_meant)?;
        Some(HandEdit { event: event.id, actor: event.origin.actor.clone(), at: event.at })
    }
}
