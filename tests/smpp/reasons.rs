//! The likely causes of a refused bind, from what is known about the account.

use ssgctl::model::{Lifecycle, SmppAccount, SmppDetails};
use ssgctl::smpp::likely_causes;

use super::faults::try_port;
use crate::support::smsc::{BIND, Manner, Smsc};

fn account(change: impl FnOnce(&mut SmppAccount)) -> SmppAccount {
    let mut account = SmppAccount {
        id: 1,
        customer_id: 1,
        customer: "ACME".parse().expect("a code"),
        system_id: "acme_prod".parse().expect("a system ID"),
        details: SmppDetails::of("standard".parse().expect("a service")),
        cug_size: 0,
        previous_password_until: None,
        lifecycle: Lifecycle::begun("2026-11-24T12:00:00Z".parse().expect("a time")),
    };
    change(&mut account);
    account
}

/// The likely causes when a gateway answers a bind like this.
fn causes(manner: Manner, change: impl FnOnce(&mut SmppAccount)) -> Vec<String> {
    likely_causes(&try_port(Smsc::difficult(BIND, manner).port()), &account(change))
}

#[track_caller]
fn first(causes: &[String], word: &str) {
    assert!(causes.first().is_some_and(|first| first.contains(word)), "{word} is not first of {causes:?}");
}

#[test]
fn switches_and_addresses_come_first() {
    let refused = || Manner::Status(0x0d);
    first(&causes(refused(), |account| account.details.enabled = false), "disabled");
    first(&causes(refused(), |account| account.details.binding_enabled = false), "binding is disabled");
    let archived = |account: &mut SmppAccount| account.lifecycle.archived_at = Some(account.lifecycle.created_at);
    first(&causes(refused(), archived), "archived");
    let elsewhere = |account: &mut SmppAccount| account.details.allowed_ips = vec!["192.0.2.0/24".parse().expect("v4")];
    first(&causes(refused(), elsewhere), "127.0.0.1 is not in the account's allowed_ips");
    first(&causes(Manner::Close, elsewhere), "127.0.0.1 is not in the account's allowed_ips");
}

#[test]
fn each_status_has_its_reason() {
    for (status, word) in [
        (0x03, "--bind transmitter or --bind receiver"),
        (0x0e, "another password"),
        (0x0f, "does not have the account"),
        (0x05, "already bound"),
        (0x53, "another system type"),
        (0x58, "overloaded"),
        (0x08, "overloaded"),
        (0x0d, "another system ID or password"),
    ] {
        first(&causes(Manner::Status(status), |_| {}), word);
    }
    assert_eq!(causes(Manner::Status(0x417), |_| {}), Vec::<String>::new());
    let rotated = |account: &mut SmppAccount| account.previous_password_until = Some(account.lifecycle.created_at);
    first(&causes(Manner::Status(0x0e), rotated), "rotated");
}

#[test]
fn habits_of_known_gateways_are_named() {
    let named = |manner, word| causes(manner, |_| {}).iter().any(|cause| cause.contains(word));
    assert!(named(Manner::Status(0x0d), "use-systemid-as-smsboxid = true"));
    assert!(named(Manner::Close, "ksmppd closes every connection of an address for 5 minutes"));
    assert!(!named(Manner::Status(0x0e), "ksmppd"));
}

#[test]
fn a_limit_of_binds_may_be_reached() {
    let limited = |account: &mut SmppAccount| account.details.max_binds = Some("2".parse().expect("a limit"));
    assert!(causes(Manner::Status(0x0d), limited).iter().any(|cause| cause.contains("limit of 2 simultaneous binds")));
    assert!(!causes(Manner::Status(0x0e), limited).iter().any(|cause| cause.contains("simultaneous binds")));
}

#[test]
fn silence_may_be_tls() {
    first(&causes(Manner::Hang, |_| {}), "expects TLS");
    assert!(likely_causes(&try_port(Smsc::open().port()), &account(|_| {})).is_empty(), "all is well");
}
