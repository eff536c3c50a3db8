//! `ssgctl traffic find`: finds messages by their destination.

use std::str::FromStr;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{Country, Destination, Invalid, MessageId, MessageRecord, Msisdn, day_of};
use ssgctl::store::MessageSearch;

use crate::args::completion;
use crate::args::moment::Moment;
use crate::args::named_period::NamedPeriod;
use crate::args::period::{Last, PeriodArgs, ZoneArgs};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::FieldKeys;

/// Find the messages to a number, with their states and charges
///
/// Searches the last two days unless a period is given. It reads every message of the period, so a long one takes longer; --account
/// and --customer narrow what is found. If you know the message ID, `ssgctl traffic show` finds it at once. Pruned messages are not
/// found. No match exits 3.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic find --to +447700900123
  ssgctl traffic find --to +447700900123 --last 7d --customer ABCCORP331
  ssgctl traffic find --to +447700900123 --period yesterday --json | jq -r '.[] | [.submitted_at, .state] | @tsv'
  ssgctl traffic find --id 1234567 --period 2026-11")]
pub(crate) struct FindArgs {
    /// Destination: a number in international form, as dialled within defaults.country of the configuration, or what the gateway
    /// reported, such as a short code
    #[arg(long, value_name = "NUMBER", required_unless_present = "id")]
    to: Option<Recipient>,

    /// Message ID assigned by the gateway
    #[arg(long, value_name = "MESSAGE")]
    id: Option<MessageId>,

    /// Only messages of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Only messages of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    // The options of every period, but for the alias `--to` of `--until`, which is the destination here.
    /// Start: a time, a date, a word such as yesterday, monday or 2026-10, or an age such as 7d
    #[arg(long, visible_alias = "since", value_name = "TIME", conflicts_with_all = ["last", "period"])]
    from: Option<Moment>,

    /// End, not included: a time, a date, a word or an age, as for the start
    #[arg(long, value_name = "TIME", conflicts_with_all = ["last", "period"])]
    until: Option<Moment>,

    /// The last hours, days, weeks, months or years, with the current one, or minutes: 90m, 24h, 7d, 3mo
    #[arg(long, value_name = "SPAN", conflicts_with = "period")]
    last: Option<Last>,

    /// today, yesterday, this week, last month, monday, 2026-11-24, 2026-10, 2026Q3 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: Option<NamedPeriod>,

    #[command(flatten)]
    zone: ZoneArgs,
}

/// The value of `--to`.
#[derive(Debug, Clone)]
struct Recipient(Destination);

impl FromStr for Recipient {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // A date would be a number with hyphens.
        let is_date = text.get(4..5) == Some("-") && text.parse::<Moment>().is_ok();
        if is_date || ["today", "yesterday", "now"].contains(&text) {
            return Err(Invalid::rule(
                "is a time, and --to is the number that received the message; the end of the period is --until",
            ));
        }
        text.parse().map(Self)
    }
}

/// The number of days that are searched unless a period is given.
const SEARCHED_DAYS: i32 = 2;

/// The columns of a table. The destination is that of the command line, unless only an ID is known.
const SHOWN: [&str; 8] =
    ["submitted_at", "customer", "system_id", "destination", "message_id", "state", "charge", "unit"];

pub(crate) fn run(args: &FindArgs, context: &mut Context) -> Result<()> {
    let to = args.to.as_ref().map(|Recipient(to)| recipient(to, context));
    let period = PeriodArgs::new(args.from, args.until, args.last, args.period, args.zone.clone());
    let (from, until) = period.bounds_or_last_days(context.settings.defaults.zone(), SEARCHED_DAYS);
    let shown: Vec<&str> = SHOWN.into_iter().filter(|key| *key != "destination" || args.to.is_none()).collect();
    let (records, pruned_before) = context.read(|snapshot| {
        let account = args.account.as_ref().map(|name| snapshot.smpp_account(name)).transpose()?;
        let customer = args.customer.as_ref().map(|name| snapshot.customer(name)).transpose()?;
        let search = MessageSearch {
            destination: to.clone(),
            id: args.id.clone(),
            customer_id: customer.map(|customer| customer.id),
            account_id: account.map(|account| account.id),
            from,
            until,
        };
        Ok((snapshot.find_messages(&search)?, snapshot.pruned_before()?))
    })?;
    if !records.is_empty() {
        let shown = (!context.output.is_data()).then_some(&shown[..]);
        let mut rows = context.output.table(&MessageRecord::keys(), shown)?;
        records.iter().try_for_each(|record| rows.row(record))?;
        return rows.end().map(drop);
    }
    let what = match (&to, &args.id) {
        (Some(to), _) => format!("no message to {} in the period", quoted(to)),
        (None, id) => {
            format!("no message {} in the period", quoted(id.as_ref().map(ToString::to_string).unwrap_or_default()))
        }
    };
    let pruned = pruned_before.map(|day| format!("; messages submitted before {} were pruned", day_of(day)));
    let pruned = pruned.unwrap_or_default();
    let hint = match &to {
        Some(Destination::Other(text)) if text.starts_with('0') => {
            format!("write the number in international form, such as +447700900123, or set defaults.country{pruned}")
        }
        _ => format!("search a longer period, such as --last 30d{pruned}"),
    };
    Err(Failure::new(ErrorCode::NotFound, what).hint(hint))
}

/// The destination that is meant: a number as it is dialled within the country of the configuration is completed.
fn recipient(to: &Destination, context: &Context) -> Destination {
    let Destination::Other(national) = to else { return to.clone() };
    let country = context.settings.defaults.country.as_ref().filter(|_| national.starts_with('0'));
    let mut codes = country.into_iter().flat_map(Country::calling_codes);
    let number = codes.find_map(|code| Msisdn::of_country(national, code).ok()?.to_string().parse().ok());
    number.unwrap_or_else(|| to.clone())
}
