//! Secrets: no plaintext in any file, no ciphertext that opens elsewhere, nothing left of what was deleted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::rc::Rc;

use ssgctl::Error;
use ssgctl::model::{EmailTemplate, Gateway, RenderedEmail, SendOutcome};
use ssgctl::ops::smpp::{self, NewAccount};
use ssgctl::ops::{customer, handover, outbox};
use ssgctl::store::vault::Vault;

use crate::support::fixture::{Fixture, NOON, assert_refused, new_account, open, plain_email, valid};

/// The names of the files of a folder in which some bytes occur.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let files = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    files
        .filter(|path| fs::read(path).expect("read").windows(bytes.len()).any(|window| window == bytes))
        .map(|path| path.file_name().expect("name").to_string_lossy().into_owned())
        .collect()
}

fn with_password(system_id: &str, password: &str) -> NewAccount {
    NewAccount { password: Some(valid(password)), ..new_account(system_id) }
}

#[test]
fn a_password_is_in_no_file() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", with_password("acme1", "hunter2!")).unwrap();
    let generated = fixture.add_account("ACME", new_account("acme2")).unwrap().password;
    fixture.reveal("acme1").unwrap();
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    fixture.store.backup(&fixture.folder.path().join("backup.db"), false).unwrap();
    let folder = fixture.folder.path().to_owned();
    let written = files_with(&folder, b"acme1");
    assert!(
        written.iter().any(|name| name.ends_with("-wal")) && written.contains(&"backup.db".to_owned()),
        "{written:?}"
    );
    for password in [b"hunter2!".as_slice(), generated.reveal().as_bytes()] {
        assert_eq!(files_with(&folder, password), Vec::<String>::new());
    }
}

#[test]
fn a_stored_email_with_a_password_does_not_contain_it() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", with_password("acme1", "hunter2!")).unwrap();
    let text = format!("Password: {}\n", RenderedEmail::PASSWORD_PLACEHOLDER);
    let emails = fixture.write(|tx| {
        let pack = handover::details(tx, "acme1", &Gateway::default(), tx.at())?;
        let content = RenderedEmail { text, password_of: Some(pack.account.id), ..plain_email(EmailTemplate::Welcome) };
        handover::queue(tx, &pack, &[valid("jo@acme.example")], &content)
    });
    let email = emails.unwrap().remove(0);
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| outbox::reveal(tx, &vault, &email)).unwrap();
    let claimed = fixture.write(|tx| outbox::claim_one(tx, email)).unwrap();
    fixture.write(|tx| outbox::record(tx, claimed, &SendOutcome::Sent)).unwrap();
    fixture.store.backup(&fixture.folder.path().join("backup.db"), false).unwrap();
    assert!(files_with(fixture.folder.path(), b"Password: ********").contains(&"backup.db".to_owned()));
    assert_eq!(files_with(fixture.folder.path(), b"hunter2!"), Vec::<String>::new());
}

#[test]
fn the_key_is_private_and_in_its_own_file_only() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.store.backup(&fixture.folder.path().join("backup.db"), false).unwrap();
    let key = fixture.folder.path().join("key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let hex = fs::read_to_string(&key).unwrap().trim().to_owned();
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert_eq!(files_with(fixture.folder.path(), hex.as_bytes()), ["key"]);
    assert_eq!(files_with(fixture.folder.path(), &bytes), Vec::<String>::new());
}

#[test]
fn a_database_without_its_key_reveals_nothing_and_keeps_all_else() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", with_password("acme1", "hunter2!")).unwrap();
    fixture.vault = Rc::new(Vault::open_or_create(&fixture.folder.path().join("another_key")).unwrap());
    assert_refused!(fixture.reveal("acme1"), Error::Secret(message) if !message.contains("hunter2!"));
    assert_eq!(fixture.last_event().change.action, "add", "what was not revealed is not logged as revealed");
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")).system_id.as_str(), "acme1");
    assert!(fixture.findings().is_empty());
}

#[test]
fn passwords_of_two_accounts_that_changed_places_are_refused() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    for (customer, id) in [("ACME", "one"), ("ACME", "two"), ("GLOBEX", "three")] {
        fixture.account(customer, id);
    }
    let swap = |raw: &rusqlite::Connection, one: &str, two: &str| {
        let sealed = |id: &str| -> Vec<u8> {
            let sql = "SELECT password_sealed FROM smpp_account WHERE system_id = ?1";
            raw.query_row(sql, [id], |row| row.get(0)).expect("sealed")
        };
        for (id, sealed) in [(one, sealed(two)), (two, sealed(one))] {
            let sql = "UPDATE smpp_account SET password_sealed = ?2 WHERE system_id = ?1";
            raw.execute(sql, rusqlite::params![id, sealed]).expect("swapped");
        }
    };
    for (one, two) in [("one", "two"), ("two", "three")] {
        let raw = fixture.raw();
        swap(&raw, one, two);
        assert_refused!(fixture.reveal(one), Error::Damaged(_));
        assert_refused!(fixture.reveal(two), Error::Damaged(_));
        swap(&raw, one, two);
        fixture.reveal(one).unwrap();
        fixture.reveal(two).unwrap();
    }
}

#[test]
fn a_password_does_not_open_when_its_account_was_given_to_another_customer_or_renamed() {
    for theft in ["UPDATE smpp_account SET customer_id = 2", "UPDATE smpp_account SET system_id = 'other'"] {
        let mut fixture = Fixture::with_acme();
        fixture.customer("GLOBEX");
        let account = fixture.account("ACME", "acme1");
        fixture.raw().execute_batch(theft).unwrap();
        let name = if theft.contains("other") { "other" } else { account.system_id.as_str() };
        assert_refused!(fixture.reveal(name), Error::Damaged(_));
    }
}

#[test]
fn what_was_deleted_is_gone_from_the_file() {
    let mut fixture = Fixture::with_acme();
    let folder = fixture.folder.path().to_owned();
    let number = b"447700900123";
    let new = NewAccount { cug: vec![valid("+447700900123"), valid("+447700900124")], ..new_account("acme1") };
    // The audit log keeps what was added for ever, so the number is put there by hand.
    fixture.add_account("ACME", NewAccount { cug: Vec::new(), ..new }).unwrap();
    fixture.raw().execute_batch("INSERT INTO cug_number VALUES (1, '+447700900123'), (1, '+447700900124')").unwrap();
    fixture.at(NOON);
    assert!(!files_with(&folder, number).is_empty());
    let account = fixture.read(|now| now.smpp_account("acme1"));
    fixture.write(|tx| tx.delete_cug_number(&account, &valid("+447700900123")).map(drop)).unwrap();
    // The last one to close the database moves the log into the file.
    let (location, Fixture { store, folder: kept, .. }) = (crate::support::fixture::location(&fixture.folder), fixture);
    drop(store);
    assert_eq!(files_with(&folder, number), Vec::<String>::new());
    assert_eq!(open(&location, NOON).unwrap().read().unwrap().cug(&account).unwrap(), [valid("+447700900124")]);
    drop(kept);
}

#[test]
fn a_password_that_was_replaced_is_gone_from_the_file() {
    for (grace, ended_by) in [("0", "rotation"), ("1h", "time"), ("1h", "hand"), ("1h", "second rotation")] {
        let mut fixture = Fixture::with_acme();
        let account = fixture.account("ACME", "acme1");
        let old = fixture.read(|now| now.sealed_password(&account));
        let vault = Rc::clone(&fixture.vault);
        fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid(grace)).map(drop)).unwrap();
        match ended_by {
            "time" => fixture.at("2026-11-24T13:00:00Z").customer("GLOBEX").id,
            "hand" => fixture.write(|tx| smpp::end_grace(tx, "acme1")).unwrap().id,
            "second rotation" => {
                fixture.write(|tx| smpp::end_grace(tx, "acme1")).unwrap();
                fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid("2h"))).unwrap().account.id
            }
            _ => account.id,
        };
        // The last one to close the database moves the log into the file.
        let (location, Fixture { store, folder, .. }) = (crate::support::fixture::location(&fixture.folder), fixture);
        drop(store);
        let new = open(&location, NOON).unwrap().read().unwrap().sealed_password(&account).unwrap();
        assert_eq!(files_with(folder.path(), &new), ["test.db"], "{ended_by}");
        // The nonce and what follows it: all that is the old password's own.
        assert_eq!(files_with(folder.path(), &old[9..]), Vec::<String>::new(), "{ended_by}");
    }
}

#[test]
fn a_password_is_in_no_error() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", with_password("acme1", "hunter2!")).unwrap();
    let taken = fixture.add_account("ACME", with_password("acme1", "hunter2!")).map(drop).unwrap_err();
    let missing = fixture.write(|tx| smpp::archive(tx, "none")).map(drop).unwrap_err();
    let invalid = "hunter2 hunter2".parse::<ssgctl::model::Password>().map(drop).unwrap_err();
    for message in [format!("{taken} {taken:?}"), format!("{missing} {missing:?}"), format!("{invalid} {invalid:?}")] {
        assert!(!message.contains("hunter2"), "{message}");
    }
}
