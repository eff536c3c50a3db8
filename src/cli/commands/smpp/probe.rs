//! `ssgctl smpp probe`.

use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{Host, Invalid, Port};
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::smpp::{Client, CommandStatus, End, Endpoint, Report, Step, guesses, probe};

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::args::completion;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row, Shown};

/// Bind to the gateway as the customer's client would, and say why not
///
/// Connects to each host of the configuration, or to --host, binds as a transceiver with the stored credentials, asks
/// whether the gateway is there (`enquire_link`) and unbinds. Without --tls the password travels as any SMPP client's does:
/// readable by whoever is on the way. With --tls the certificate must be one that this machine trusts; `SSL_CERT_FILE` names
/// others. Messages that the gateway offers meanwhile are put back. The audit log keeps where the password was sent.
///
/// Exits 5 when a gateway refused, and 10 when one could not be reached or did not answer.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp probe abc_prod
  ssgctl smpp probe abc_prod --tls --json
  ssgctl smpp probe abc_prod --host smpp2.example.com --port 2776 --timeout 3")]
pub(crate) struct ProbeArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Connect to this host instead of those of the configuration
    #[arg(long, value_name = "HOST")]
    host: Option<Host>,

    /// Connect to this port instead of the configured one, which is 2775 or, with --tls, 8775
    #[arg(long, value_name = "PORT", value_parser = port)]
    port: Option<Port>,

    /// Use TLS
    #[arg(long)]
    tls: bool,

    /// How long each step may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = seconds)]
    timeout: u64,

    #[command(flatten)]
    why: ReasonArgs,
}

fn port(text: &str) -> Result<Port, Invalid> {
    text.parse().ok().and_then(Port::new).ok_or_else(|| Invalid::rule("must be a port, 1 to 65535"))
}

fn seconds(text: &str) -> Result<u64, Invalid> {
    let seconds = text.parse().ok().filter(|seconds| (1..=300).contains(seconds));
    seconds.ok_or_else(|| Invalid::rule("must be 1 to 300 seconds"))
}

/// What a probe of one endpoint found, and what may explain it.
struct Probed {
    report: Report,
    guesses: Vec<String>,
}

impl Probed {
    fn result(&self) -> &'static str {
        match self.report.end {
            End::Bound => "bound",
            End::Refused { .. } => "refused",
            End::Failed { .. } => "failed",
        }
    }

    fn status(&self) -> Option<CommandStatus> {
        match self.report.end {
            End::Bound => Some(CommandStatus::OK),
            End::Refused { status, .. } => Some(status),
            End::Failed { .. } => None,
        }
    }

    fn stopped_at(&self) -> Option<Step> {
        match self.report.end {
            End::Bound => None,
            End::Refused { step, .. } | End::Failed { step, .. } => Some(step),
        }
    }

    fn milliseconds(&self, step: Step) -> Cell<'_> {
        self.report.time(step).map_or(Cell::Empty, |time| Cell::number(time.as_millis()))
    }

    /// The sentence that says how it ended.
    fn told(&self) -> String {
        let endpoint = &self.report.endpoint;
        match &self.report.end {
            End::Bound => format!("{endpoint}: bound"),
            End::Refused { step, status } => format!("{endpoint} answered {} with {status}", step.as_str()),
            End::Failed { step, reason, .. } => format!("{endpoint}: {}: {reason}", step.as_str()),
        }
    }
}

impl Row for Probed {
    const NAME: &str = "endpoint";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("endpoint", |p| Cell::shown(&p.report.endpoint)),
        Column::detail("tls", |p| Cell::Flag(p.report.endpoint.tls)),
        Column::new("result", |p| Cell::text(p.result())),
        Column::new("status", |p| p.status().map_or(Cell::Empty, Cell::shown)),
        Column::detail("command_status", |p| Cell::maybe_number(p.status().map(|status| status.0))),
        Column::detail("stopped_at", |p| Cell::maybe(p.stopped_at().map(Step::as_str))),
        Column::new("connect_ms", |p| p.milliseconds(Step::Connect)),
        Column::detail("tls_ms", |p| p.milliseconds(Step::Tls)),
        Column::new("bind_ms", |p| p.milliseconds(Step::Bind)),
        Column::new("enquire_link_ms", |p| p.milliseconds(Step::EnquireLink)),
        Column::detail("unbind_ms", |p| p.milliseconds(Step::Unbind)),
        Column::new("smsc", |p| Cell::maybe(p.report.smsc.as_ref())),
        Column::detail("smpp_version", |p| {
            p.report
                .version
                .map_or(Cell::Empty, |version| Cell::shown(format_args!("{}.{}", version >> 4, version & 15)))
        }),
        Column::detail("address", |p| p.report.address.map_or(Cell::Empty, |address| Cell::shown(address.ip()))),
        Column::detail("local_address", |p| p.report.local.map_or(Cell::Empty, Cell::shown)),
        Column::detail("tls_protocol", |p| Cell::maybe(p.report.tls.as_ref().map(|tls| &tls.protocol))),
        Column::detail("tls_subject", |p| Cell::maybe(p.report.tls.as_ref().and_then(|tls| tls.subject.as_ref()))),
        Column::detail("tls_issuer", |p| Cell::maybe(p.report.tls.as_ref().and_then(|tls| tls.issuer.as_ref()))),
        Column::detail("tls_valid_from", |p| Cell::maybe_time(p.report.tls.as_ref().and_then(|tls| tls.valid_from))),
        Column::detail("tls_valid_until", |p| Cell::maybe_time(p.report.tls.as_ref().and_then(|tls| tls.valid_until))),
        Column::detail("put_back", |p| Cell::number(p.report.put_back)),
        Column::detail("why", |p| match &p.report.end {
            End::Failed { reason, .. } => Cell::text(reason),
            _ => Cell::Empty,
        }),
        Column::detail("guesses", |p| Cell::list(&p.guesses)),
    ];
}

pub(crate) fn run(args: &ProbeArgs, context: &mut Context) -> Result<()> {
    let endpoints = endpoints(args, context)?;
    let vault = context.existing_vault()?;
    context.output.refuse_unknown_fields(&Probed::keys())?;
    let names: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let credentials = context.write_unshown(&change, |tx| ops::smpp::probe(tx, &vault, &args.account, &names))?;
    // What was saved is a line of the audit log, and no change whose receipt could be missed.
    context.committed = false;
    let timeout = Duration::from_secs(args.timeout);
    let probed: Vec<Probed> = endpoints.iter().map(|endpoint| try_one(endpoint, &credentials, timeout)).collect();
    tell(&probed, context);
    context.output.all(&probed)?;
    verdict(&probed)
}

/// Where to try: the host that was given, else every one of the configuration.
fn endpoints(args: &ProbeArgs, context: &Context) -> Result<Vec<Endpoint>> {
    let gateway = &context.settings.gateway;
    let usual = if args.tls { gateway.tls_port } else { gateway.port };
    let port = args.port.unwrap_or(usual);
    let hosts = args.host.clone().map_or_else(|| gateway.hosts.clone(), |host| vec![host]);
    if hosts.is_empty() {
        return Err(Failure::missing("--host", "as the configuration names no gateway.hosts").field("host"));
    }
    Ok(hosts.into_iter().map(|host| Endpoint { host, port, tls: args.tls }).collect())
}

fn try_one(endpoint: &Endpoint, credentials: &Credentials, timeout: Duration) -> Probed {
    let details = &credentials.account.details;
    let client = Client {
        system_id: credentials.account.system_id.as_str(),
        password: &credentials.password,
        system_type: details.system_type.as_ref().map_or("", |kind| kind.as_str()),
        address_range: details.address_range.as_ref().map_or("", |range| range.as_str()),
    };
    let report = probe(endpoint, &client, timeout);
    let guesses = guesses(&report, &credentials.account);
    Probed { report, guesses }
}

/// What a person wants to know beside the table.
fn tell(probed: &[Probed], context: &Context) {
    for Probed { report, .. } in probed {
        if let Some(tls) = &report.tls {
            let unknown = "somebody unnamed".to_owned();
            let (subject, issuer) = (tls.subject.as_ref().unwrap_or(&unknown), tls.issuer.as_ref().unwrap_or(&unknown));
            let until = tls.valid_until.map_or_else(String::new, |until| format!(", until {}", until.for_reading()));
            context.note(&format!(
                "{}: {}, certificate of {} by {}{until}",
                report.endpoint,
                tls.protocol,
                quoted(subject),
                quoted(issuer)
            ));
        }
        if report.put_back > 0 {
            context.note(&format!("{}: {} messages came and were put back", report.endpoint, report.put_back));
        }
    }
}

/// A failure that tells of every endpoint that did not do, the unreachable weighing more than the refused.
fn verdict(probed: &[Probed]) -> Result<()> {
    let failed: Vec<&Probed> = probed.iter().filter(|probed| probed.stopped_at().is_some()).collect();
    let is_unreachable = failed.iter().any(|probed| matches!(probed.report.end, End::Failed { .. }));
    let code = if is_unreachable { ErrorCode::Io } else { ErrorCode::Refused };
    let failure = |probed: &Probed| {
        let failure = Failure::new(code, probed.told());
        if probed.guesses.is_empty() { failure } else { failure.hint(probed.guesses.join("; ")) }
    };
    match failed.as_slice() {
        [] => Ok(()),
        [one] => Err(failure(one)),
        several => {
            let message = format!("{} of {} endpoints failed", several.len(), probed.len());
            Err(Failure::new(code, message).because_of(several.iter().map(|one| failure(one)).collect()))
        }
    }
}
