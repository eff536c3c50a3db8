//! Suggests why a gateway refused a bind, from what is known about the account.

use crate::model::SmppAccount;
use crate::smpp::{CommandStatus, FailureKind, ProbeOutcome, ProbeReport, ProbeStep};
use crate::tls::CertificateProblem;

/// The likely causes of a failed probe, most likely first. Empty if every step succeeded or no cause is known.
pub fn likely_causes(report: &ProbeReport, account: &SmppAccount) -> Vec<String> {
    let (step, status) = match &report.outcome {
        ProbeOutcome::Bound => return Vec::new(),
        ProbeOutcome::Refused { step, status } => (*step, Some(*status)),
        ProbeOutcome::Failed { step: ProbeStep::Bind, kind: FailureKind::Disconnected, .. } => (ProbeStep::Bind, None),
        ProbeOutcome::Failed { step, kind, .. } => return causes_of_failure(report, *step, *kind),
    };
    if step != ProbeStep::Bind {
        return Vec::new();
    }
    let mut causes: Vec<String> = disabling_switches(account).collect();
    causes.extend(address_cause(report, account, status));
    match status {
        Some(CommandStatus::INVALID_PASSWORD) => causes.push(outdated(account, "password")),
        Some(CommandStatus::INVALID_SYSTEM_ID) => {
            causes.push("the gateway does not have the account; run `ssgctl smpp export`".to_owned());
        }
        Some(CommandStatus::INVALID_COMMAND_ID) => {
            causes.push(
                "the gateway does not accept this kind of bind: try --bind transmitter or --bind receiver".to_owned(),
            );
        }
        Some(CommandStatus::ALREADY_BOUND | CommandStatus::INVALID_BIND_STATE) => {
            causes.push("the account is already bound, and the gateway does not accept a second bind".to_owned());
        }
        Some(CommandStatus::INVALID_SYSTEM_TYPE) => {
            let system_type = account.details.system_type.as_ref().map_or("none", |kind| kind.as_str());
            causes.push(format!("the gateway expects another system type than {system_type}"));
        }
        Some(CommandStatus::THROTTLED | CommandStatus::SYSTEM_ERROR) => {
            causes.push("the gateway is overloaded or not working".to_owned());
        }
        Some(CommandStatus::BIND_FAILED) => {
            causes.push(outdated(account, "system ID or password"));
            causes.push(
                "opensmppbox without `use-systemid-as-smsboxid = true` compares the system type with its file exactly"
                    .to_owned(),
            );
        }
        None => {
            causes.push(outdated(account, "system ID or password"));
            causes.push("ksmppd closes every connection of an address for 5 minutes after four wrong binds".to_owned());
        }
        Some(_) => {}
    }
    if let Some(limit) = account.details.max_binds.filter(|_| may_mean_bind_limit(status)) {
        causes.push(format!("the account may have reached its limit of {limit} simultaneous binds"));
    }
    causes
}

fn disabling_switches(account: &SmppAccount) -> impl Iterator<Item = String> {
    let switches = [
        (account.lifecycle.archived_at.is_some(), "the account is archived"),
        (!account.details.enabled, "the account is disabled"),
        (!account.details.binding_enabled, "binding is disabled for the account"),
    ];
    switches.into_iter().filter(|(is_off, _)| *is_off).map(|(_, cause)| cause.to_owned())
}

/// Whether the address of this machine may be the cause. A gateway behind NAT sees another address than this machine
/// knows.
fn address_cause(report: &ProbeReport, account: &SmppAccount, status: Option<CommandStatus>) -> Option<String> {
    let allowed = &account.details.allowed_ips;
    let local = report.local?;
    if allowed.is_empty() || allowed.iter().any(|range| range.contains(local)) {
        // Some gateways close the connection for an unknown address. The gateway's list may be older than ours.
        let closed_without_answer = status.is_none() && !allowed.is_empty();
        return closed_without_answer
            .then(|| format!("the gateway may not allow {local} yet; run `ssgctl smpp export`"));
    }
    Some(format!("this machine's address {local} is not in the account's allowed_ips"))
}

fn outdated(account: &SmppAccount, what: &str) -> String {
    match account.previous_password_until {
        Some(_) => {
            format!("the gateway has another {what}: the password was rotated and may not have been exported since")
        }
        None => format!("the gateway has another {what}; compare with `ssgctl smpp export --diff`"),
    }
}

/// Whether a gateway may give this answer to an account that has reached its limit of binds.
fn may_mean_bind_limit(status: Option<CommandStatus>) -> bool {
    matches!(
        status,
        None | Some(
            CommandStatus::BIND_FAILED
                | CommandStatus::ALREADY_BOUND
                | CommandStatus::SYSTEM_ERROR
                | CommandStatus::THROTTLED
        )
    )
}

/// The likely causes of no answer, or of one that is not SMPP or TLS.
fn causes_of_failure(report: &ProbeReport, step: ProbeStep, kind: FailureKind) -> Vec<String> {
    let (port, has_tls) = (report.endpoint.port, report.endpoint.tls);
    let cause = match (kind, step) {
        (FailureKind::SpeaksTls, _) => format!("port {port} expects TLS: add --tls"),
        (FailureKind::SpeaksNoTls, _) | (FailureKind::Silent | FailureKind::Disconnected, ProbeStep::Tls) => {
            format!("port {port} expects SMPP without TLS: drop --tls, or name the TLS port with --port")
        }
        (FailureKind::ClientCertificate, _) => {
            "a probe has no client certificate: ask the operator of the gateway for a port that needs none, or test with \
             the customer's client"
                .to_owned()
        }
        (FailureKind::Certificate(problem), _) => cause_of_certificate(problem).to_owned(),
        (FailureKind::Silent | FailureKind::NotSmpp, ProbeStep::Bind) if !has_tls => {
            format!("port {port} expects TLS, which --tls uses, or is not an SMPP port")
        }
        (FailureKind::NotSmpp, _) => format!("port {port} is not an SMPP port"),
        (FailureKind::Silent, ProbeStep::Bind) => "the gateway does not respond".to_owned(),
        (FailureKind::WrongAnswer, _) => "the gateway does not follow SMPP v3.4: report it to its operator".to_owned(),
        (FailureKind::Other, ProbeStep::Tls) => {
            "the TLS settings of the server and of this machine do not fit; SSL_CERT_FILE names certificates to trust"
                .to_owned()
        }
        _ => return Vec::new(),
    };
    vec![cause]
}

fn cause_of_certificate(problem: CertificateProblem) -> &'static str {
    match problem {
        CertificateProblem::SelfSigned => {
            "if you trust this server, save its certificate in a PEM file and set SSL_CERT_FILE to that file"
        }
        CertificateProblem::UnknownIssuer => {
            "set SSL_CERT_FILE to a PEM file with the issuer's certificate, or the server does not send an intermediate \
             certificate"
        }
        CertificateProblem::Expired => {
            "the operator of the gateway must renew the certificate, or the clock of this machine is wrong"
        }
        CertificateProblem::NotYetValid => "the clock of this machine may be wrong",
        CertificateProblem::WrongName => "connect with --host to the name that the certificate is for",
        CertificateProblem::Revoked | CertificateProblem::Other => {
            "the operator of the gateway must replace the certificate"
        }
    }
}
