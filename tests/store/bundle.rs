//! Bundles: complete or not there, and whatever is changed in one is found.

use std::fs;
use std::io::Write;

use ssgctl::Error;
use ssgctl::store::bundle::{BundleWriter, CHECKSUMS, SIGNATURE, verify_bundle};
use ssgctl::store::signing::SigningKey;
use tempfile::TempDir;

use crate::support::fixture::assert_refused;

fn text(bundle: &mut BundleWriter, name: &str, text: &str) {
    let write = |out: &mut dyn Write| out.write_all(text.as_bytes()).map_err(|error| Error::io("write", &error));
    bundle.file(name, write).expect("written");
}

fn bundle(folder: &TempDir, key: &SigningKey) {
    let mut bundle = BundleWriter::create(&folder.path().join("audit")).expect("begun");
    text(&mut bundle, "ledger.csv", "id\n1\n");
    text(&mut bundle, "invoices/INV-1.pdf", "%PDF");
    let summary = bundle.finish(key).expect("finished");
    assert_eq!((summary.files, summary.bytes), (2, 9));
}

#[test]
fn a_bundle_names_what_was_changed_removed_or_added() {
    let folder = tempfile::tempdir().expect("folder");
    let key = SigningKey::open_or_create(&folder.path().join("signing.key")).expect("key");
    let other = SigningKey::open_or_create(&folder.path().join("other.key")).expect("key");
    bundle(&folder, &key);
    let audit = folder.path().join("audit");
    let verify = || verify_bundle(&audit, &key.public()).expect("a bundle").err();
    assert_eq!(verify(), None);
    assert!(verify_bundle(&audit, &other.public()).expect("a bundle").unwrap_err().contains("signed by another"));
    let list = fs::read_to_string(audit.join(CHECKSUMS)).expect("a list");
    assert!(list.lines().all(|line| line.len() > 66 && line[64..].starts_with("  ")), "{list}");
    for (name, before, after, expected) in [
        ("ledger.csv", Some("id\n1\n"), Some("id\n2\n"), "ledger.csv was changed"),
        ("invoices/INV-1.pdf", Some("%PDF"), None, "invoices/INV-1.pdf is missing"),
        ("invoices/INV-2.pdf", None, Some("%PDF"), "invoices/INV-2.pdf was added"),
    ] {
        match after {
            Some(after) => fs::write(audit.join(name), after).expect("written"),
            None => fs::remove_file(audit.join(name)).expect("removed"),
        }
        assert_eq!(verify().as_deref(), Some(expected));
        match before {
            Some(before) => fs::write(audit.join(name), before).expect("written"),
            None => fs::remove_file(audit.join(name)).expect("removed"),
        }
        assert_eq!(verify(), None);
    }
    fs::write(audit.join(CHECKSUMS), list.replace("ledger", "../ledger")).expect("written");
    assert!(verify().expect("broken").contains("the signature is not that"));
    fs::remove_file(audit.join(SIGNATURE)).expect("removed");
    assert_refused!(verify_bundle(&audit, &key.public()), Error::Input { .. });
}

#[test]
fn nothing_is_left_of_a_bundle_that_is_not_finished_and_none_is_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let audit = folder.path().join("audit");
    let mut unfinished = BundleWriter::create(&audit).expect("begun");
    text(&mut unfinished, "ledger.csv", "id\n");
    assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
    drop(unfinished);
    assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
    let key = SigningKey::open_or_create(&folder.path().join("signing.key")).expect("key");
    bundle(&folder, &key);
    assert_refused!(BundleWriter::create(&audit), Error::FileExists { .. });
    assert_eq!(fs::read(audit.join("ledger.csv")).expect("there"), b"id\n1\n");
}

#[test]
fn an_archive_is_the_same_twice_and_every_byte_of_its_files_counts() {
    let folder = tempfile::tempdir().expect("folder");
    let key = SigningKey::open_or_create(&folder.path().join("signing.key")).expect("key");
    let write = |name: &str| {
        let path = folder.path().join(name).join("audit.tar");
        fs::create_dir(folder.path().join(name)).expect("made");
        let mut bundle = BundleWriter::create(&path).expect("begun");
        text(&mut bundle, "ledger.csv", "id\n1\n");
        text(&mut bundle, "invoices/INV-1.pdf", "%PDF");
        bundle.finish(&key).expect("finished");
        path
    };
    let (path, again) = (write("one"), write("two"));
    let whole = fs::read(&path).expect("read");
    assert_eq!(whole, fs::read(again).expect("read"));
    assert_eq!(fs::read_dir(folder.path().join("one")).expect("folder").count(), 1);
    let verify = || verify_bundle(&path, &key.public());
    assert_eq!(verify().expect("an archive").map(|summary| (summary.files, summary.bytes)), Ok((2, 9)));
    for (index, byte) in whole.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        let mut changed = whole.clone();
        changed[index] = byte ^ 1;
        fs::write(&path, changed).expect("written");
        assert!(!matches!(verify(), Ok(Ok(_))), "byte {index} counts");
    }
    fs::write(&path, &whole[..whole.len() - 2_000]).expect("written");
    assert_refused!(verify(), Error::Input { .. });
}
