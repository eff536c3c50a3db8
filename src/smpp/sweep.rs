//! Sweeps: whether a gateway refuses the accounts that it should refuse, and lets in those that should bind.
//!
//! A refusal proves something only as long as this machine is not locked out: some gateways refuse everybody from an address after a
//! few wrong binds. So an account that did bind, the witness, binds again after every few refusals. If it cannot, the refusals since it
//! last did prove nothing, and the sweep of this endpoint ends.

use std::net::IpAddr;

use crate::model::SmppAccount;
use crate::model::word_enum::word_enum;
use crate::smpp::{CommandStatus, FailureKind, ProbeOutcome, ProbeReport, ProbeStep};

/// The refusals after which the witness binds again. ksmppd locks an address out after four wrong binds.
const REFUSALS: usize = 3;
/// The connections in a row, closed without an answer, after which a gateway may have locked this address out.
const CLOSED: usize = 3;

word_enum! {
    /// What a gateway should do.
    pub enum Expected {
        Bound = "bound",
        Refused = "refused",
    }
}

word_enum! {
    /// What a probe of a sweep says.
    pub enum SweepVerdict {
        /// The gateway did what it should.
        Ok = "ok",
        /// It did the opposite.
        Differs = "differs",
        /// It did neither, or its refusal proves nothing.
        Unproven = "unproven",
    }
}

/// What a gateway should do about an account when it binds from an address, and why. Without an address, an account with allowed
/// addresses counts as allowed.
pub fn expectation(account: &SmppAccount, address: Option<IpAddr>) -> (Expected, &'static str) {
    let details = &account.details;
    let is_elsewhere = |address: IpAddr| {
        !details.allowed_ips.is_empty() && !details.allowed_ips.iter().any(|range| range.contains(address))
    };
    if account.lifecycle.archived_at.is_some() {
        (Expected::Refused, "archived")
    } else if !details.enabled {
        (Expected::Refused, "disabled")
    } else if !details.binding_enabled {
        (Expected::Refused, "binding_disabled")
    } else if address.is_some_and(is_elsewhere) {
        (Expected::Refused, "address")
    } else {
        (Expected::Bound, "active")
    }
}

/// Whether the gateway let the account in, whatever came after.
fn is_bound(outcome: &ProbeOutcome) -> bool {
    match outcome {
        ProbeOutcome::Bound => true,
        ProbeOutcome::Refused { step, .. } | ProbeOutcome::Failed { step, .. } => {
            matches!(step, ProbeStep::EnquireLink | ProbeStep::Unbind)
        }
    }
}

/// Whether the connection was closed instead of an answer to the bind, which is how some gateways refuse.
fn is_closed(outcome: &ProbeOutcome) -> bool {
    matches!(outcome, ProbeOutcome::Failed { step: ProbeStep::Bind, kind: FailureKind::Disconnected, .. })
}

/// Whether the gateway refused the account, and not just this moment or this kind of bind.
fn is_refused(outcome: &ProbeOutcome) -> bool {
    const BUSY: [CommandStatus; 5] = [
        CommandStatus::INVALID_COMMAND_ID,
        CommandStatus::INVALID_BIND_STATE,
        CommandStatus::ALREADY_BOUND,
        CommandStatus::SYSTEM_ERROR,
        CommandStatus::THROTTLED,
    ];
    match outcome {
        ProbeOutcome::Refused { step: ProbeStep::Bind, status } => !BUSY.contains(status),
        outcome => is_closed(outcome),
    }
}

/// Whether there was no connection, so that there is none for the other accounts either.
fn is_unreachable(swept: Option<&SweptAccount>) -> bool {
    let outcome = swept.map(|swept| &swept.report.outcome);
    matches!(outcome, Some(ProbeOutcome::Failed { step: ProbeStep::Connect | ProbeStep::Tls, .. }))
}

/// Compares what a gateway did with what it should do.
pub fn judge(expected: Expected, outcome: &ProbeOutcome) -> SweepVerdict {
    match (expected, is_bound(outcome), is_refused(outcome)) {
        (Expected::Bound, true, _) | (Expected::Refused, _, true) => SweepVerdict::Ok,
        (Expected::Bound, _, true) | (Expected::Refused, true, _) => SweepVerdict::Differs,
        _ => SweepVerdict::Unproven,
    }
}

/// A probe of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptAccount {
    pub verdict: SweepVerdict,
    pub report: ProbeReport,
}

/// Sweeps one endpoint. `expected` says what it should do about each account, `probe` probes one by its index. The result has the
/// accounts in their order; `None` are those that were not probed, because the gateway cannot be reached or has locked this address
/// out.
pub fn sweep(expected: &[Expected], probe: &mut dyn FnMut(usize) -> ProbeReport) -> Vec<Option<SweptAccount>> {
    let mut swept: Vec<Option<SweptAccount>> = expected.iter().map(|_| None).collect();
    let of = |wanted: Expected| (0..expected.len()).filter(move |index| expected[*index] == wanted);
    let (mut witness, mut closed) = (None, 0);
    for index in of(Expected::Bound) {
        let report = probe(index);
        closed = if is_closed(&report.outcome) { closed + 1 } else { 0 };
        if is_bound(&report.outcome) {
            witness.get_or_insert(index);
        }
        swept[index] = Some(SweptAccount { verdict: judge(Expected::Bound, &report.outcome), report });
        if closed == CLOSED || is_unreachable(swept[index].as_ref()) {
            return swept;
        }
    }
    let refused: Vec<usize> = of(Expected::Refused).collect();
    for few in refused.chunks(REFUSALS) {
        let mut is_lost = false;
        for index in few {
            let report = probe(*index);
            swept[*index] = Some(SweptAccount { verdict: judge(Expected::Refused, &report.outcome), report });
            is_lost = is_unreachable(swept[*index].as_ref());
            if is_lost {
                break;
            }
        }
        if !is_lost && witness.is_some_and(|witness| is_bound(&probe(witness).outcome)) {
            continue;
        }
        for index in few {
            // That an account was let in is proof enough.
            if let Some(SweptAccount { verdict: verdict @ SweepVerdict::Ok, .. }) = &mut swept[*index] {
                *verdict = SweepVerdict::Unproven;
            }
        }
        // Without a witness, the others are still probed: one that is let in is found all the same.
        if is_lost || witness.is_some() {
            break;
        }
    }
    swept
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::smpp::Endpoint;

    fn report(outcome: ProbeOutcome) -> ProbeReport {
        let (host, port) = ("localhost".parse().expect("host"), crate::model::Port::PLAIN);
        ProbeReport {
            endpoint: Endpoint { host, port, tls: false },
            address: None,
            local: None,
            times: Vec::new(),
            tls: None,
            smsc: None,
            version: None,
            put_back: 0,
            unbind_problem: None,
            outcome,
        }
    }

    fn refused(status: u32) -> ProbeOutcome {
        ProbeOutcome::Refused { step: ProbeStep::Bind, status: CommandStatus(status) }
    }

    fn failed(kind: FailureKind) -> ProbeOutcome {
        ProbeOutcome::Failed { step: ProbeStep::Bind, reason: String::new(), kind }
    }

    #[test]
    fn a_refusal_is_not_an_overload_and_silence_is_neither() {
        use SweepVerdict::{Differs, Ok, Unproven};
        let late = ProbeOutcome::Refused { step: ProbeStep::EnquireLink, status: CommandStatus(8) };
        for (outcome, if_bound, if_refused) in [
            (ProbeOutcome::Bound, Ok, Differs),
            (late, Ok, Differs),
            (refused(0x0e), Differs, Ok),
            (refused(0x0f), Differs, Ok),
            (refused(0x0d), Differs, Ok),
            (failed(FailureKind::Disconnected), Differs, Ok),
            (refused(0x58), Unproven, Unproven),
            (refused(0x05), Unproven, Unproven),
            (refused(0x03), Unproven, Unproven),
            (failed(FailureKind::Silent), Unproven, Unproven),
            (failed(FailureKind::NotSmpp), Unproven, Unproven),
        ] {
            assert_eq!(judge(Expected::Bound, &outcome), if_bound, "{outcome:?}");
            assert_eq!(judge(Expected::Refused, &outcome), if_refused, "{outcome:?}");
        }
    }

    /// Sweeps a gateway that locks out after a number of wrong binds. The first account may bind; accounts are probed in this order.
    fn sweep_with_lock(refusals: usize, expected: &[Expected]) -> (Vec<Option<SweepVerdict>>, Vec<usize>) {
        let probed = RefCell::new(Vec::new());
        let mut wrong = 0;
        let swept = sweep(expected, &mut |index| {
            probed.borrow_mut().push(index);
            if wrong >= refusals {
                return report(failed(FailureKind::Disconnected));
            }
            if index == 0 {
                return report(ProbeOutcome::Bound);
            }
            wrong += 1;
            report(refused(0x0e))
        });
        (swept.into_iter().map(|swept| swept.map(|swept| swept.verdict)).collect(), probed.into_inner())
    }

    #[test]
    fn the_witness_binds_after_every_three_refusals() {
        let expected = [[Expected::Bound].as_slice(), &[Expected::Refused; 5]].concat();
        let (verdicts, probed) = sweep_with_lock(100, &expected);
        assert_eq!(verdicts, [Some(SweepVerdict::Ok); 6]);
        assert_eq!(probed, [0, 1, 2, 3, 0, 4, 5, 0]);
    }

    #[test]
    fn a_lock_out_is_no_proof_and_ends_the_sweep() {
        let expected = [[Expected::Bound].as_slice(), &[Expected::Refused; 8]].concat();
        let (verdicts, probed) = sweep_with_lock(4, &expected);
        let (ok, unproven) = (Some(SweepVerdict::Ok), Some(SweepVerdict::Unproven));
        assert_eq!(verdicts, [ok, ok, ok, ok, unproven, unproven, unproven, None, None]);
        assert_eq!(probed.last(), Some(&0));
        // Without an account that binds, no refusal proves anything, but one that is let in would be found.
        let (verdicts, _) = sweep_with_lock(100, &[Expected::Refused; 2]);
        assert_eq!(verdicts, [Some(SweepVerdict::Differs), unproven]);
    }
}
