//! `ssgctl audit show`: one event in full.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Event;
use ssgctl::ops;

use crate::args::completion;
use crate::commands::audit::line::text_of;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, DetailView, Row};

/// Show an event of the audit log in full
///
/// The fields `first_event` and `last_event` are those of the same command, which `ssgctl undo` takes back as a whole.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl audit show 41
  ssgctl audit show 41 --json | jq -r '.changed_fields[] | [.field, .before, .after] | @tsv'")]
pub(crate) struct ShowArgs {
    /// Number of the event
    #[arg(value_name = "EVENT", add = ArgValueCompleter::new(completion::records::events))]
    event: i64,
}

/// A changed field, with its values for reading.
struct ChangedField {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

impl Row for ChangedField {
    const NAME: &str = "field";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("field", |c| Cell::text(&c.field)),
        Column::new("before", |c| Cell::maybe(c.before.as_ref())),
        Column::new("after", |c| Cell::maybe(c.after.as_ref())),
    ];
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (event, act, undone_by) = context.read(|snapshot| {
        let event = snapshot.event(args.event)?;
        let act = ops::undo::act_of(snapshot, &event)?;
        let undone_by = ops::undo::undone_by(snapshot, &event)?;
        Ok((event, act, undone_by))
    })?;
    context.output.view(view(&event, act, undone_by))
}

fn view(event: &Event, (first, last): (i64, i64), undone_by: Option<i64>) -> DetailView {
    let mut view = DetailView::new(event.id, format!("Event {}", event.id));
    view.fields("Event", event, &["id", "at", "actor", "uid", "sudo_user", "entity", "action", "subject", "customer"]);
    view.more_fields(event, &["reason", "command", "version"]);
    view.field("first_event", Cell::number(first));
    view.field("last_event", Cell::number(last));
    view.field("undone_by", Cell::maybe_number(undone_by));
    let fields = event.change.fields.iter().map(|(field, values)| ChangedField {
        field: field.clone(),
        before: text_of(values.get(0)),
        after: text_of(values.get(1)),
    });
    view.rows("Changes", "changed_fields", &fields.collect::<Vec<_>>(), &[]);
    view
}
