//! `ssgctl smpp export`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap_complete::ArgValueCompleter;
use ssgctl::Error;
use ssgctl::error::{count, quoted};
use ssgctl::gateway::{Difference, Make, View, differences};
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::store::Clock;
use ssgctl::store::files::Draft;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::export;
use crate::args::input;
use crate::commands::smpp::accounts;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Write the accounts as `smpp import` reads them, or with their passwords as a gateway does, or compare with what it holds
///
/// Without --gateway all accounts are written, archived ones included, and no passwords. With it:
///
/// Accounts that are archived, disabled or may not bind are left out, or turned off where the file only adds. During the
/// grace of a rotation opensmppbox and json get both passwords; jasmin and ksmppd know one, the new one. Networks become
/// patterns of single addresses where a gateway knows no others. An account that the gateway cannot hold stops the export,
/// unless --skip-unfit leaves it out. The audit log keeps that passwords were handed out.
///
/// What --diff reads: opensmppbox its file smpp-logins; jasmin what `user -l` prints, which has no passwords; ksmppd the
/// table `smpp_user` as CSV or as `mysql --batch` prints it; json an earlier export. It shows no password, only that one
/// differs. `unknown` accounts are none of ours and stay as they are.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp export > accounts.csv
  ssgctl smpp export --gateway opensmppbox --diff /etc/kannel/smpp-logins
  ssgctl smpp export --gateway opensmppbox --file /etc/kannel/smpp-logins --force
  ssgctl smpp export --gateway ksmppd --reveal | ssh db mysql smpp
  ssgctl smpp export --gateway jasmin --customer ABCCORP331 --file abc.jcli")]
pub(crate) struct ExportArgs {
    /// The make of the gateway
    #[arg(long, value_name = "MAKE", value_parser = make())]
    gateway: Option<Make>,

    /// Only accounts of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Write to this new file, for its owner only
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reveal", "diff"])]
    file: Option<PathBuf>,

    /// Replace the file if it is there
    #[arg(short, long, requires = "file")]
    force: bool,

    /// Leave out archived accounts, where no gateway is named
    #[arg(long, conflicts_with = "gateway")]
    active: bool,

    /// Write to stdout, passwords included
    #[arg(long, requires = "gateway", conflicts_with_all = ["diff", "dry_run"])]
    reveal: bool,

    /// Show what would change on a gateway that holds what this file says; - is stdin
    #[arg(long, value_name = "FILE", requires = "gateway", conflicts_with = "dry_run")]
    diff: Option<PathBuf>,

    /// Leave out accounts that the gateway cannot hold
    #[arg(long, requires = "gateway")]
    skip_unfit: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// Parses the word of a make, and says of each what it is.
fn make() -> impl TypedValueParser<Value = Make> {
    let words = Make::ALL.map(|make| PossibleValue::new(make.as_str()).help(make.name()));
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

struct Exported {
    file: String,
    make: Make,
    entries: usize,
    out_of_use: u64,
    left_out: usize,
}

impl Row for Exported {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |e| Cell::text(&e.file)),
        Column::new("gateway", |e| Cell::text(e.make.as_str())),
        Column::new("accounts", |e| Cell::number(e.entries)),
        Column::new("out_of_use", |e| Cell::number(e.out_of_use)),
        Column::new("left_out", |e| Cell::number(e.left_out)),
    ];
}

impl Row for Difference {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |d| Cell::text(&d.system_id)),
        Column::new("action", |d| Cell::text(d.action.as_str())),
        Column::new("changes", |d| Cell::Changes(&d.fields)),
    ];
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let Some(make) = args.gateway else {
        if args.change.dry_run {
            return Err(Failure::usage("--dry-run needs --gateway: accounts without passwords are logged nowhere"));
        }
        let export = export::ExportArgs { file: args.file.clone(), active: args.active, force: args.force };
        return accounts::export(args.customer.as_deref(), &export, context);
    };
    match (&args.file, &args.diff) {
        (_, Some(theirs)) => compare(args, make, theirs, context),
        (Some(file), _) => to_file(args, make, file, context),
        _ if args.reveal => to_stdout(args, make, context),
        _ => Err(Failure::missing("--file", "unless --reveal writes to stdout or --diff only compares").field("file")),
    }
}

fn compare(args: &ExportArgs, make: Make, theirs: &Path, context: &mut Context) -> Result<()> {
    let name = input::name(theirs);
    let text = input::read_text(theirs)?;
    let mut theirs = make.read(&text).map_err(|faults| Failure::of_file(&name, faults))?;
    let accounts = credentials(args, context)?;
    let view = view(args, make, &accounts, context)?;
    if args.customer.is_some() {
        let is_ours = |id: &str| accounts.iter().any(|ours| ours.account.system_id.as_str() == id);
        theirs.retain(|entry| is_ours(&entry.system_id));
    }
    let found = differences(&view.entries, &theirs, make.replaces_everything());
    context.output.all(&found)
}

fn to_stdout(args: &ExportArgs, make: Make, context: &mut Context) -> Result<()> {
    let accounts = credentials(args, context)?;
    let view = view(args, make, &accounts, context)?;
    log(args, make, accounts.len(), context)?;
    context.output.text(make.write(&view.entries).as_bytes())
}

/// The file is complete under another name before the export is logged, and gets its own after that.
fn to_file(args: &ExportArgs, make: Make, file: &Path, context: &mut Context) -> Result<()> {
    if file == Path::new("-") {
        return Err(Failure::usage("--file takes a file; --reveal writes to stdout"));
    }
    let taken = || Failure::from(Error::FileExists { path: file.to_owned() });
    if !args.force && file.symlink_metadata().is_ok() {
        return Err(taken());
    }
    let accounts = credentials(args, context)?;
    let view = view(args, make, &accounts, context)?;
    let draft = (!args.change.dry_run).then(|| Draft::holding(file, make.write(&view.entries).as_bytes()));
    let draft = draft.transpose()?;
    let exported = Exported {
        file: file.display().to_string(),
        make,
        entries: view.entries.len(),
        out_of_use: view.out_of_use,
        left_out: view.unfit.len(),
    };
    log(args, make, accounts.len(), context)?;
    if let Some(draft) = draft {
        if args.force {
            draft.publish_over()?;
        } else if !draft.publish()? {
            return Err(taken());
        }
    }
    context.output.row(&exported)
}

fn credentials(args: &ExportArgs, context: &mut Context) -> Result<Vec<Credentials>> {
    context.output.refuse_unknown_fields(&keys(args))?;
    let vault = context.existing_vault()?;
    let now = Clock::System.now();
    context.read(|snapshot| ops::smpp::credentials(snapshot, &vault, args.customer.as_deref(), now))
}

/// The fields that `--fields` can name; what is handed out and not shown as asked would be logged in vain.
fn keys(args: &ExportArgs) -> Vec<&'static str> {
    if args.diff.is_some() {
        <Difference as crate::output::Shown>::keys()
    } else {
        <Exported as crate::output::Shown>::keys()
    }
}

/// What the gateway is to hold; tells what it does not know, and fails over what it cannot hold.
fn view(args: &ExportArgs, make: Make, accounts: &[Credentials], context: &Context) -> Result<View> {
    let view = make.view(accounts);
    if !view.unfit.is_empty() && !args.skip_unfit {
        let details = view.unfit.iter().map(|unfit| {
            let message = format!("SMPP account {}: {}", quoted(&unfit.system_id), unfit.reason);
            Failure::new(ErrorCode::Refused, message)
        });
        let count = count(view.unfit.len() as u64, "account");
        let message = format!("{} cannot hold {count}, nothing was exported", make.as_str());
        return Err(Failure::new(ErrorCode::Refused, message)
            .hint("--skip-unfit leaves them out")
            .because_of(details.collect()));
    }
    for unfit in &view.unfit {
        Context::warn(&format!("SMPP account {} is left out: {}", quoted(&unfit.system_id), unfit.reason));
    }
    for loss in &view.losses {
        context.note(&format!("{} does not know {}: {}", make.as_str(), loss.what, some_of(&loss.system_ids)));
    }
    Ok(view)
}

/// The first few names, and how many more there are.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

fn log(args: &ExportArgs, make: Make, accounts: usize, context: &mut Context) -> Result<()> {
    context.write_unshown(&args.change, |tx| ops::smpp::export(tx, args.customer.as_deref(), make.as_str(), accounts))
}
