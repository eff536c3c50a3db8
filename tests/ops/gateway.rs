//! Exports: what each make of gateway is to hold, and what would change on it.

use std::rc::Rc;

use proptest::prelude::*;
use serde_json::json;
use ssgctl::Result;
use ssgctl::gateway::{Action, Difference, Make, View, differences};
use ssgctl::model::{SmppDetails, SystemId};
use ssgctl::ops::customer;
use ssgctl::ops::smpp::{self, Credentials, NewAccount};

use crate::support::fixture::{Fixture, NOON, cases, new_account, valid};

const MAKES: [Make; 4] = [Make::Opensmppbox, Make::Jasmin, Make::Ksmppd, Make::Json];

fn add(fixture: &mut Fixture, system_id: &str, password: &str, details: impl FnOnce(&mut SmppDetails)) {
    let mut new = NewAccount { password: Some(valid(password)), ..new_account(system_id) };
    details(&mut new.details);
    fixture.add_account("ACME", new).unwrap();
}

fn credentials_at(fixture: &mut Fixture, time: &str) -> Vec<Credentials> {
    let vault = Rc::clone(&fixture.vault);
    fixture.read(|now| smpp::credentials(now, &vault, None, valid(time)))
}

fn view(fixture: &mut Fixture, make: Make) -> View {
    make.view(&credentials_at(fixture, NOON))
}

fn ids(view: &View) -> Vec<&str> {
    view.entries.iter().filter(|entry| !entry.only_turns_off).map(|entry| entry.system_id.as_str()).collect()
}

/// How opensmppbox looks a client up: four words at a time, and the first row that fits.
fn lets_in(file: &str, system_id: &str, password: &str) -> bool {
    let words: Vec<&str> = file.split_whitespace().collect();
    words.chunks(4).any(|row| row[0] == system_id && row[1] == password)
}

#[test]
fn accounts_that_may_not_bind_are_left_out_or_turned_off() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "on", "secret1", |_| {});
    add(&mut fixture, "disabled", "secret2", |details| details.enabled = false);
    add(&mut fixture, "unbindable", "secret3", |details| details.binding_enabled = false);
    add(&mut fixture, "archived", "secret4", |_| {});
    fixture.write(|tx| smpp::archive(tx, "archived")).unwrap();
    for make in [Make::Opensmppbox, Make::Jasmin, Make::Ksmppd] {
        let view = view(&mut fixture, make);
        assert_eq!((ids(&view), view.out_of_use), (vec!["on"], 3), "{make:?}");
        let written = make.write(&view.entries);
        for secret in ["secret2", "secret3", "secret4"] {
            assert!(!written.contains(secret), "{make:?}");
        }
        for off in ["disabled", "unbindable", "archived"] {
            assert_eq!(written.contains(off), make != Make::Opensmppbox, "{make:?} {off}");
        }
    }
    // Whoever reads JSON knows the switches; what is archived is not there.
    assert_eq!(ids(&view(&mut fixture, Make::Json)), ["disabled", "on", "unbindable"]);
}

#[test]
fn an_account_that_may_not_submit_is_kept_out_where_that_cannot_be_said() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "mute", "secret1", |details| details.submit_enabled = false);
    for make in [Make::Opensmppbox, Make::Ksmppd] {
        let view = view(&mut fixture, make);
        assert_eq!((ids(&view), view.losses.len()), (Vec::new(), 1), "{make:?}");
    }
    let jasmin = view(&mut fixture, Make::Jasmin);
    assert!(Make::Jasmin.write(&jasmin.entries).contains("smpps_send no\n"));
}

#[test]
fn both_passwords_are_exported_during_the_grace_where_two_are_known() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "acme1", "old-pass", |_| {});
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", Some(valid("new-pass")), valid("1h"))).unwrap();
    for make in MAKES {
        for (time, in_grace) in [("2026-11-24T12:59:59Z", true), ("2026-11-24T13:00:00Z", false)] {
            let view = make.view(&credentials_at(&mut fixture, time));
            let written = make.write(&view.entries);
            let knows_two = matches!(make, Make::Opensmppbox | Make::Json);
            assert_eq!(written.contains("new-pass"), make != Make::Ksmppd, "{make:?}");
            assert_eq!(written.contains("old-pass"), in_grace && knows_two, "{make:?} {time}");
            assert_eq!(view.losses.is_empty(), !in_grace || knows_two, "{make:?} {time}");
        }
    }
    let written = Make::Opensmppbox.write(&view(&mut fixture, Make::Opensmppbox).entries);
    assert!(lets_in(&written, "acme1", "old-pass") && lets_in(&written, "acme1", "new-pass"));
}

#[test]
fn what_a_gateway_cannot_hold_is_told_and_not_bent() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "six", "secret1", |details| details.allowed_ips = vec![valid("2001:db8::/48")]);
    add(&mut fixture, "blank", "secret2", |details| details.system_type = Some(valid("two words")));
    add(&mut fixture, "Case", "secret3", |_| {});
    add(&mut fixture, "case", "secret4", |_| {});
    let long = NewAccount { system_id: Some(SystemId::kept("sixteen_letters_").unwrap()), ..new_account("unused") };
    fixture.add_account("ACME", long).unwrap();
    let unfit = |view: View| view.unfit.into_iter().map(|unfit| unfit.system_id).collect::<Vec<_>>();
    assert_eq!(unfit(view(&mut fixture, Make::Opensmppbox)), ["blank", "six", "sixteen_letters_"]);
    assert_eq!(unfit(view(&mut fixture, Make::Jasmin)), ["sixteen_letters_"]);
    assert_eq!(unfit(view(&mut fixture, Make::Ksmppd)), ["six", "sixteen_letters_", "Case", "case"]);
    assert_eq!(unfit(view(&mut fixture, Make::Json)), Vec::<String>::new());
}

#[test]
fn jasmin_gets_a_group_for_each_customer_under_a_name_that_it_takes() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "one", "secret1", |_| {});
    add(&mut fixture, "two", "secret2", |_| {});
    let dotted = fixture.customer("A.B").id;
    fixture.add_account("A.B", new_account("three")).unwrap();
    let script = Make::Jasmin.write(&view(&mut fixture, Make::Jasmin).entries).to_string();
    assert_eq!(script.matches("group -a\n").count(), 2, "{script}");
    assert!(script.contains(&format!("group -a\ngid customer_{dotted}\nok\n")), "{script}");
    assert!(script.ends_with("ok\npersist\n"), "{script}");
}

/// The differences from a text of the gateway's to what it is to hold.
fn diff(fixture: &mut Fixture, make: Make, theirs: &str) -> Vec<(String, Action, serde_json::Value)> {
    let view = view(fixture, make);
    let found = differences(&view.entries, &make.read(theirs).unwrap(), make.replaces_everything());
    let told = |Difference { system_id, action, fields }| (system_id, action, serde_json::Value::Object(fields));
    found.into_iter().map(told).collect()
}

#[test]
fn a_difference_from_jasmins_list_is_in_what_the_list_tells() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "fast", "secret1", |details| details.max_tps = Some(valid("50")));
    add(&mut fixture, "same", "secret2", |_| {});
    add(&mut fixture, "off", "secret3", |details| details.enabled = false);
    add(&mut fixture, "off2", "secret3", |details| details.enabled = false);
    let list = "#User id          Group id         Username         Balance MT SMS Throughput\n\
                #fast             ACME             fast             ND (!)  ND (!) ND/8.0\n\
                #same             ACME             same             10.5    ND     ND/ND\n\
                #off              !ACME            off              ND (!)  ND (!) ND/ND\n\
                #!other           g                other            ND (!)  ND (!) ND/ND\nTotal Users: 4\n";
    assert_eq!(
        diff(&mut fixture, Make::Jasmin, list),
        [
            ("fast".to_owned(), Action::Change, json!({"throughput": ["8", "50"]})),
            ("off".to_owned(), Action::Change, json!({"enabled": ["yes", "no"]})),
            ("other".to_owned(), Action::Unknown, json!({})),
        ]
    );
}

#[test]
fn a_difference_from_the_table_of_ksmppd_shows_no_hash() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "acme1", "password", |details| details.max_binds = Some(valid("2")));
    add(&mut fixture, "acme2", "password", |_| {});
    add(&mut fixture, "off", "password", |details| details.enabled = false);
    let hash = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19";
    let table = format!(
        "system_id\tpassword\tthroughput\tmax_binds\tconnect_allow_ip\n\
         acme1\t{hash}\t0.00000\t1\tNULL\nacme2\t*00\t5.00000\t0\t\noff\t{hash}\t0\t0\t\n"
    );
    let found = diff(&mut fixture, Make::Ksmppd, &table);
    assert_eq!(
        found,
        [
            ("acme1".to_owned(), Action::Change, json!({"max_binds": ["1", "2"]})),
            ("acme2".to_owned(), Action::Change, json!({"password": [null, "differs"], "throughput": ["5", "0"]})),
            ("off".to_owned(), Action::Change, json!({"password": [null, "differs"]})),
        ]
    );
}

#[test]
fn what_a_gateway_tells_is_refused_with_its_place_when_it_is_something_else() {
    for (make, text, place) in [
        (Make::Opensmppbox, "a b c d\n\ne f g\n", (3, 1)),
        (Make::Jasmin, "#User id ...\n#one two\n", (2, 1)),
        (Make::Ksmppd, "system_id,password\na,\n", (2, 3)),
        (Make::Json, "{\n \"accounts\": [\n", (3, 1)),
        (Make::Json, "{\"users\": []}", (1, 1)),
        (Make::Json, "{\"accounts\": [{}]}", (1, 1)),
    ] {
        let faults = make.read(text).unwrap_err();
        let fault = &faults.first[0];
        assert_eq!((fault.line, fault.column), place, "{make:?} {text}: {}", fault.error);
    }
}

#[test]
fn an_export_of_a_customer_has_its_accounts_and_no_others() -> Result<()> {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "acme1", "secret1", |_| {});
    fixture.customer("GLOBEX");
    fixture.add_account("GLOBEX", new_account("globex1"))?;
    fixture.write(|tx| customer::archive(tx, "ACME"))?;
    let vault = Rc::clone(&fixture.vault);
    let found = fixture.read(|now| smpp::credentials(now, &vault, Some("acme"), valid(NOON)));
    assert_eq!(found.iter().map(|one| one.account.system_id.as_str()).collect::<Vec<_>>(), ["acme1"]);
    fixture.write(|tx| smpp::export(tx, Some("globex"), "json", 1))?;
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), event.customer.unwrap().as_str()), ("export", "GLOBEX"));
    Ok(())
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn what_is_written_is_read_as_it_was_and_differs_in_nothing(
        accounts in prop::collection::btree_map("[A-Za-z0-9_-]{1,15}", ("[!-~]{1,8}", any::<(bool, bool, bool)>(), 0_u32..99), 1..12)
    ) {
        let mut fixture = Fixture::with_acme();
        for (id, (password, switches, tps)) in &accounts {
            add(&mut fixture, id, password, |details| {
                (details.enabled, details.binding_enabled, details.use_cug) = *switches;
                details.max_tps = tps.to_string().parse().ok();
            });
        }
        for make in [Make::Opensmppbox, Make::Json] {
            let view = view(&mut fixture, make);
            let written = make.write(&view.entries);
            let read = make.read(&written).unwrap();
            prop_assert_eq!(&read, &view.entries);
            prop_assert_eq!(differences(&view.entries, &read, true), Vec::new());
        }
        let written = Make::Opensmppbox.write(&view(&mut fixture, Make::Opensmppbox).entries);
        for (id, (password, (enabled, may_bind, _), _)) in &accounts {
            prop_assert_eq!(lets_in(&written, id, password), *enabled && *may_bind, "{} in {}", id, written.as_str());
        }
    }
}
