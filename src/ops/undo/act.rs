//! The events of one command, and which of them were undone.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::model::{EntityKind, Event};
use crate::store::{EventFilter, Snapshot};

/// The events of one command, in their order.
pub(super) struct Act {
    pub(super) events: Vec<Event>,
    /// Customers that the command created, and those that it archived or unarchived.
    created: HashSet<i64>,
    moved: HashSet<i64>,
}

impl Act {
    /// The act to which an event belongs.
    pub(super) fn of(snapshot: &Snapshot<'_>, event: &Event) -> Result<Self> {
        let ids = Some(act_of(snapshot, event)?);
        let mut events = Vec::new();
        snapshot.events(&EventFilter { ids, ..EventFilter::default() }, |event| {
            events.push(event);
            Ok::<_, Error>(())
        })?;
        let customers = |actions: &[&str]| {
            let is_meant = |event: &&Event| {
                event.change.entity == EntityKind::Customer && actions.contains(&event.change.action.as_str())
            };
            events.iter().filter(is_meant).filter_map(|event| event.change.customer_id).collect()
        };
        let (created, moved) = (customers(&["new"]), customers(&["archive", "unarchive"]));
        Ok(Self { events, created, moved })
    }

    pub(super) fn bounds(&self) -> (i64, i64) {
        let id = |event: Option<&Event>| event.map_or(0, |event| event.id);
        (id(self.events.first()), id(self.events.last()))
    }

    /// The events that are taken back: those that do not follow from others of the act.
    pub(super) fn own_events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(|event| !self.follows_from_another(event))
    }

    /// The event that undid the act, if it is undone.
    pub(super) fn undone_by(&self, snapshot: &Snapshot<'_>) -> Result<Option<i64>> {
        self.own_events().next_back().map_or(Ok(None), |event| undone_by(snapshot, event))
    }

    /// Whether taking back another event of the act takes back this one: archiving a customer that was created archives what was added
    /// to it, and its accounts move with it. Emails were cancelled or readdressed by what the command did; they stay so. Entries of the
    /// ledger follow from nothing.
    fn follows_from_another(&self, event: &Event) -> bool {
        let (entity, action) = (event.change.entity, event.change.action.as_str());
        let is_money = entity == EntityKind::Balance && !matches!(action, "warn" | "limit");
        let is_of = |customers: &HashSet<i64>| event.change.customer_id.is_some_and(|id| customers.contains(&id));
        if entity == EntityKind::Customer && matches!(action, "new" | "archive" | "unarchive") {
            return false;
        }
        let with_customer = is_of(&self.created) && !is_money;
        let moves_with_customer =
            entity == EntityKind::Smpp && matches!(action, "archive" | "unarchive") && is_of(&self.moved);
        let is_side_effect =
            entity == EntityKind::Email && self.events.iter().any(|other| other.change.entity != entity);
        with_customer || moves_with_customer || is_side_effect
    }
}

/// The numbers of the first and the last event of the command that an event belongs to: neighbours with the same time, actor and
/// command.
pub fn act_of(snapshot: &Snapshot<'_>, event: &Event) -> Result<(i64, i64)> {
    snapshot.events_of_transaction(event)
}

/// The event that undid an event, if it is undone: an undo that was itself undone does not count.
pub fn undone_by(snapshot: &Snapshot<'_>, event: &Event) -> Result<Option<i64>> {
    let filter = EventFilter {
        subject: Some(event.change.subject.clone()),
        field: Some("undoes".to_owned()),
        ids: Some((event.id + 1, i64::MAX)),
        newest_first: true,
        ..EventFilter::default()
    };
    let found = first_in_force(snapshot, &filter, |later| undone_of(later) == Some(event.id))?;
    Ok(found.map(|found| found.id))
}

/// The event that an event undoes, if it undoes one.
pub(super) fn undone_of(event: &Event) -> Option<i64> {
    event.change.fields.get("undoes")?.get(1)?.as_i64()
}

/// The first event of a list, newest first, that was not undone by a later one and is wanted.
pub(super) fn first_in_force(
    snapshot: &Snapshot<'_>,
    filter: &EventFilter,
    is_wanted: impl Fn(&Event) -> bool,
) -> Result<Option<Event>> {
    /// Ends the list early.
    enum End {
        Found(Box<Event>),
        Error(Error),
    }

    impl From<Error> for End {
        fn from(error: Error) -> Self {
            Self::Error(error)
        }
    }

    let mut undone = HashSet::new();
    let ended = snapshot.events(filter, |event| {
        if undone.remove(&event.id) {
            return Ok(());
        }
        undone.extend(undone_of(&event));
        if is_wanted(&event) { Err(End::Found(Box::new(event))) } else { Ok(()) }
    });
    match ended {
        Ok(()) => Ok(None),
        Err(End::Found(event)) => Ok(Some(*event)),
        Err(End::Error(error)) => Err(error),
    }
}
