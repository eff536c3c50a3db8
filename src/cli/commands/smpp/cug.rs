//! `ssgctl smpp cug`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::error::count;
use ssgctl::formats::Quoting;
use ssgctl::model::{Msisdn, MsisdnList, MsisdnSet, SystemId};
use ssgctl::ops;
use ssgctl::ops::smpp::CugChange;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::import::note_ignored;
use crate::args::input;
use crate::args::quoting::QuotingArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Exit, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Change or list the closed user group of an SMPP account
///
/// `add` and `remove` expect numbers, `import` expects a file, and `list` expects neither. The file has one number per
/// line, or is CSV or JSON lines with the numbers in msisdn; either all of its numbers are imported or none. Numbers
/// are stored once, in international form. The group restricts the account only while `use_cug` is on.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp cug abc_prod add +447700900123 '+44 (7700) 900-124'
  ssgctl smpp cug abc_prod import numbers.csv --replace --reason 'list of November'
  ssgctl smpp cug abc_prod list -o name > numbers.txt
  ssgctl smpp cug abc_old list -o name | ssgctl smpp cug abc_prod import -")]
pub(crate) struct CugArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Action on the group
    #[arg(value_name = "ACTION", value_enum)]
    action: Action,

    /// Numbers to add or remove, or file to import; - is stdin
    #[arg(value_name = "NUMBER|FILE")]
    operands: Vec<String>,

    /// With import: remove all numbers that are not in the file
    ///
    /// A file without numbers would empty the group, and needs a confirmation or --yes.
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    quoting: QuotingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Add numbers
    Add,
    /// Remove numbers
    Remove,
    /// List the numbers
    List,
    /// Add the numbers of a file
    Import,
}

impl Row for CugChange {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |c| Cell::text(&c.account.system_id)),
        Column::new("added", |c| Cell::number(c.added)),
        Column::new("removed", |c| Cell::number(c.removed)),
        Column::new("unchanged", |c| Cell::number(c.unchanged)),
        Column::new("cug_size", |c| Cell::number(c.account.cug_size)),
        Column::detail("use_cug", |c| Cell::Flag(c.account.details.use_cug)),
    ];
}

/// A number of a closed user group.
struct Member {
    system_id: SystemId,
    number: Msisdn,
}

impl Row for Member {
    const NAME: &str = "msisdn";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("system_id", |m| Cell::text(&m.system_id)), Column::new("msisdn", |m| Cell::text(&m.number))];
}

pub(crate) fn run(args: &CugArgs, context: &mut Context) -> Result<()> {
    if args.replace && args.action != Action::Import {
        return Err(Failure::usage("--replace is only valid with `import`"));
    }
    if args.quoting.kind.is_some() && args.action != Action::Import {
        return Err(Failure::usage("--quoting is only valid with `import`"));
    }
    match args.action {
        Action::List => list(args, context),
        Action::Add | Action::Remove => {
            let numbers = numbers(&args.operands)?;
            change(args, &numbers, context)
        }
        Action::Import => {
            let [file] = args.operands.as_slice() else { return Err(Failure::usage("`import` expects one file")) };
            let numbers = read(&PathBuf::from(file), args.quoting.kind, context)?;
            if args.replace && numbers.is_empty() && !args.change.dry_run {
                context.prompt.confirm(&format!(
                    "{} has no numbers. Remove all numbers of {}?",
                    input::name(Path::new(file)),
                    args.account
                ))?;
            }
            change(args, &numbers, context)
        }
    }
}

fn list(args: &CugArgs, context: &mut Context) -> Result<()> {
    if !args.operands.is_empty() || args.change.dry_run {
        return Err(Failure::usage("`list` accepts neither numbers nor --dry-run"));
    }
    context.list(|snapshot, rows| {
        let account = snapshot.smpp_account(&args.account)?;
        let system_id = &account.system_id;
        snapshot.cug_numbers(&account, |number| rows.row(&Member { system_id: system_id.clone(), number }))
    })
}

fn numbers(operands: &[String]) -> Result<MsisdnSet> {
    let mut numbers = Vec::new();
    for text in operands {
        let list: MsisdnList = text.parse().map_err(|rule| {
            Failure::new(ErrorCode::BadValue, format!("NUMBER: {rule}")).exit(Exit::Usage).field("number")
        })?;
        numbers.extend(list.0);
    }
    if numbers.is_empty() {
        return Err(Failure::new(ErrorCode::MissingValue, "NUMBER is required").field("number"));
    }
    Ok(numbers.into_iter().collect())
}

fn read(file: &Path, quoting: Option<Quoting>, context: &Context) -> Result<MsisdnSet> {
    let name = input::name(file);
    let numbers = ssgctl::import::cug::numbers_quoted(input::open(file)?, quoting)
        .map_err(|faults| Failure::of_file(&name, faults))?;
    let duplicates = numbers.rows - numbers.set.len();
    if duplicates > 0 {
        let repeated = if duplicates == 1 { "a duplicate" } else { "duplicates" };
        let numbers = count(numbers.rows as u64, "number");
        context.note(&format!("{name} has {numbers}, {duplicates} of them {repeated}"));
    }
    note_ignored(context, &numbers.left_out);
    Ok(numbers.set)
}

fn change(args: &CugArgs, numbers: &MsisdnSet, context: &mut Context) -> Result<()> {
    let name = &args.account;
    let changed = context.write(&args.change, |tx| match args.action {
        Action::Remove => ops::smpp::remove_from_cug(tx, name, numbers),
        Action::Import if args.replace => ops::smpp::replace_cug(tx, name, numbers),
        _ => ops::smpp::add_to_cug(tx, name, numbers),
    })?;
    if !changed.account.details.use_cug {
        let system_id = &changed.account.system_id;
        context.note(&format!("{system_id} can send to any number, because its closed user group is off (use_cug)"));
    }
    context.output.row(&changed)
}
