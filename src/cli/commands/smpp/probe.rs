//! `ssgctl smpp probe`.

use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{Host, Invalid, Port};
use ssgctl::ops;
use ssgctl::ops::smpp::Credentials;
use ssgctl::smpp::{
    BindCredentials, BindType, CommandStatus, Endpoint, ProbeOutcome, ProbeReport, ProbeStep, likely_causes, probe,
};

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::completion;
use crate::config::certificates::refuse_missing_certificates;
use crate::context::Context;
use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Test whether an SMPP account can bind to the gateway, and explain why not
///
/// Connects to each configured host, or to --host, binds with the stored credentials, sends `enquire_link` and unbinds.
/// Without --tls the password is sent unencrypted, as by any SMPP client. With --tls this machine must trust the
/// certificate; `SSL_CERT_FILE` names a PEM file with the certificates to trust instead of those of the system. Messages
/// that the gateway delivers during the test are returned for later delivery. The audit log records where the password
/// was sent.
///
/// Exits 5 if a gateway refused, and 10 if one could not be reached or did not answer. If only the unbind gets no
/// answer, the account can bind: it warns and exits 0.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp probe abc_prod
  ssgctl smpp probe abc_prod --tls --json
  ssgctl smpp probe abc_prod --host smpp2.example.com --port 2776 --timeout 3")]
pub(crate) struct ProbeArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Connect to this host instead of the configured ones
    #[arg(long, value_name = "HOST")]
    host: Option<Host>,

    /// Connect to this port [default: the configured port, else 2775, or 8775 with --tls]
    #[arg(long, value_name = "PORT", value_parser = port)]
    port: Option<Port>,

    /// Bind as a transceiver, transmitter or receiver
    #[arg(long, value_name = "TYPE", default_value_t = BindType::Transceiver)]
    bind: BindType,

    /// Use TLS
    #[arg(long)]
    tls: bool,

    /// Timeout of each step
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = seconds)]
    timeout: u64,

    #[command(flatten)]
    why: AuditArgs,
}

fn port(text: &str) -> Result<Port, Invalid> {
    text.parse().ok().and_then(Port::new).ok_or_else(|| Invalid::rule("must be a port, 1 to 65535"))
}

pub(super) fn seconds(text: &str) -> Result<u64, Invalid> {
    let seconds = text.parse().ok().filter(|seconds| (1..=300).contains(seconds));
    seconds.ok_or_else(|| Invalid::rule("must be 1 to 300 seconds"))
}

/// The result of probing one endpoint, and the likely causes of a failure.
struct ProbeResult {
    report: ProbeReport,
    likely_causes: Vec<String>,
}

impl ProbeResult {
    fn result(&self) -> &'static str {
        match self.report.outcome {
            ProbeOutcome::Bound => "bound",
            ProbeOutcome::Refused { .. } => "refused",
            ProbeOutcome::Failed { .. } => "failed",
        }
    }

    fn status(&self) -> Option<CommandStatus> {
        match self.report.outcome {
            ProbeOutcome::Bound => Some(CommandStatus::OK),
            ProbeOutcome::Refused { status, .. } => Some(status),
            ProbeOutcome::Failed { .. } => None,
        }
    }

    fn stopped_at(&self) -> Option<ProbeStep> {
        match self.report.outcome {
            ProbeOutcome::Bound => None,
            ProbeOutcome::Refused { step, .. } | ProbeOutcome::Failed { step, .. } => Some(step),
        }
    }

    fn milliseconds(&self, step: ProbeStep) -> Cell<'_> {
        self.report.time(step).map_or(Cell::Empty, |time| Cell::number(time.as_millis()))
    }

    /// The outcome as a sentence.
    fn summary(&self) -> String {
        let endpoint = &self.report.endpoint;
        match &self.report.outcome {
            ProbeOutcome::Bound => format!("{endpoint}: bound"),
            ProbeOutcome::Refused { step, status } => format!("{endpoint} answered {} with {status}", step.as_str()),
            ProbeOutcome::Failed { step, reason, .. } => format!("{endpoint}: {}: {reason}", step.as_str()),
        }
    }
}

impl Row for ProbeResult {
    const NAME: &str = "endpoint";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("endpoint", |p| Cell::shown(&p.report.endpoint)),
        Column::detail("tls", |p| Cell::Flag(p.report.endpoint.tls)),
        Column::new("result", |p: &Self| Cell::text(p.result())).state(),
        Column::new("status", |p: &Self| p.status().map_or(Cell::Empty, Cell::shown)).state(),
        Column::detail("command_status", |p: &Self| Cell::maybe_number(p.status().map(|status| status.0))).id(),
        Column::detail("stopped_at", |p| Cell::maybe(p.stopped_at().map(ProbeStep::as_str))),
        Column::new("connect_ms", |p| p.milliseconds(ProbeStep::Connect)),
        Column::detail("tls_ms", |p| p.milliseconds(ProbeStep::Tls)),
        Column::new("bind_ms", |p| p.milliseconds(ProbeStep::Bind)),
        Column::new("enquire_link_ms", |p| p.milliseconds(ProbeStep::EnquireLink)),
        Column::detail("unbind_ms", |p| p.milliseconds(ProbeStep::Unbind)),
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
        Column::detail("why", |p: &Self| match &p.report.outcome {
            ProbeOutcome::Failed { reason, .. } => Cell::text(reason),
            _ => Cell::maybe(p.report.unbind_problem.as_ref()),
        })
        .text(),
        Column::detail("guesses", |p| Cell::list(&p.likely_causes)),
    ];
}

pub(crate) fn run(args: &ProbeArgs, context: &mut Context) -> Result<()> {
    let endpoints = endpoints(args, context)?;
    if args.tls {
        refuse_missing_certificates()?;
    }
    let vault = context.existing_vault()?;
    context.output.refuse_unknown_fields(&ProbeResult::keys())?;
    let names: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
    let change = ChangeArgs { dry_run: false, audit: args.why.clone() };
    let credentials = context.transact(&change, |tx| ops::smpp::probe(tx, &vault, &args.account, &names))?;
    // Only a line of the audit log was saved. If printing fails, there is no change that the error would have to
    // mention.
    context.committed = false;
    let timeout = Duration::from_secs(args.timeout);
    let results: Vec<ProbeResult> =
        endpoints.iter().map(|endpoint| probe_endpoint(endpoint, args.bind, &credentials, timeout)).collect();
    print_notes(&results, context);
    context.output.rows(&results)?;
    verdict(&results)
}

/// The endpoints to probe: the host of --host, or else every configured one.
fn endpoints(args: &ProbeArgs, context: &Context) -> Result<Vec<Endpoint>> {
    let gateway = &context.settings.gateway;
    let default_port = if args.tls { gateway.tls_port } else { gateway.port };
    let port = args.port.unwrap_or(default_port);
    let hosts = args.host.clone().map_or_else(|| gateway.hosts.clone(), |host| vec![host]);
    if hosts.is_empty() {
        return Err(Failure::missing("--host", "because gateway.hosts is not configured").field("host"));
    }
    Ok(hosts.into_iter().map(|host| Endpoint { host, port, tls: args.tls }).collect())
}

/// Text of a gateway in a form that is safe to print, and short.
fn printable(text: &str) -> String {
    const LONGEST: usize = 64;
    visible(text).chars().take(LONGEST).collect()
}

fn probe_endpoint(
    endpoint: &Endpoint,
    bind_type: BindType,
    credentials: &Credentials,
    timeout: Duration,
) -> ProbeResult {
    let client = BindCredentials::of(&credentials.account, &credentials.password, bind_type);
    let mut report = probe(endpoint, &client, timeout);
    report.smsc = report.smsc.as_deref().map(printable);
    if let Some(tls) = &mut report.tls {
        (tls.subject, tls.issuer) = (tls.subject.as_deref().map(printable), tls.issuer.as_deref().map(printable));
    }
    let likely_causes = likely_causes(&report, &credentials.account);
    ProbeResult { report, likely_causes }
}

/// Prints notes about certificates and returned messages, which the table does not show.
fn print_notes(results: &[ProbeResult], context: &Context) {
    for ProbeResult { report, .. } in results {
        if let Some(tls) = &report.tls {
            let unknown = "(no name)".to_owned();
            let (subject, issuer) = (tls.subject.as_ref().unwrap_or(&unknown), tls.issuer.as_ref().unwrap_or(&unknown));
            let until =
                tls.valid_until.map_or_else(String::new, |until| format!(", valid until {}", until.for_reading()));
            context.note(&format!(
                "{}: {}, certificate of {} issued by {}{until}",
                report.endpoint,
                tls.protocol,
                quoted(subject),
                quoted(issuer)
            ));
        }
        if let Some(problem) = &report.unbind_problem {
            Context::warn(&format!("{}: bound, but the unbind got no answer: {problem}", report.endpoint));
        }
        if report.put_back > 0 {
            context
                .note(&format!("{}: {} messages were returned for later delivery", report.endpoint, report.put_back));
        }
    }
}

/// A failure for the endpoints that cannot be used. An unreachable one decides the exit code over one that refused.
fn verdict(results: &[ProbeResult]) -> Result<()> {
    let failed: Vec<&ProbeResult> = results.iter().filter(|result| result.stopped_at().is_some()).collect();
    let is_unreachable = failed.iter().any(|result| matches!(result.report.outcome, ProbeOutcome::Failed { .. }));
    let code = if is_unreachable { ErrorCode::Io } else { ErrorCode::Refused };
    let failure = |result: &ProbeResult| {
        let failure = Failure::new(code, result.summary());
        if result.likely_causes.is_empty() { failure } else { failure.hint(result.likely_causes.join("; ")) }
    };
    match failed.as_slice() {
        [] => Ok(()),
        [one] => Err(failure(one)),
        several => {
            let message = format!("{} of {} endpoints failed", several.len(), results.len());
            Err(Failure::new(code, message).with_details(several.iter().map(|one| failure(one)).collect()))
        }
    }
}
