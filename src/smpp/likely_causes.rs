//! Suggests why a gateway refused a bind, from what is known about the account.

use crate::model::SmppAccount;
use crate::smpp::{CommandStatus, ProbeOutcome, ProbeReport, ProbeStep};

/// The likely causes of a failed probe, most likely first. Empty if every step succeeded or no cause is known.
pub fn likely_causes(report: &ProbeReport, account: &SmppAccount) -> Vec<String> {
    let (step, status) = match &report.outcome {
        ProbeOutcome::Bound => return Vec::new(),
        ProbeOutcome::Refused { step, status } => (*step, Some(*status)),
        ProbeOutcome::Failed { step, disconnected: true, .. } => (*step, None),
        ProbeOutcome::Failed { step, .. } => return causes_of_silence(report, *step),
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
        Some(CommandStatus::BIND_FAILED) | None => causes.push(outdated(account, "system ID or password")),
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
fn causes_of_silence(report: &ProbeReport, step: ProbeStep) -> Vec<String> {
    let port = report.endpoint.port;
    let cause = match (step, report.endpoint.tls) {
        (ProbeStep::Tls, _) => {
            format!("port {port} expects SMPP without TLS, or this machine does not trust the certificate")
        }
        (ProbeStep::Bind, false) => format!("port {port} expects TLS, or is not an SMPP port"),
        (ProbeStep::Bind, true) => "the gateway does not respond".to_owned(),
        _ => return Vec::new(),
    };
    vec![cause]
}
