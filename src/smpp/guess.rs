//! Why a gateway may have refused an account, from what is known of the account.

use crate::model::SmppAccount;
use crate::smpp::{CommandStatus, End, Report, Step};

/// The reasons that may explain how a probe ended, the likeliest first; none when it went well.
pub fn guesses(report: &Report, account: &SmppAccount) -> Vec<String> {
    let mut guesses = Vec::new();
    let (step, status) = match &report.end {
        End::Bound => return guesses,
        End::Refused { step, status } => (*step, Some(*status)),
        End::Failed { step, hung_up: true, .. } => (*step, None),
        End::Failed { step, .. } => return of_silence(report, *step),
    };
    if step != Step::Bind {
        return guesses;
    }
    guesses.extend(of_switches(account));
    guesses.extend(of_address(report, account, status));
    match status {
        Some(CommandStatus::INVALID_PASSWORD) => guesses.push(stale(account, "password")),
        Some(CommandStatus::INVALID_SYSTEM_ID) => guesses.push("the gateway does not know it; export it".to_owned()),
        Some(CommandStatus::ALREADY_BOUND | CommandStatus::INVALID_BIND_STATE) => {
            guesses.push("it is bound already, and the gateway takes no second bind".to_owned());
        }
        Some(CommandStatus::INVALID_SYSTEM_TYPE) => {
            let kind = account.details.system_type.as_ref().map_or("none", |kind| kind.as_str());
            guesses.push(format!("the gateway has another system type for it than {kind}"));
        }
        Some(CommandStatus::THROTTLED | CommandStatus::SYSTEM_ERROR) => {
            guesses.push("the gateway is overloaded or out of order".to_owned());
        }
        Some(CommandStatus::BIND_FAILED) | None => guesses.push(stale(account, "system ID or password")),
        Some(_) => {}
    }
    if let Some(most) = account.details.max_binds.filter(|_| may_be_full(status)) {
        guesses.push(format!("it may have {most} binds already, which is all that it may"));
    }
    guesses
}

fn of_switches(account: &SmppAccount) -> impl Iterator<Item = String> {
    let switches = [
        (account.lifecycle.archived_at.is_some(), "it is archived"),
        (!account.details.enabled, "it is disabled"),
        (!account.details.binding_enabled, "binding is switched off for it"),
    ];
    switches.into_iter().filter(|(is_off, _)| *is_off).map(|(_, why)| why.to_owned())
}

/// An address that is not allowed. A gateway beyond a NAT sees another address than this machine knows.
fn of_address(report: &Report, account: &SmppAccount, status: Option<CommandStatus>) -> Option<String> {
    let allowed = &account.details.allowed_ips;
    let local = report.local?;
    if allowed.is_empty() || allowed.iter().any(|network| network.contains(local)) {
        // Some gateways hang up on an address that they do not know, whatever we think is allowed.
        let hung_up = status.is_none() && !allowed.is_empty();
        return hung_up.then(|| format!("the gateway may not know that {local} is allowed; export it"));
    }
    Some(format!("this machine's address {local} is not in its allowed_ips"))
}

fn stale(account: &SmppAccount, what: &str) -> String {
    match account.previous_password_until {
        Some(_) => format!("the gateway has another {what}: it was rotated, and perhaps not exported since"),
        None => format!("the gateway has another {what} for it than we have; compare with smpp export --diff"),
    }
}

fn may_be_full(status: Option<CommandStatus>) -> bool {
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

/// What may be behind no answer at all.
fn of_silence(report: &Report, step: Step) -> Vec<String> {
    let port = report.endpoint.port;
    let guess = match (step, report.endpoint.tls) {
        (Step::Tls, _) => {
            format!("port {port} speaks plain SMPP, or its certificate is not one that this machine trusts")
        }
        (Step::Bind, false) => format!("port {port} wants TLS, or is no SMPP at all"),
        (Step::Bind, true) => "the gateway hangs".to_owned(),
        _ => return Vec::new(),
    };
    vec![guess]
}
