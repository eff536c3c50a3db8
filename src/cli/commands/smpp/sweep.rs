//! `ssgctl smpp sweep`.

use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::count;
use ssgctl::model::SmppAccount;
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::smpp::{
    BindCredentials, BindType, CommandStatus, Endpoint, Expected, ProbeOutcome, ProbeReport, SweepVerdict,
    SweptAccount, expectation, local_address, probe, sweep,
};
use ssgctl::store::{ArchiveFilter, SmppFilter};

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::completion;
use crate::commands::smpp::probe::seconds;
use crate::config::certificates::refuse_missing_certificates;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Test that the gateway refuses the accounts that it should refuse, and lets in the others
///
/// Binds to each host of [gateway] with the stored credentials of every account, archived ones included, as `ssgctl smpp probe`
/// does, and compares: archived and disabled accounts, those that may not bind, and those that may not bind from this machine's
/// address must be refused; all others must bind. Prints every probe, and exits 7 if one differs.
///
/// After every three refusals, an account that could bind binds again. If it cannot, the gateway has locked this machine out:
/// the refusals since then prove nothing, and the sweep of this host ends. Probes that prove nothing, such as those without an
/// answer, are `unproven`, and the command exits 10 if no other differs. A password is deleted when its grace period ends,
/// so that an old one cannot be tried: `ssgctl smpp drift` finds gateways that still have it.
///
/// A customer's client may be bound at the same time. On gateways that allow one bind, and with `max_binds`, the probe may be
/// refused, which is `unproven`, or end the client's session: name the accounts that may be probed, or sweep at a quiet time.
/// Messages that the gateway delivers during a probe are returned for later delivery. The audit log records where passwords
/// were sent.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp sweep --dry-run
  ssgctl smpp sweep --tls --per-second 2
  ssgctl smpp sweep noc_test acme_old xyz_prod --address 192.0.2.7
  30 4 * * *  gateway  ssgctl smpp sweep -q --json >/var/lib/ssgctl/sweep.json   # in /etc/cron.d")]
pub(crate) struct SweepArgs {
    /// System IDs or short names [default: all accounts]
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    accounts: Vec<String>,

    /// Address of this machine as the gateway sees it, behind NAT [default: that of the connection]
    #[arg(long, value_name = "IP", value_parser = ip_address)]
    address: Option<IpAddr>,

    /// Bind as a transceiver, transmitter or receiver
    #[arg(long, value_name = "TYPE", default_value_t = BindType::Transceiver)]
    bind: BindType,

    /// Use TLS, on the TLS port of [gateway]
    #[arg(long)]
    tls: bool,

    /// Maximum number of probes a second
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100))]
    per_second: u64,

    /// Timeout of each step
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = seconds)]
    timeout: u64,

    /// List what would be probed without connecting
    #[arg(short = 'n', long)]
    dry_run: bool,

    #[command(flatten)]
    why: AuditArgs,
}

/// A probe of an account on one endpoint, or one that would be made.
struct SweepRow {
    account: SmppAccount,
    endpoint: Endpoint,
    expected: (Expected, &'static str),
    /// `None` if it was not probed.
    swept: Option<SweptAccount>,
}

impl SweepRow {
    fn outcome(&self) -> Option<&ProbeOutcome> {
        self.swept.as_ref().map(|swept| &swept.report.outcome)
    }

    fn verdict(&self) -> SweepVerdict {
        self.swept.as_ref().map_or(SweepVerdict::Unproven, |swept| swept.verdict)
    }
}

impl Row for SweepRow {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |r| Cell::text(r.account.system_id.as_str())),
        Column::new("customer", |r| Cell::text(&r.account.customer)),
        Column::new("endpoint", |r| Cell::shown(&r.endpoint)),
        Column::detail("tls", |r| Cell::Flag(r.endpoint.tls)),
        Column::new("expected", |r: &Self| Cell::text(r.expected.0.as_str())),
        Column::new("because", |r| Cell::text(r.expected.1)),
        Column::new("result", |r: &Self| match r.outcome() {
            Some(ProbeOutcome::Bound) => Cell::text("bound"),
            Some(ProbeOutcome::Refused { .. }) => Cell::text("refused"),
            Some(ProbeOutcome::Failed { .. }) => Cell::text("failed"),
            None => Cell::Empty,
        })
        .state(),
        Column::new("status", |r| match r.outcome() {
            Some(ProbeOutcome::Bound) => Cell::shown(CommandStatus::OK),
            Some(ProbeOutcome::Refused { status, .. }) => Cell::shown(*status),
            _ => Cell::Empty,
        }),
        Column::detail("why", |r: &Self| match r.outcome() {
            Some(ProbeOutcome::Failed { reason, .. }) => Cell::text(reason),
            _ => Cell::Empty,
        })
        .text(),
        Column::new("verdict", |r: &Self| {
            r.swept.as_ref().map_or(Cell::Empty, |swept| Cell::text(swept.verdict.as_str()))
        })
        .state()
        .essential(),
    ];
}

fn ip_address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "must be an IP address, such as 192.0.2.7 or 2001:db8::7")
}

pub(crate) fn run(args: &SweepArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&SweepRow::keys())?;
    let endpoints = endpoints(args, context)?;
    let accounts = accounts(args, context)?;
    if args.dry_run {
        let rows: Vec<SweepRow> = endpoints.iter().flat_map(|endpoint| planned(endpoint, &accounts, args)).collect();
        return context.output.rows(&rows);
    }
    if args.tls {
        refuse_missing_certificates()?;
    }
    let credentials = credentials(args, context, &accounts, &endpoints)?;
    // Only lines of the audit log were saved.
    context.committed = false;
    let rows: Vec<SweepRow> =
        endpoints.iter().flat_map(|endpoint| sweep_endpoint(endpoint, args, &credentials)).collect();
    context.output.rows(&rows)?;
    verdict(&rows)
}

/// The hosts of the configuration. No other can be named: a sweep sends every password.
fn endpoints(args: &SweepArgs, context: &Context) -> Result<Vec<Endpoint>> {
    let gateway = &context.settings.gateway;
    if gateway.hosts.is_empty() {
        return Err(Failure::new(ErrorCode::MissingValue, "gateway.hosts is not configured")
            .hint("`ssgctl config set gateway.hosts '[\"smpp.example.com\"]'` names the hosts to sweep"));
    }
    let port = if args.tls { gateway.tls_port } else { gateway.port };
    Ok(gateway.hosts.iter().map(|host| Endpoint { host: host.clone(), port, tls: args.tls }).collect())
}

/// The named accounts, else all.
fn accounts(args: &SweepArgs, context: &mut Context) -> Result<Vec<SmppAccount>> {
    context.read(|snapshot| {
        if !args.accounts.is_empty() {
            return args.accounts.iter().map(|name| snapshot.smpp_account(name)).collect();
        }
        let mut accounts = Vec::new();
        let all = SmppFilter { archive_filter: ArchiveFilter::All, ..SmppFilter::default() };
        snapshot.smpp_accounts(&all, |account| {
            accounts.push(account);
            Ok::<_, ssgctl::Error>(())
        })?;
        Ok(accounts)
    })
}

fn planned(endpoint: &Endpoint, accounts: &[SmppAccount], args: &SweepArgs) -> Vec<SweepRow> {
    let row = |account: &SmppAccount| SweepRow {
        expected: expectation(account, args.address),
        account: account.clone(),
        endpoint: endpoint.clone(),
        swept: None,
    };
    accounts.iter().map(row).collect()
}

/// The passwords of the accounts. An account that cannot bind to any gateway is left out with a warning.
fn credentials(
    args: &SweepArgs,
    context: &mut Context,
    accounts: &[SmppAccount],
    endpoints: &[Endpoint],
) -> Result<Vec<Credentials>> {
    let vault = context.existing_vault()?;
    let names: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
    let change = ChangeArgs { dry_run: false, audit: args.why.clone() };
    let mut left_out = Vec::new();
    let credentials = context.transact(&change, |tx| {
        let mut credentials = Vec::new();
        for account in accounts {
            match ops::smpp::probe(tx, &vault, account.system_id.as_str(), &names) {
                Ok(found) => credentials.push(found),
                Err(ssgctl::Error::Refused(reason)) => left_out.push(reason),
                Err(error) => return Err(error),
            }
        }
        Ok(credentials)
    })?;
    for reason in left_out {
        Context::warn(&format!("{reason}: it is left out"));
    }
    Ok(credentials)
}

fn sweep_endpoint(endpoint: &Endpoint, args: &SweepArgs, credentials: &[Credentials]) -> Vec<SweepRow> {
    let (timeout, pause) = (Duration::from_secs(args.timeout), Duration::from_millis(1_000 / args.per_second));
    let address = args.address.or_else(|| local_address(endpoint, timeout));
    let expected: Vec<(Expected, &'static str)> =
        credentials.iter().map(|found| expectation(&found.account, address)).collect();
    let kinds: Vec<Expected> = expected.iter().map(|(expected, _)| *expected).collect();
    let mut is_first = true;
    let swept = sweep(&kinds, &mut |index| {
        if !std::mem::take(&mut is_first) {
            thread::sleep(pause);
        }
        probe_account(endpoint, args.bind, &credentials[index], timeout)
    });
    if swept.iter().any(Option::is_none) {
        Context::warn(&format!(
            "{endpoint}: the sweep ended early: the gateway cannot be reached, or has locked this machine out"
        ));
    }
    let rows = credentials.iter().zip(expected).zip(swept);
    rows.map(|((found, expected), swept)| SweepRow {
        account: found.account.clone(),
        endpoint: endpoint.clone(),
        expected,
        swept,
    })
    .collect()
}

fn probe_account(
    endpoint: &Endpoint,
    bind_type: BindType,
    credentials: &Credentials,
    timeout: Duration,
) -> ProbeReport {
    let client = BindCredentials::of(&credentials.account, &credentials.password, bind_type);
    probe(endpoint, &client, timeout)
}

/// A failure if a gateway did not do what it should, or if that is not known.
fn verdict(rows: &[SweepRow]) -> Result<()> {
    let of = |wanted| rows.iter().filter(|row| row.verdict() == wanted).collect::<Vec<_>>();
    let (differing, unproven) = (of(SweepVerdict::Differs), of(SweepVerdict::Unproven));
    if let [first, ..] = differing[..] {
        let message =
            format!("{} of {} differ from what they should be", differing.len(), count(rows.len() as u64, "probe"));
        let hint = match first.expected.0 {
            Expected::Refused => "`ssgctl smpp drift` and `ssgctl smpp push` bring the gateway up to date",
            Expected::Bound => "`ssgctl smpp probe ACCOUNT` explains a refusal",
        };
        return Err(Failure::new(ErrorCode::Differs, message).hint(hint));
    }
    if unproven.is_empty() {
        return Ok(());
    }
    let message = format!("{} of {} prove nothing", unproven.len(), count(rows.len() as u64, "probe"));
    Err(Failure::new(ErrorCode::Io, message).hint("`--json --fields system_id,endpoint,why` has the reasons"))
}
