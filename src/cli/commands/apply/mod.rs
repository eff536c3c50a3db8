//! `ssgctl apply`.

mod files;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};
use ssgctl::error::{count, quoted};
use ssgctl::formats::declared::DeclaredFile;
use ssgctl::import::apply::{ApplyRequest, ApplyReview, ReviewAction, ReviewRow, apply, has_new_accounts};
use ssgctl::model::{Hash, Manager};
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Make the database say what files of desired state say
///
/// Reads a directory of TOML files, as `ssgctl export --as toml` writes it, or one of its files. A file is a customer, with its
/// contacts, warnings, credit limits and SMPP accounts, or a list of plans and services. It says everything about its
/// records: a field that is left out is empty or has its default. All files are applied in one transaction, or none.
///
/// Records that no file names stay as they are and are listed with the action `unlisted`. With --prune, customers and SMPP
/// accounts that an earlier apply kept in these files are archived, and contacts and warnings of customers that have a
/// file are removed. A new SMPP account gets a generated password, which `smpp show --reveal` prints.
///
/// The first apply of a record sets its `managed_by`. Commands can still change it, with a note; the next review names who did
/// so and when. --dry-run prints the review and its hash. --expect-hash applies exactly what has this hash, without a
/// question, and refuses if the files or the database changed since.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl export --as toml customers-repo
  ssgctl apply customers-repo --dry-run
  ssgctl apply customers-repo --check --prune
  hash=$(ssgctl apply customers-repo --hash) && ssgctl apply customers-repo --expect-hash \"$hash\"
  ssgctl apply customers-repo/customers/ACME.toml --yes --reason 'new contract'")]
pub(crate) struct ApplyArgs {
    /// Directory of TOML files, or one file
    #[arg(value_name = "DIR|FILE")]
    path: PathBuf,

    /// Archive or remove what no file names
    #[arg(long)]
    prune: bool,

    /// Apply only what the review with this hash showed, without a question
    #[arg(long, value_name = "HASH")]
    expect_hash: Option<Hash>,

    /// Print only the hash for --expect-hash
    #[arg(long, conflicts_with = "expect_hash")]
    hash: bool,

    /// Like --dry-run, and exit with code 7 if the database differs from the files
    #[arg(long, conflicts_with_all = ["hash", "expect_hash"])]
    check: bool,

    /// Name of the files, which their records have as `managed_by`
    #[arg(long, value_name = "NAME", default_value = "apply")]
    manager: Manager,

    #[command(flatten)]
    change: ChangeArgs,
}

/// A record of a review.
struct RecordRow {
    row: ReviewRow,
    changes: Map<String, Value>,
}

impl RecordRow {
    fn of(row: &ReviewRow) -> Self {
        // A new record is what its file says, so only changes add information.
        let is_known = matches!(row.action, ReviewAction::Create | ReviewAction::Unlisted);
        Self { changes: if is_known { Map::new() } else { row.fields.values() }, row: row.clone() }
    }
}

impl Row for RecordRow {
    const NAME: &str = "name";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("action", |r: &Self| Cell::text(r.row.action.as_str())).state().essential(),
        Column::new("entity", |r| Cell::text(r.row.entity.as_str())),
        Column::new("name", |r: &Self| Cell::text(&r.row.name)).essential(),
        Column::new("changes", |r: &Self| if r.changes.is_empty() { Cell::Empty } else { Cell::Changes(&r.changes) })
            .text(),
        Column::new("edited_by", |r: &Self| Cell::maybe(r.row.hand_edit.as_ref().map(|edit| &edit.actor)))
            .only_if_any(),
        Column::new("edited_at", |r: &Self| Cell::maybe_time(r.row.hand_edit.as_ref().map(|edit| edit.at)))
            .only_if_any(),
    ];
}

pub(crate) fn run(args: &ApplyArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&RecordRow::keys())?;
    let is_preview = args.change.dry_run || args.check || args.hash;
    context.may_create_database(is_preview);
    let files = files::read(&args.path)?;
    let needs_vault = context.read(|snapshot| has_new_accounts(snapshot, &files))?;
    let vault = if needs_vault { Some(context.vault()?) } else { None };
    let request = ApplyRequest {
        manager: args.manager.clone(),
        prune: args.prune,
        is_whole: args.path.is_dir(),
        vault: vault.as_ref(),
    };
    let run = |tx: &mut Tx<'_>| applied(tx, &files, &request);
    if is_preview {
        let review = context.preview(&args.change, run)?;
        return if args.hash {
            context.output.value("hash", &review.hash.to_string())
        } else {
            show(args, &review, context)
        };
    }
    let reviewed = match args.expect_hash {
        Some(_) => None,
        None => confirmed(args, context, run)?,
    };
    let expected = args.expect_hash.or(reviewed.as_ref().map(|review| review.hash));
    let review = context.transact(&args.change, |tx| {
        let review = run(tx)?;
        if expected.is_some_and(|expected| expected != review.hash) {
            return Err(changed_since_review());
        }
        Ok(review)
    })?;
    if reviewed.is_none() {
        print(&review, context)?;
    }
    context.note(&summary(&review, "applied"));
    Ok(())
}

fn applied(tx: &mut Tx<'_>, files: &[DeclaredFile], request: &ApplyRequest<'_>) -> Result<ApplyReview> {
    apply(tx, files, request)?.map_err(|faults| files::refused(faults, files.len()))
}

/// Prints a review that is not applied.
fn show(args: &ApplyArgs, review: &ApplyReview, context: &mut Context) -> Result<()> {
    print(review, context)?;
    context.note(&format!("{}; hash of this review: {}", summary(review, "to apply"), review.hash));
    context.note("dry run: nothing was saved");
    let changes = review.changes().count() as u64;
    if !args.check || changes == 0 {
        return Ok(());
    }
    let verb = if changes == 1 { "differs" } else { "differ" };
    let message = format!("{} {verb} from {}", count(changes, "record"), quoted(args.path.display()));
    Err(Failure::new(ErrorCode::Differs, message).hint("`ssgctl apply` makes the database say what the files say"))
}

/// Shows what would change at a terminal and asks. `None` with --yes, which needs no review.
fn confirmed(
    args: &ApplyArgs,
    context: &mut Context,
    run: impl FnOnce(&mut Tx<'_>) -> Result<ApplyReview>,
) -> Result<Option<ApplyReview>> {
    if context.prompt.yes {
        return Ok(None);
    }
    let review = context.preview(&args.change, run)?;
    let changes = review.changes().count() as u64;
    if context.prompt.can_ask() || changes == 0 {
        print(&review, context)?;
    }
    if changes > 0 {
        let question = format!("Apply {} from {}?", count(changes, "change"), quoted(args.path.display()));
        context.prompt.confirm(&question)?;
    }
    Ok(Some(review))
}

fn print(review: &ApplyReview, context: &mut Context) -> Result<()> {
    context.output.rows(&review.rows.iter().map(RecordRow::of).collect::<Vec<_>>())
}

fn summary(review: &ApplyReview, what: &str) -> String {
    let changes = review.changes().count() as u64;
    let mut text = match changes {
        0 => "nothing differs".to_owned(),
        changes => format!("{} {what}", count(changes, "change")),
    };
    let unlisted = review.rows.len() as u64 - changes;
    if unlisted > 0 {
        text.push_str(&format!(", {} that no file names", count(unlisted, "record")));
    }
    match review.adopted.len() as u64 {
        0 => text,
        adopted => format!("{text}, {} kept in files from now on", count(adopted, "record")),
    }
}

fn changed_since_review() -> Failure {
    let message = "the files or the database have changed since the review; nothing was applied";
    Failure::new(ErrorCode::ChangedMeanwhile, message).hint("review the changes again with `ssgctl apply --dry-run`")
}
