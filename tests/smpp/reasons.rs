//! What is guessed of a refusal, from what is known of the account.

use ssgctl::model::{Lifecycle, SmppAccount, SmppDetails};
use ssgctl::smpp::guesses;

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

/// What is guessed when a gateway answers a bind so.
fn guessed(manner: Manner, change: impl FnOnce(&mut SmppAccount)) -> Vec<String> {
    guesses(&try_port(Smsc::difficult(BIND, manner).port()), &account(change))
}

#[track_caller]
fn first(guesses: &[String], word: &str) {
    assert!(guesses.first().is_some_and(|first| first.contains(word)), "{word} is not first of {guesses:?}");
}

#[test]
fn switches_and_addresses_come_first() {
    let refused = || Manner::Status(0x0d);
    first(&guessed(refused(), |account| account.details.enabled = false), "disabled");
    first(&guessed(refused(), |account| account.details.binding_enabled = false), "binding is switched off");
    let archived = |account: &mut SmppAccount| account.lifecycle.archived_at = Some(account.lifecycle.created_at);
    first(&guessed(refused(), archived), "archived");
    let elsewhere = |account: &mut SmppAccount| account.details.allowed_ips = vec!["192.0.2.0/24".parse().expect("v4")];
    first(&guessed(refused(), elsewhere), "127.0.0.1 is not in its allowed_ips");
    first(&guessed(Manner::Close, elsewhere), "127.0.0.1 is not in its allowed_ips");
}

#[test]
fn each_status_has_its_reason() {
    for (status, word) in [
        (0x0e, "another password"),
        (0x0f, "does not know it"),
        (0x05, "bound already"),
        (0x53, "another system type"),
        (0x58, "overloaded"),
        (0x08, "overloaded"),
        (0x0d, "another system ID or password"),
    ] {
        first(&guessed(Manner::Status(status), |_| {}), word);
    }
    assert_eq!(guessed(Manner::Status(0x417), |_| {}), Vec::<String>::new());
    let rotated = |account: &mut SmppAccount| account.previous_password_until = Some(account.lifecycle.created_at);
    first(&guessed(Manner::Status(0x0e), rotated), "rotated");
}

#[test]
fn a_limit_of_binds_may_be_reached() {
    let limited = |account: &mut SmppAccount| account.details.max_binds = Some("2".parse().expect("a limit"));
    assert!(guessed(Manner::Status(0x0d), limited).iter().any(|guess| guess.contains("2 binds already")));
    assert!(!guessed(Manner::Status(0x0e), limited).iter().any(|guess| guess.contains("binds already")));
}

#[test]
fn silence_may_be_tls() {
    first(&guessed(Manner::Hang, |_| {}), "wants TLS");
    assert!(guesses(&try_port(Smsc::open().port()), &account(|_| {})).is_empty(), "all is well");
}
