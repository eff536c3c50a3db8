//! `ssgctl smpp push`.

use clap::Args;
use ssgctl::error::count;
use ssgctl::gateway::{Difference, Review};
use ssgctl::model::Hash;
use ssgctl::ops;
use ssgctl::store::files::Draft;

use crate::args::change::ChangeArgs;
use crate::commands::smpp::conversion::first_few;
use crate::commands::smpp::live_gateway::{LiveArgs, LiveGateway, load_with};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Change a running gateway to what the database says
///
/// Reads what the gateway holds as `smpp drift` does, gives it what it should hold, reads it again and prints the
/// result for each account that differed. Exits 7 if one differs still.
///
/// With --expect-hash, the hash of a review by `smpp drift`, nothing is changed if the gateway or the database has changed
/// since (exit 4). Without it, the changes are shown and must be confirmed; --yes confirms them.
///
/// For opensmppbox and json, --file is replaced, and keeps its owner, group and mode; it holds the accounts of all customers.
/// --load-with gives the text that `smpp export` writes to the standard input of a command; what the command prints is
/// dropped, because jcli repeats passwords. Users that Jasmin holds are updated and keep their quotas. Jasmin does not
/// list passwords, so they are pushed even if nothing else differs. The audit log records that passwords were handed to the gateway.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp push --gateway opensmppbox --file /etc/kannel/smpp-logins --dry-run
  ssgctl smpp push --gateway opensmppbox --file /etc/kannel/smpp-logins --yes
  ssgctl smpp push --gateway ksmppd --read-with \"mysql --batch smpp -e 'SELECT * FROM smpp_user'\" --load-with 'mysql smpp' \\
    --expect-hash \"$hash\"
  ssgctl smpp push --gateway jasmin --read-with /etc/ssgctl/jasmin-users --load-with /etc/ssgctl/jasmin-load --yes")]
pub(crate) struct PushArgs {
    #[command(flatten)]
    live: LiveArgs,

    /// Shell command that loads what `smpp export` would write
    #[arg(long, value_name = "COMMAND", conflicts_with = "file")]
    load_with: Option<String>,

    /// Push only what this review of `smpp drift` showed
    #[arg(long, value_name = "HASH")]
    expect_hash: Option<Hash>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// A difference, and what became of it.
struct PushedAccount {
    difference: Difference,
    /// `None` in a dry run.
    is_equal: Option<bool>,
}

impl Row for PushedAccount {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |p| Cell::text(&p.difference.system_id)),
        Column::new("action", |p| Cell::text(p.difference.action.as_str())),
        Column::new("changes", |p| Cell::Changes(&p.difference.fields)),
        Column::new("result", |p| {
            p.is_equal.map_or(Cell::Empty, |is_equal| Cell::text(if is_equal { "equal" } else { "differs" }))
        }),
    ];
}

pub(crate) fn run(args: &PushArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&PushedAccount::keys())?;
    refuse_unsupported(args)?;
    let gateway = args.live.review(context)?;
    if args.expect_hash.is_some_and(|expected| expected != gateway.review.hash) {
        return Err(changed("since the review"));
    }
    let changes: Vec<Difference> = gateway.review.changes().cloned().collect();
    if args.change.dry_run {
        let rows = changes.into_iter().map(|difference| PushedAccount { difference, is_equal: None });
        context.note(&format!("dry run: nothing was pushed; hash of this review: {}", gateway.review.hash));
        return context.output.rows(&rows.collect::<Vec<_>>());
    }
    // A gateway that does not list passwords may lack a new one.
    if changes.is_empty() && !gateway.product.can_update() {
        context.note(&format!("{} holds what it should; nothing was pushed", gateway.product.as_str()));
        return context.output.rows::<PushedAccount>(&[]);
    }
    if args.expect_hash.is_none() {
        context.prompt.confirm(&question(&gateway, &changes))?;
    }
    if args.live.review_again(&gateway)?.hash != gateway.review.hash {
        return Err(changed("meanwhile"));
    }
    push(args, &gateway, context)?;
    let after = args.live.review_again(&gateway)?;
    let rows: Vec<PushedAccount> = changes.into_iter().map(|difference| outcome(difference, &after)).collect();
    context.output.rows(&rows)?;
    match after.changes().count() as u64 {
        0 => Ok(()),
        left => {
            let verb = if left == 1 { "differs" } else { "differ" };
            let accounts = count(left, "account");
            let message = format!("{accounts} of {} {verb} after the push", gateway.product.as_str());
            Err(Failure::new(ErrorCode::Differs, message).hint("`ssgctl smpp drift` shows what differs"))
        }
    }
}

fn refuse_unsupported(args: &PushArgs) -> Result<()> {
    let product = args.live.gateway;
    if args.live.file.as_ref().is_some_and(|file| file.as_os_str() == "-") {
        return Err(Failure::usage("--file expects a file that is replaced; --load-with passes it to a command"));
    }
    if args.live.file.is_some() && !product.replaces_everything() {
        let message = format!("{} does not read a file: push with --read-with and --load-with", product.as_str());
        return Err(Failure::usage(message).field("file"));
    }
    if args.live.read_with.is_some() && args.load_with.is_none() {
        return Err(Failure::not_given("--load-with <COMMAND>", "load_with")
            .hint("--load-with names a command that gives the gateway the accounts that --read-with reads"));
    }
    if args.live.customer.is_some() && product.replaces_everything() {
        let message = format!("the file of {} holds the accounts of all customers", product.as_str());
        return Err(Failure::usage(message).field("customer").hint("push without --customer"));
    }
    Ok(())
}

fn changed(when: &str) -> Failure {
    let message = format!("what the gateway holds, or should hold, has changed {when}; nothing was pushed");
    Failure::new(ErrorCode::ChangedMeanwhile, message).hint("review the differences again with `ssgctl smpp drift`")
}

fn question(gateway: &LiveGateway, changes: &[Difference]) -> String {
    let changes: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change.action.as_str(), change.system_id)).collect();
    let changes = if changes.is_empty() { "all passwords".to_owned() } else { first_few(&changes) };
    format!("Push to {}: {changes}?", gateway.product.as_str())
}

/// Records that the passwords leave, and gives the gateway what it should hold. A file is written completely before.
fn push(args: &PushArgs, gateway: &LiveGateway, context: &mut Context) -> Result<()> {
    let (customer, product) = (args.live.customer.as_deref(), gateway.product.as_str());
    let (accounts, script) = (gateway.accounts(), gateway.script());
    let draft = args.live.file.as_ref().map(|file| Draft::replacing(file)?.holding(script.as_bytes())).transpose()?;
    context.transact(&args.change, |tx| ops::smpp::export(tx, customer, product, accounts))?;
    match (draft, &args.load_with) {
        (Some(draft), _) => draft.publish().map(drop).map_err(Failure::from),
        (None, Some(command)) => load_with(command, &script),
        (None, None) => Err(Failure::missing("--load-with", "to change the gateway")),
    }
}

fn outcome(difference: Difference, after: &Review) -> PushedAccount {
    let is_equal = !after.changes().any(|left| left.system_id == difference.system_id);
    PushedAccount { difference, is_equal: Some(is_equal) }
}
