//! What a gateway can do wrong: every probe ends in its time and says where it stopped.

use std::time::{Duration, Instant};

use ssgctl::model::Password;
use ssgctl::smpp::{
    BindCredentials, BindType, CommandStatus, Endpoint, FailureKind, ProbeOutcome, ProbeReport, ProbeStep, probe,
};

use crate::support::smsc::{BIND, DELIVER_SM, ENQUIRE_LINK, Manner, Smsc, UNBIND};

/// How long a step may take in these tests.
const TIME: Duration = Duration::from_millis(700);

pub fn try_port(port: u16) -> ProbeReport {
    try_bind(port, BindType::Transceiver)
}

fn try_bind(port: u16, bind_type: BindType) -> ProbeReport {
    let endpoint = Endpoint {
        host: "127.0.0.1".parse().expect("a host"),
        port: ssgctl::model::Port::new(port).expect("a port"),
        tls: false,
    };
    let password: Password = "s3cret!x".parse().expect("a password");
    let client = BindCredentials {
        system_id: "acme_prod",
        password: &password,
        system_type: "VMA",
        address_range: "^44",
        bind_type,
    };
    probe(&endpoint, &client, TIME)
}

#[track_caller]
fn failed_at(report: &ProbeReport, step: ProbeStep, why: &str) {
    match &report.outcome {
        ProbeOutcome::Failed { step: at, reason, .. } if *at == step && reason.contains(why) => {}
        other => unreachable!("{other:?}, not {step:?} with {why}"),
    }
}

#[test]
fn a_gateway_that_lets_in_is_asked_and_left_in_order() {
    let smsc = Smsc::open();
    let report = try_port(smsc.port());
    assert_eq!(report.outcome, ProbeOutcome::Bound);
    assert_eq!((report.smsc.as_deref(), report.version, report.put_back), (Some("SMSC"), Some(0x34), 0));
    let steps: Vec<ProbeStep> = report.times.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [ProbeStep::Connect, ProbeStep::Bind, ProbeStep::EnquireLink, ProbeStep::Unbind]);
    assert_eq!(smsc.commands(), [BIND, ENQUIRE_LINK, UNBIND]);
    assert_eq!(smsc.heard()[0].2, b"acme_prod\0s3cret!x\0VMA\0\x34\0\0^44\0");
    assert_eq!(report.local, Some("127.0.0.1".parse().expect("an address")));
}

#[test]
fn a_refusal_is_reported_by_its_step_and_status() {
    for (command, step) in
        [(BIND, ProbeStep::Bind), (ENQUIRE_LINK, ProbeStep::EnquireLink), (UNBIND, ProbeStep::Unbind)]
    {
        for (number, name) in [(0x0e, "ESME_RINVPASWD"), (0x58, "ESME_RTHROTTLED"), (0x417, "status 0x00000417")] {
            for manner in [Manner::Status(number), Manner::Nack(number)] {
                let report = try_port(Smsc::difficult(command, manner).port());
                assert_eq!(report.outcome, ProbeOutcome::Refused { step, status: CommandStatus(number) });
                assert_eq!(CommandStatus(number).to_string(), name);
            }
        }
    }
    // An answer that a unit is not understood is none to the question, whatever its status.
    let report = try_port(Smsc::difficult(BIND, Manner::Nack(0)).port());
    assert_eq!(report.outcome, ProbeOutcome::Refused { step: ProbeStep::Bind, status: CommandStatus(0) });
}

#[test]
fn a_gateway_that_hangs_up_is_distinguished_from_one_that_hangs() {
    for (command, step) in [(BIND, ProbeStep::Bind), (ENQUIRE_LINK, ProbeStep::EnquireLink)] {
        let report = try_port(Smsc::difficult(command, Manner::Close).port());
        assert!(matches!(report.outcome, ProbeOutcome::Failed { kind: FailureKind::Disconnected, .. }), "{report:?}");
        failed_at(&report, step, "closed the connection");
        for manner in [Manner::Hang, Manner::Drip] {
            let begun = Instant::now();
            let report = try_port(Smsc::difficult(command, manner).port());
            failed_at(&report, step, "no answer within the timeout");
            assert!(begun.elapsed() < TIME * 4, "{:?}", begun.elapsed());
        }
    }
}

#[test]
fn what_is_not_smpp_is_reported_as_such() {
    for nonsense in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
        b"220 mail.example ESMTP\r\n",
        b"\0\0\0\x04\x80\0\0\x09\0\0\0\0\0\0\0\x01",
        b"\xff\xff\xff\xff\x80\0\0\x09\0\0\0\0\0\0\0\x01",
    ] {
        failed_at(&try_port(Smsc::difficult(BIND, Manner::Say(nonsense)).port()), ProbeStep::Bind, "valid SMPP");
    }
    // Half a unit.
    let half = Manner::Say(b"\0\0\0\x10\x80\0");
    failed_at(&try_port(Smsc::difficult(BIND, half).port()), ProbeStep::Bind, "no answer within the timeout");
}

#[test]
fn an_answer_to_something_that_was_not_asked_is_reported_as_such() {
    for (answer, why) in [
        (b"\0\0\0\x10\x80\0\0\x09\0\0\0\0\0\0\0\x63".as_slice(), "sequence number 99 instead of 1"),
        (b"\0\0\0\x10\x80\0\0\x01\0\0\0\0\0\0\0\x01", "bind_receiver_resp instead of bind_transceiver_resp"),
    ] {
        failed_at(&try_port(Smsc::difficult(BIND, Manner::Say(answer)).port()), ProbeStep::Bind, why);
    }
}

#[test]
fn a_tls_alert_is_recognised_though_it_is_shorter_than_a_header() {
    for alert in [b"\x15\x03\x03\0\x02\x02\x0a".as_slice(), b"\x15\x03\x03\0\x02\x02\x0a\0\0\0\0\0\0\0\0\0"] {
        failed_at(&try_port(Smsc::difficult(BIND, Manner::Say(alert)).port()), ProbeStep::Bind, "speaks TLS");
    }
}

#[test]
fn a_gateway_that_does_not_answer_the_unbind_has_bound_the_account() {
    for manner in [Manner::Close, Manner::Hang, Manner::Drip] {
        let report = try_port(Smsc::difficult(UNBIND, manner).port());
        assert_eq!(report.outcome, ProbeOutcome::Bound);
        assert!(report.unbind_problem.is_some(), "{report:?}");
    }
}

#[test]
fn a_bind_can_be_that_of_a_transmitter_or_a_receiver() {
    for (bind_type, command) in [(BindType::Transmitter, 2), (BindType::Receiver, 1)] {
        let smsc = Smsc::open();
        assert_eq!(try_bind(smsc.port(), bind_type).outcome, ProbeOutcome::Bound);
        assert_eq!(smsc.commands(), [command, ENQUIRE_LINK, UNBIND]);
    }
}

#[test]
fn messages_for_the_customer_are_put_back() {
    let smsc = Smsc::difficult(ENQUIRE_LINK, Manner::Talk(3));
    let report = try_port(smsc.port());
    assert_eq!((report.outcome, report.put_back), (ProbeOutcome::Bound, 3));
    let answers: Vec<(u32, u32)> = smsc.heard().iter().map(|(command, status, _)| (*command, *status)).collect();
    let put_back = (DELIVER_SM | 0x8000_0000, 0x64);
    let here = (ENQUIRE_LINK | 0x8000_0000, 0);
    assert_eq!(answers, [(BIND, 0), (ENQUIRE_LINK, 0), put_back, put_back, put_back, here, (UNBIND, 0)]);
}

#[test]
fn a_gateway_that_talks_without_end_is_left() {
    failed_at(&try_port(Smsc::difficult(BIND, Manner::Talk(1001)).port()), ProbeStep::Bind, "keeps sending");
}

#[test]
fn a_closed_port_and_an_unknown_host_name_are_reported() {
    let port = Smsc::open().port();
    failed_at(&try_port(port), ProbeStep::Connect, "refused");
    let endpoint = Endpoint {
        host: "nobody.invalid".parse().expect("a host"),
        port: ssgctl::model::Port::new(port).expect("a port"),
        tls: false,
    };
    let password: Password = "s3cret!x".parse().expect("a password");
    let client = BindCredentials {
        system_id: "acme_prod",
        password: &password,
        system_type: "",
        address_range: "",
        bind_type: BindType::Transceiver,
    };
    failed_at(&probe(&endpoint, &client, TIME), ProbeStep::Connect, "");
}
