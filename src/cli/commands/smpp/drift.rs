//! `ssgctl smpp drift`.

use clap::Args;
use ssgctl::error::count;
use ssgctl::gateway::Difference;

use crate::commands::smpp::live_gateway::LiveArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::FieldKeys;

/// Show how a running gateway differs from the database
///
/// Reads what the gateway holds, from its file with --file or from a command with --read-with, and prints what `smpp
/// push` would change. Exits 0 if nothing differs, else 7, so that cron can watch a gateway. Accounts with the action `unknown`
/// are not ours and do not count. Passwords are never shown, only whether they differ; Jasmin does not list them.
///
/// The formats are those of `smpp export --diff`: for opensmppbox its file smpp-logins; for jasmin the output of `user
/// -l`, or a recorded jcli session with it; for ksmppd the table `smpp_user` as CSV or as the output of `mysql --batch`.
///
/// The hash on stderr stands for everything that was compared, passwords included: `smpp push --expect-hash` changes the
/// gateway only if neither side has changed since.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp drift --gateway opensmppbox --file /etc/kannel/smpp-logins
  ssgctl smpp drift --gateway ksmppd --read-with \"mysql --batch smpp -e 'SELECT * FROM smpp_user'\"
  ssgctl smpp drift --gateway jasmin --read-with /etc/ssgctl/jasmin-users
  hash=$(ssgctl smpp drift --gateway json --file accounts.json --hash)")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    live: LiveArgs,

    /// Print only the hash for `smpp push --expect-hash`, and exit 0
    #[arg(long)]
    hash: bool,
}

pub(crate) fn run(args: &DriftArgs, context: &mut Context) -> Result<()> {
    if args.hash {
        let hash = args.live.review(context)?.review.hash;
        return context.output.value("hash", &hash.to_string());
    }
    context.output.refuse_unknown_fields(&Difference::keys())?;
    let gateway = args.live.review(context)?;
    let review = &gateway.review;
    context.output.rows(&review.differences)?;
    let changes = review.changes().count() as u64;
    if changes == 0 {
        return Ok(());
    }
    context.note(&format!("hash of this review: {}", review.hash));
    let verb = if changes == 1 { "differs" } else { "differ" };
    let message = format!("{} of {} {verb}", count(changes, "account"), gateway.product.as_str());
    Err(Failure::new(ErrorCode::Differs, message).hint("`ssgctl smpp push` changes the gateway"))
}
