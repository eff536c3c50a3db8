//! `ssgctl smpp export`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::Error;
use ssgctl::gateway::{Difference, GatewayAccount, GatewayProduct, differences, limited_to};
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::store::Clock;
use ssgctl::store::files::Draft;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::export;
use crate::args::input;
use crate::commands::smpp::accounts;
use crate::commands::smpp::conversion::{Leniency, convert, first_few, product, read_held};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row, with_force_hint};

/// Export SMPP accounts for `smpp import` or for a gateway, or compare them with a gateway
///
/// Without --gateway, exports every account, including archived ones, without passwords, in the columns of `smpp
/// import`.
///
/// With --gateway, writes the accounts with their passwords in the format of that product. Accounts that are archived,
/// disabled or may not bind are left out, or disabled if the product's file only adds accounts. During the grace period
/// of a rotation, opensmppbox and json accept both passwords; jasmin and ksmppd only the new one. IP ranges become
/// address patterns if the product supports nothing else. If the gateway cannot hold an account, nothing is exported
/// unless you add --skip-unfit. The audit log records that passwords were exported.
///
/// How to load the result into each gateway:
///
/// - opensmppbox: write its file smpp-logins with --file and --force; it is read again at each bind. It needs
///   `use-systemid-as-smsboxid = true`: by default opensmppbox compares the system type exactly and takes it for the
///   name of the box.
///
/// - jasmin, jasmin-0.11: log in to jcli, send the file with CRLF line ends, then `quit`: `(printf
///   'jcliadmin\r\nPASSWORD\r\n'; sed 's/$/\r/' FILE; printf 'quit\r\n'; sleep 2) | nc HOST 8990`. The file ends with
///   `persist`.
///
/// - ksmppd: `mysql DATABASE < FILE`; the table is read at each bind.
///
/// - json: your own program reads it.
///
/// Jasmin ends the open sessions of accounts that are disabled, or whose password changed without a grace period since
/// the last export. The other gateways do not end open sessions.
///
/// --diff reads what the gateway holds: for opensmppbox its file smpp-logins; for jasmin the output of `user -l`, which
/// has no passwords, or a recorded jcli session with it; for ksmppd the table `smpp_user` as CSV or as the output of
/// `mysql --batch`; for json an earlier export. Passwords are never shown, only whether they differ. Accounts with the
/// action `unknown` are not ours and stay unchanged. --held reads the same file for an export: users that Jasmin holds
/// are then updated and keep their balance and `sms_count`, instead of being replaced.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp export > accounts.csv
  ssgctl smpp export --gateway opensmppbox --diff /etc/kannel/smpp-logins
  ssgctl smpp export --gateway opensmppbox --file /etc/kannel/smpp-logins --force
  ssgctl smpp export --gateway ksmppd --reveal | ssh db mysql smpp
  ssgctl smpp export --gateway jasmin --customer ABCCORP331 --held users.txt --file abc.jcli")]
pub(crate) struct ExportArgs {
    /// Gateway product to export to
    #[arg(long, value_name = "PRODUCT", value_parser = product())]
    gateway: Option<GatewayProduct>,

    /// Only accounts of this customer: account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Write to this new file
    ///
    /// Only its owner can read the file. With --force, a file that is replaced keeps its owner, group and mode, and a
    /// symbolic link is followed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reveal", "diff"])]
    file: Option<PathBuf>,

    /// Overwrite the file if it exists
    #[arg(short, long, requires = "file")]
    force: bool,

    /// Leave out archived accounts; only without --gateway
    #[arg(long, conflicts_with = "gateway")]
    active: bool,

    /// Write to stdout, including passwords
    #[arg(long, requires = "gateway", conflicts_with_all = ["diff", "dry_run"])]
    reveal: bool,

    /// Show how the gateway, whose accounts are in this file, would change; - is stdin
    #[arg(long, value_name = "FILE", requires = "gateway", conflicts_with = "dry_run")]
    diff: Option<PathBuf>,

    /// Keep the quotas of the users in this output of jcli's `user -l`; - is stdin
    ///
    /// Only for jasmin and jasmin-0.11. Users that are not in it are added.
    #[arg(long, value_name = "FILE", requires = "gateway", conflicts_with = "diff")]
    held: Option<PathBuf>,

    /// Export accounts without their `allowed_ips`; only for jasmin-0.11
    #[arg(long, requires = "gateway")]
    without_ip_limits: bool,

    /// Leave out accounts that the gateway cannot hold
    #[arg(long, requires = "gateway")]
    skip_unfit: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

impl ExportArgs {
    fn leniency(&self) -> Leniency {
        Leniency { skip_unfit: self.skip_unfit, without_ip_limits: self.without_ip_limits }
    }
}

struct ExportReceipt {
    file: String,
    product: GatewayProduct,
    entries: usize,
    out_of_use: u64,
    left_out: usize,
}

impl Row for ExportReceipt {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |e: &Self| Cell::text(&e.file)).file(),
        Column::new("gateway", |e| Cell::text(e.product.as_str())),
        Column::new("accounts", |e| Cell::number(e.entries)),
        Column::new("out_of_use", |e| Cell::number(e.out_of_use)),
        Column::new("left_out", |e| Cell::number(e.left_out)),
    ];
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let Some(product) = args.gateway else {
        if args.change.dry_run {
            return Err(Failure::usage("--dry-run needs --gateway: an export without passwords is not logged"));
        }
        let export = export::ExportArgs { file: args.file.clone(), active: args.active, force: args.force };
        return accounts::export(args.customer.as_deref(), &export, context);
    };
    refuse_unsupported(args, product)?;
    match (&args.file, &args.diff) {
        (_, Some(held)) => compare(args, product, held, context),
        (Some(file), _) => to_file(args, product, file, context),
        _ if args.reveal => to_stdout(args, product, context),
        _ => Err(Failure::missing("--file", "unless --reveal writes to stdout or --diff only compares").field("file")),
    }
}

/// Refuses options that the product cannot follow.
fn refuse_unsupported(args: &ExportArgs, product: GatewayProduct) -> Result<()> {
    if args.held.is_some() && !product.can_update() {
        return Err(Failure::usage("--held is only for jasmin and jasmin-0.11").field("held"));
    }
    if args.without_ip_limits && product != GatewayProduct::OldJasmin {
        return Err(Failure::usage("--without-ip-limits is only for jasmin-0.11").field("without_ip_limits"));
    }
    Ok(())
}

fn compare(args: &ExportArgs, product: GatewayProduct, file: &Path, context: &mut Context) -> Result<()> {
    let mut held = read_held(product, file, input::read_bytes)?;
    let accounts = credentials(args, context)?;
    let export = convert(product, args.leniency(), &accounts, Some(held.clone()), context)?;
    let quotas = product.quotas(&limited_to(&accounts, held.clone()));
    if !quotas.is_empty() {
        let users = first_few(&quotas);
        Context::warn(&format!("an export without --held would make these quotas unlimited: {users}"));
    }
    if args.customer.is_some() {
        held = limited_to(&accounts, held);
    }
    context.output.rows(&differences(&export.entries, &held, product.replaces_everything()))
}

/// The accounts of --held, if it is given.
fn held(args: &ExportArgs, product: GatewayProduct) -> Result<Option<Vec<GatewayAccount>>> {
    args.held.as_deref().map(|file| read_held(product, file, input::read_bytes)).transpose()
}

fn to_stdout(args: &ExportArgs, product: GatewayProduct, context: &mut Context) -> Result<()> {
    let held = held(args, product)?;
    let accounts = credentials(args, context)?;
    let export = convert(product, args.leniency(), &accounts, held, context)?;
    log(args, product, accounts.len(), context)?;
    context.output.text(product.write(&export.entries).as_bytes())
}

/// Writes the file completely under a temporary name, logs the export, and renames the file last: a failure at any step
/// leaves neither half a file nor passwords that the audit log does not mention.
fn to_file(args: &ExportArgs, product: GatewayProduct, file: &Path, context: &mut Context) -> Result<()> {
    if file == Path::new("-") {
        return Err(Failure::usage("--file expects a file; --reveal writes to stdout"));
    }
    let exists = || with_force_hint(Error::FileExists { path: file.to_owned() });
    if !args.force && file.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let held = held(args, product)?;
    let accounts = credentials(args, context)?;
    let export = convert(product, args.leniency(), &accounts, held, context)?;
    let draft = if args.force { Draft::replacing(file) } else { Draft::next_to(file) }?;
    let draft = draft.holding(product.write(&export.entries).as_bytes())?;
    let receipt = ExportReceipt {
        file: file.display().to_string(),
        product,
        entries: export.entries.len(),
        out_of_use: export.out_of_use,
        left_out: export.unfit.len(),
    };
    log(args, product, accounts.len(), context)?;
    if !args.change.dry_run && !draft.publish()? {
        return Err(exists());
    }
    context.output.row(&receipt)
}

fn credentials(args: &ExportArgs, context: &mut Context) -> Result<Vec<Credentials>> {
    // Refuse unknown --fields now: after the export has been logged, printing nothing would be misleading.
    let keys = if args.diff.is_some() { Difference::keys() } else { ExportReceipt::keys() };
    context.output.refuse_unknown_fields(&keys)?;
    let vault = context.existing_vault()?;
    let now = Clock::System.now();
    context.read(|snapshot| ops::smpp::credentials(snapshot, &vault, args.customer.as_deref(), now))
}

fn log(args: &ExportArgs, product: GatewayProduct, accounts: usize, context: &mut Context) -> Result<()> {
    context.transact(&args.change, |tx| ops::smpp::export(tx, args.customer.as_deref(), product.as_str(), accounts))
}
