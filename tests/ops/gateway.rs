//! Exports to gateways: what each product should hold, and what would change on it.

use std::rc::Rc;

use proptest::prelude::*;
use serde_json::json;
use ssgctl::Result;
use ssgctl::gateway::{
    Difference, DifferenceAction, ExportOptions, GatewayExport, GatewayProduct, Review, differences,
};
use ssgctl::model::{SmppDetails, SystemId};
use ssgctl::ops::customer;
use ssgctl::ops::smpp::{self, Credentials, NewAccount};

use crate::support::fixture::{Fixture, NOON, cases, new_account, valid};

const PRODUCTS: [GatewayProduct; 5] = [
    GatewayProduct::Opensmppbox,
    GatewayProduct::Jasmin,
    GatewayProduct::OldJasmin,
    GatewayProduct::Ksmppd,
    GatewayProduct::Json,
];

fn add(fixture: &mut Fixture, system_id: &str, password: &str, details: impl FnOnce(&mut SmppDetails)) {
    let mut new = NewAccount { password: Some(valid(password)), ..new_account(system_id) };
    details(&mut new.details);
    fixture.add_account("ACME", new).unwrap();
}

fn credentials_at(fixture: &mut Fixture, time: &str) -> Vec<Credentials> {
    let vault = Rc::clone(&fixture.vault);
    fixture.read(|now| smpp::credentials(now, &vault, None, valid(time)))
}

fn view(fixture: &mut Fixture, product: GatewayProduct) -> GatewayExport {
    product.export(&credentials_at(fixture, NOON), &ExportOptions::default())
}

fn ids(view: &GatewayExport) -> Vec<&str> {
    view.entries.iter().filter(|entry| !entry.disable_only).map(|entry| entry.system_id.as_str()).collect()
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
    for product in PRODUCTS.into_iter().filter(|product| *product != GatewayProduct::Json) {
        let view = view(&mut fixture, product);
        assert_eq!((ids(&view), view.out_of_use), (vec!["on"], 3), "{product:?}");
        let written = product.write(&view.entries);
        for secret in ["secret2", "secret3", "secret4"] {
            assert!(!written.contains(secret), "{product:?}");
        }
        for off in ["disabled", "unbindable", "archived"] {
            assert_eq!(written.contains(off), product != GatewayProduct::Opensmppbox, "{product:?} {off}");
        }
    }
    // The JSON document contains the switches; archived accounts are not in it.
    assert_eq!(ids(&view(&mut fixture, GatewayProduct::Json)), ["disabled", "on", "unbindable"]);
}

#[test]
fn an_account_that_may_not_submit_is_kept_out_where_that_cannot_be_said() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "mute", "secret1", |details| details.submit_enabled = false);
    for product in [GatewayProduct::Opensmppbox, GatewayProduct::Ksmppd] {
        let view = view(&mut fixture, product);
        assert_eq!((ids(&view), view.unsupported.len()), (Vec::new(), 1), "{product:?}");
    }
    let jasmin = view(&mut fixture, GatewayProduct::Jasmin);
    assert!(GatewayProduct::Jasmin.write(&jasmin.entries).contains("smpps_send no\n"));
}

#[test]
fn both_passwords_are_exported_during_the_grace_where_two_are_known() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "acme1", "old-pass", |_| {});
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", Some(valid("new-pass")), valid("1h"))).unwrap();
    for product in PRODUCTS {
        for (time, in_grace) in [("2026-11-24T12:59:59Z", true), ("2026-11-24T13:00:00Z", false)] {
            let view = product.export(&credentials_at(&mut fixture, time), &ExportOptions::default());
            let written = product.write(&view.entries);
            let knows_two = matches!(product, GatewayProduct::Opensmppbox | GatewayProduct::Json);
            assert_eq!(written.contains("new-pass"), product != GatewayProduct::Ksmppd, "{product:?}");
            assert_eq!(written.contains("old-pass"), in_grace && knows_two, "{product:?} {time}");
            assert_eq!(view.unsupported.is_empty(), !in_grace || knows_two, "{product:?} {time}");
        }
    }
    let written = GatewayProduct::Opensmppbox.write(&view(&mut fixture, GatewayProduct::Opensmppbox).entries);
    assert!(lets_in(&written, "acme1", "old-pass") && lets_in(&written, "acme1", "new-pass"));
}

#[test]
fn what_a_gateway_cannot_hold_is_reported_and_not_changed() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "six", "secret1", |details| details.allowed_ips = vec![valid("2001:db8::/48")]);
    add(&mut fixture, "blank", "secret2", |details| details.system_type = Some(valid("two words")));
    add(&mut fixture, "Case", "secret3", |_| {});
    add(&mut fixture, "case", "secret4", |_| {});
    let long = NewAccount { system_id: Some(SystemId::kept("sixteen_letters_").unwrap()), ..new_account("unused") };
    fixture.add_account("ACME", long).unwrap();
    let unfit = |view: GatewayExport| view.unfit.into_iter().map(|unfit| unfit.system_id).collect::<Vec<_>>();
    assert_eq!(unfit(view(&mut fixture, GatewayProduct::Opensmppbox)), ["blank", "six", "sixteen_letters_"]);
    assert_eq!(unfit(view(&mut fixture, GatewayProduct::Jasmin)), ["sixteen_letters_"]);
    assert_eq!(unfit(view(&mut fixture, GatewayProduct::Ksmppd)), ["six", "sixteen_letters_", "Case", "case"]);
    assert_eq!(unfit(view(&mut fixture, GatewayProduct::Json)), Vec::<String>::new());
}

#[test]
fn jasmin_gets_a_group_for_each_customer_under_a_name_that_it_takes() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "one", "secret1", |_| {});
    add(&mut fixture, "two", "secret2", |_| {});
    let dotted = fixture.customer("A.B").id;
    fixture.add_account("A.B", new_account("three")).unwrap();
    let script = GatewayProduct::Jasmin.write(&view(&mut fixture, GatewayProduct::Jasmin).entries).to_string();
    assert_eq!(script.matches("group -a\n").count(), 2, "{script}");
    assert!(script.contains(&format!("group -a\ngid customer_{dotted}\nok\n")), "{script}");
    assert!(script.ends_with("ok\npersist\n"), "{script}");
}

/// The commands for Jasmin, when it holds these users.
fn script(fixture: &mut Fixture, product: GatewayProduct, held: Option<&str>) -> String {
    let held = held.map(|list| product.read(list.as_bytes()).unwrap());
    let end_sessions_of = fixture.read(|now| now.passwords_ended_since_export(product.as_str()));
    let options = ExportOptions { held, end_sessions_of, without_ip_limits: false };
    let export = product.export(&credentials_at(fixture, NOON), &options);
    assert_eq!(export.warnings.is_empty(), options.held.is_some(), "{:?}", export.warnings);
    product.write(&export.entries).to_string()
}

#[test]
fn jasmin_ends_the_sessions_of_accounts_that_are_off_or_lost_their_password() {
    let mut fixture = Fixture::with_acme();
    for id in ["on", "graced", "rotated", "ended"] {
        add(&mut fixture, id, "old-pass", |_| {});
    }
    add(&mut fixture, "off", "secret1", |details| details.enabled = false);
    let vault = Rc::clone(&fixture.vault);
    for (id, grace) in [("graced", "1h"), ("rotated", "0"), ("ended", "1h")] {
        fixture.write(|tx| smpp::rotate(tx, &vault, id, Some(valid("new-pass")), valid(grace))).unwrap();
    }
    fixture.write(|tx| smpp::end_grace(tx, "ended")).unwrap();
    let unbound = |script: &str| -> Vec<String> {
        script.lines().filter_map(|line| line.strip_prefix("user --smpp-unbind ").map(str::to_owned)).collect()
    };
    let text = script(&mut fixture, GatewayProduct::Jasmin, None);
    assert_eq!(unbound(&text), ["ended", "off", "rotated"], "{text}");
    assert!(text.contains("user -d off\nuser --smpp-unbind off\n"), "{text}");
    // The new password is in place before the session ends, or the client would bind again with the old one.
    assert!(text.contains("quota max_bindings none\nok\nuser --smpp-unbind rotated\n"), "{text}");
    // Once exported, the sessions have ended; an export for another gateway or customer is none.
    fixture.customer("GLOBEX");
    fixture.write(|tx| smpp::export(tx, None, "json", 5)).unwrap();
    fixture.write(|tx| smpp::export(tx, Some("GLOBEX"), "jasmin", 0)).unwrap();
    assert_eq!(unbound(&script(&mut fixture, GatewayProduct::Jasmin, None)), ["ended", "off", "rotated"]);
    fixture.write(|tx| smpp::export(tx, Some("ACME"), "jasmin", 5)).unwrap();
    assert_eq!(unbound(&script(&mut fixture, GatewayProduct::Jasmin, None)), ["off"]);
    // The others cannot be told to, so they say it.
    for product in [GatewayProduct::Opensmppbox, GatewayProduct::Ksmppd, GatewayProduct::Json] {
        let notes = view(&mut fixture, product).notes;
        assert!(notes.iter().any(|note| note.contains("open sessions are not ended")), "{product:?} {notes:?}");
    }
}

#[test]
fn users_that_jasmin_holds_are_updated_and_keep_their_quotas() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "held", "secret1", |_| {});
    add(&mut fixture, "new", "secret2", |_| {});
    let list = "#held ACME held 10.5 200 ND/8.0\n";
    let text = script(&mut fixture, GatewayProduct::Jasmin, Some(list));
    assert!(text.contains("user -e held\nuser -u held\ngid ACME\npassword secret1\n"), "{text}");
    assert!(text.contains("user -a\nuid new\ngid ACME\nusername new\npassword secret2\n"), "{text}");
    assert_eq!(text.matches("user -a\n").count(), 1, "{text}");
    assert!(!text.contains("quota balance") && !text.contains("quota sms_count"), "{text}");
    // Otherwise users that Jasmin holds are taken for new ones and lose their quotas.
    for wrong in
        ["", "jcliadmin\nPassword:\nIncorrect Username/Password.\n", "#held ACME held 1 2 ND/ND\nTotal Users: 2\n"]
    {
        assert!(GatewayProduct::Jasmin.read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(GatewayProduct::Jasmin.read(b"Total Users: 0\n").unwrap().len(), 0);
    let held = GatewayProduct::Jasmin.read(list.as_bytes()).unwrap();
    assert_eq!(GatewayProduct::Jasmin.quotas(&held), ["held (balance 10.5, sms_count 200)"]);
    let unlimited = GatewayProduct::Jasmin.read(b"#held ACME held ND (!) ND (!) ND/ND\n").unwrap();
    assert_eq!(GatewayProduct::Jasmin.quotas(&unlimited), Vec::<String>::new());
}

#[test]
fn ip_limits_reach_jasmin_or_stop_the_export() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "anywhere", "secret1", |_| {});
    add(&mut fixture, "limited", "secret2", |details| {
        details.allowed_ips = vec![valid("192.0.2.7"), valid("198.51.100.0/23"), valid("2001:db8::/48")];
    });
    let text = script(&mut fixture, GatewayProduct::Jasmin, None);
    assert!(text.contains("smpps_cred authorization ip 0.0.0.0/0,::/0\n"), "{text}");
    assert!(text.contains("smpps_cred authorization ip 192.0.2.7/32,198.51.100.0/23,2001:db8::/48\n"), "{text}");
    let old = view(&mut fixture, GatewayProduct::OldJasmin);
    assert_eq!(ids(&old), ["anywhere"]);
    assert!(old.unfit[0].reason.contains("could bind from anywhere"), "{}", old.unfit[0].reason);
    let options = ExportOptions { without_ip_limits: true, ..ExportOptions::default() };
    let old = GatewayProduct::OldJasmin.export(&credentials_at(&mut fixture, NOON), &options);
    assert_eq!((ids(&old), old.unsupported[0].feature), (vec!["anywhere", "limited"], "allowed_ips"));
    assert!(!GatewayProduct::OldJasmin.write(&old.entries).contains("authorization ip"));
}

#[test]
fn a_recorded_session_of_jcli_is_read_like_the_list_in_it() {
    let list = b"#User id          Group id         Username         Balance MT SMS Throughput\r\n\
        #one              ACME             one              10.5    ND     ND/8.0  \r\n\r\n\
        #!two             ACME             two              ND (!)  ND (!) ND/ND   \r\n\r\nTotal Users: 2\r\n";
    let session = [
        b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\x1b[4hAuthentication required.\r\n\r\nUsername: ".as_slice(),
        b"jcliadmin\r\nPassword: \xff\xfb\x01\r\nWelcome to Jasmin 0.11 console\r\n\x1b[4hjcli : user -l\r\n\x1b[2K",
        list,
        b"jcli : quit\r\n\xfe\xff",
    ]
    .concat();
    let read = GatewayProduct::Jasmin.read(&session).unwrap();
    assert_eq!(read, GatewayProduct::Jasmin.read(list).unwrap());
    assert_eq!(read.iter().map(|user| user.system_id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn every_export_for_opensmppbox_names_the_setting_that_it_needs() {
    let mut fixture = Fixture::with_acme();
    let notes = view(&mut fixture, GatewayProduct::Opensmppbox).notes;
    assert!(notes.iter().any(|note| note.contains("use-systemid-as-smsboxid = true")), "{notes:?}");
}

/// The differences from a text of the gateway's to what it is to hold.
fn diff(
    fixture: &mut Fixture,
    product: GatewayProduct,
    theirs: &str,
) -> Vec<(String, DifferenceAction, serde_json::Value)> {
    let view = view(fixture, product);
    let found = differences(&view.entries, &product.read(theirs.as_bytes()).unwrap(), product.replaces_everything());
    let parts = |Difference { system_id, action, fields }| (system_id, action, serde_json::Value::Object(fields));
    found.into_iter().map(parts).collect()
}

#[test]
fn a_difference_from_jasmins_list_covers_only_the_fields_of_the_list() {
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
        diff(&mut fixture, GatewayProduct::Jasmin, list),
        [
            ("fast".to_owned(), DifferenceAction::Change, json!({"throughput": ["8", "50"]})),
            ("off".to_owned(), DifferenceAction::Change, json!({"enabled": ["yes", "no"]})),
            ("other".to_owned(), DifferenceAction::Unknown, json!({})),
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
    let found = diff(&mut fixture, GatewayProduct::Ksmppd, &table);
    assert_eq!(
        found,
        [
            ("acme1".to_owned(), DifferenceAction::Change, json!({"max_binds": ["1", "2"]})),
            (
                "acme2".to_owned(),
                DifferenceAction::Change,
                json!({"password": [null, "differs"], "throughput": ["5", "0"]})
            ),
            ("off".to_owned(), DifferenceAction::Change, json!({"password": [null, "differs"]})),
        ]
    );
}

#[test]
fn a_gateway_file_of_another_format_is_refused_with_the_place() {
    for (product, text, place) in [
        (GatewayProduct::Opensmppbox, "a b c d\n\ne f g\n", (3, 1)),
        (GatewayProduct::Jasmin, "#User id ...\n#one two\n", (2, 1)),
        (GatewayProduct::Ksmppd, "system_id,password\na,\n", (2, 3)),
        (GatewayProduct::Json, "{\n \"accounts\": [\n", (3, 1)),
        (GatewayProduct::Json, "{\"users\": []}", (1, 1)),
        (GatewayProduct::Json, "{\"accounts\": [{}]}", (1, 1)),
    ] {
        let faults = product.read(text.as_bytes()).unwrap_err();
        let fault = &faults.first[0];
        assert_eq!((fault.line, fault.column), place, "{product:?} {text}: {}", fault.error);
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
        for product in [GatewayProduct::Opensmppbox, GatewayProduct::Json] {
            let view = view(&mut fixture, product);
            let written = product.write(&view.entries);
            let read = product.read(written.as_bytes()).unwrap();
            prop_assert_eq!(&read, &view.entries);
            prop_assert_eq!(differences(&view.entries, &read, true), Vec::new());
        }
        let written = GatewayProduct::Opensmppbox.write(&view(&mut fixture, GatewayProduct::Opensmppbox).entries);
        for (id, (password, (enabled, may_bind, _), _)) in &accounts {
            prop_assert_eq!(lets_in(&written, id, password), *enabled && *may_bind, "{} in {}", id, written.as_str());
        }
    }
}

/// A review stands for what was compared: whatever changes on either side, its hash changes, and only then.
#[test]
fn the_hash_of_a_review_changes_with_every_field_of_either_side() {
    let mut fixture = Fixture::with_acme();
    add(&mut fixture, "one", "secret1", |details| details.max_tps = Some(valid("5")));
    add(&mut fixture, "two", "secret2", |details| details.enabled = false);
    let vault = Rc::clone(&fixture.vault);
    let other_vault = ssgctl::store::vault::Vault::open_or_create(&fixture.folder.path().join("other")).unwrap();
    for product in PRODUCTS {
        let expected = view(&mut fixture, product).entries;
        let held = expected.clone();
        let hash = |expected: &[_], held: &[_]| Review::new(product, &vault, expected, held).hash;
        let first = hash(&expected, &held);
        let reversed: Vec<_> = held.iter().rev().cloned().collect();
        assert_eq!(hash(&expected, &reversed), first, "the order of accounts says nothing");
        assert_ne!(Review::new(product, &other_vault, &expected, &held).hash, first, "it is keyed");
        let mut seen = vec![first];
        for account in 0..expected.len() {
            for field in 0..expected[account].fields.len() {
                let mut changed = expected.clone();
                changed[account].fields[field].value.push('x');
                seen.extend([hash(&changed, &held), hash(&expected, &changed)]);
            }
            let mut fewer = expected.clone();
            fewer.remove(account);
            seen.extend([hash(&fewer, &held), hash(&expected, &fewer)]);
        }
        let hashes: std::collections::BTreeSet<String> = seen.iter().map(ToString::to_string).collect();
        assert_eq!(hashes.len(), seen.len(), "{product:?}");
    }
}
