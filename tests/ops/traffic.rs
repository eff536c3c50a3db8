//! Traffic: each message is taken in once and charged once, whatever the files and their order.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ssgctl::model::{EntryKind, TrafficTally, Unit};
use ssgctl::ops::smpp::NewAccount;
use ssgctl::store::StoredMessage;
use ssgctl::traffic::{
    ExpectedTotals, ImportProgress, ImportRequest, ParseOptions, Source, TrafficDialect, TrafficSummary,
};
use ssgctl::{Error, ops, traffic};

use crate::support::fixture::{Fixture, assert_refused, cases, new_account, valid};

pub const HEADER: &str = "message_id,submitted_at,system_id,destination,state,parts,price\n";

/// Reports no progress, and may stop the import after a number of commits.
pub struct Quiet {
    pub commits_left: usize,
}

impl ImportProgress for Quiet {
    fn begin(&mut self, _: &'static str) {}
    fn at(&mut self, _: u64) {}
    fn committed(&mut self) {
        self.commits_left -= 1;
        assert!(self.commits_left > 0, "killed");
    }
}

/// A fixture with ACME's account in SMS credits, and PORT's in euros at 0.05 a part.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("PORT");
    fixture.account("ACME", "acme");
    fixture
        .write(|tx| {
            let details = ssgctl::model::ServiceDetails { name: valid("Euro"), price: valid("0.05") };
            ops::service::new(tx, valid("euro"), valid("EUR"), details)
        })
        .expect("service");
    let mut port = new_account("port");
    port.details.service = valid("euro");
    fixture.add_account("PORT", NewAccount { ..port }).expect("account");
    fixture
}

pub fn options() -> ParseOptions {
    ParseOptions::in_zone(TimeZone::UTC)
}

pub fn request(fixture: &Fixture, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) -> ImportRequest {
    let path: PathBuf = fixture.folder.path().join(name);
    fs::write(&path, text).expect("written");
    let source = Source::new(name.to_owned(), fs::File::open(path).expect("opened")).expect("source");
    ImportRequest {
        source,
        options: options(),
        charging: true,
        allow_overlap: false,
        skip_invalid: false,
        expected: ExpectedTotals::default(),
        batch: 3,
        dry_run: false,
    }
}

pub fn run(fixture: &mut Fixture, request: &ImportRequest) -> ssgctl::Result<TrafficSummary> {
    let origin = fixture.origin.clone();
    traffic::import(&mut fixture.store, &origin, request, None, &mut Quiet { commits_left: 1_000 })
}

/// Imports rows of our own form.
pub fn import(fixture: &mut Fixture, name: &str, rows: &str) -> ssgctl::Result<TrafficSummary> {
    let request = request(fixture, name, &format!("{HEADER}{rows}"));
    run(fixture, &request)
}

pub fn row_faults(result: ssgctl::Result<TrafficSummary>) -> Vec<String> {
    match result {
        Err(Error::Rows(faults)) => {
            faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub fn tally(new: u64, updated: u64, duplicate: u64) -> TrafficTally {
    TrafficTally { new, updated, duplicate, ..TrafficTally::default() }
}

/// Everything that does not depend on which file brought it: messages, sums, balances.
pub fn state_of(fixture: &mut Fixture) -> BTreeMap<String, Vec<String>> {
    assert_eq!(fixture.findings(), Vec::<String>::new());
    let mut state = fixture.dump();
    state.retain(|table, _| ["traffic_monthly", "traffic_pruned"].contains(&table.as_str()));
    let (mut messages, mut sums) = (Vec::new(), Vec::new());
    fixture.read(|now| {
        now.messages((0, i32::MAX), |StoredMessage { day, id, account_id: account, known, .. }| {
            let known = (known.second, known.state, known.destination, known.parts, known.price, known.charged);
            messages.push(format!("{day} {id} {account} {known:?}"));
            Ok::<_, Error>(())
        })?;
        now.account_days(0..i32::MAX, |of_day| {
            sums.push(format!("{of_day:?}"));
            Ok::<_, Error>(())
        })
    });
    // How they are divided into runs and layers depends on the files.
    messages.sort();
    state.insert("message".to_owned(), messages);
    state.insert("traffic_daily".to_owned(), sums);
    let euros = fixture.balance("PORT", valid("EUR")).map(|balance| balance.balance);
    state.insert("balance".to_owned(), vec![fixture.credits("ACME").to_string(), format!("{euros:?}")]);
    state
}

pub const ONE: &str = "a,2026-11-24T10:00:00Z,acme,+447700900123,pending,2,\n";

#[test]
fn a_message_costs_a_credit_a_part_or_its_price_or_the_services() {
    let mut fixture = fixture();
    let rows = "a,2026-11-24T10:00:00Z,acme,+447700900123,delivered,2,0.3\n\
                b,2026-11-24T10:00:00Z,port,+447700900123,delivered,3,0.00750001\n\
                c,2026-11-24T10:00:00Z,port,+447700900123,undeliverable,3,\n";
    let summary = import(&mut fixture, "a.csv", rows).unwrap();
    assert_eq!(summary.tally, tally(3, 0, 0));
    assert_eq!(summary.charges, [(Unit::Sms, valid("2")), (valid("EUR"), valid("0.15750001"))]);
    assert_eq!(fixture.credits("ACME"), valid("-2"));
    fixture.write(|tx| ops::balance::post_accrued(tx, ops::balance::DueCharges::All)).unwrap();
    let entries = fixture.entries();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        assert_eq!(entry.posting.kind, EntryKind::Charge);
        assert_eq!(entry.posting.reference, Some(valid("charges 2026-11-24")));
    }
    assert_eq!(entries[1].posting.amount, valid("-0.15750001"));
    state_of(&mut fixture);
}

#[test]
fn the_same_messages_again_change_nothing_in_whatever_file() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    let before = (state_of(&mut fixture), fixture.dump());
    let again = import(&mut fixture, "copy.csv", ONE).unwrap();
    assert_eq!((again.tally, again.repeats), (tally(0, 0, 1), Some(1)));
    assert_eq!(fixture.dump(), before.1, "the same file leaves no trace");
    let more = format!("{ONE}{}", ONE.replace("+44", "0044"));
    assert_eq!(import(&mut fixture, "twice.csv", &more).unwrap().tally, tally(0, 0, 2));
    assert_eq!(state_of(&mut fixture), before.0);
}

#[test]
fn a_later_state_updates_the_message_and_never_its_charge() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    let delivered = import(&mut fixture, "b.csv", &ONE.replace("pending", "DELIVRD")).unwrap();
    assert_eq!((delivered.tally, delivered.charges), (tally(0, 1, 0), Vec::new()));
    let late = import(&mut fixture, "c.csv", &ONE.replace("pending", "expired")).unwrap();
    assert_eq!(late.tally, tally(0, 0, 1));
    assert_eq!(fixture.credits("ACME"), valid("-2"));
    let state = state_of(&mut fixture);
    assert!(state["message"][0].contains("Delivered"), "{state:?}");
    assert_eq!(state["traffic_daily"].len(), 1);
}

#[test]
fn other_content_that_matters_for_money_is_a_conflict_that_names_both() {
    let mut fixture = fixture();
    let port = "a,2026-11-24T10:00:00Z,port,+447700900123,pending,2,0.05\n";
    import(&mut fixture, "a.csv", &format!("{ONE}{port}")).unwrap();
    let before = fixture.dump();
    for (row, field) in [
        (ONE.replace(",2,", ",3,"), "parts"),
        (ONE.replace("123,", "124,"), "destination"),
        (port.replace("0.05", "0.06"), "price"),
        (port.replace("0.05", ""), "price"),
    ] {
        let row_faults = row_faults(import(&mut fixture, "b.csv", &row));
        let expected =
            format!("2:1 message `a` was reported differently before, by import 1 of `a.csv` ({field} differs)");
        assert_eq!(row_faults, [expected]);
    }
    let inside = format!("{ONE}{}", ONE.replace(",2,", ",3,")).replace("a,2026", "new,2026");
    let row_faults = row_faults(import(&mut fixture, "c.csv", &inside));
    assert_eq!(row_faults, ["3:1 message `new` was reported differently before, on line 2 (parts differs)"]);
    // Also where only one of them has a price, whatever stands between them.
    for (one, two) in [("", "0.06"), ("0.06", ""), ("", "0")] {
        let row = |price: &str| port.replace("a,2026", "new,2026").replace("0.05", price);
        let rows = format!("{}{}{}", row(one), ONE.repeat(7), row(two));
        let row_faults = self::row_faults(import(&mut fixture, "d.csv", &rows));
        assert_eq!(row_faults, ["10:1 message `new` was reported differently before, on line 2 (price differs)"]);
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn the_same_id_is_another_message_on_another_day_and_of_another_account() {
    let mut fixture = fixture();
    let rows = format!("{ONE}{}{}", ONE.replace("11-24", "11-25"), ONE.replace("acme", "port"));
    assert_eq!(import(&mut fixture, "a.csv", &rows).unwrap().tally, tally(3, 0, 0));
    assert_eq!(fixture.credits("ACME"), valid("-4"));
    state_of(&mut fixture);
}

#[test]
fn rejected_messages_cost_nothing_until_a_report_says_that_they_were_sent() {
    let mut fixture = fixture();
    let rejected = ONE.replace("pending", "rejected");
    let without_id = rejected.replace("a,2026", ",2026");
    let summary = import(&mut fixture, "a.csv", &format!("{rejected}{without_id}")).unwrap();
    assert_eq!((summary.tally.new, summary.tally.rejected, summary.charges), (1, 1, Vec::new()));
    assert_eq!(fixture.balance("ACME", Unit::Sms), None);
    let sent = import(&mut fixture, "b.csv", ONE).unwrap();
    assert_eq!((sent.tally, sent.charges), (tally(0, 1, 0), vec![(Unit::Sms, valid("2"))]));
    state_of(&mut fixture);
    assert_eq!(
        row_faults(import(&mut fixture, "c.csv", &ONE.replace("a,2026", ",2026"))),
        ["2:1 message_id is needed"]
    );
}

#[test]
fn what_was_imported_without_charge_is_never_charged() {
    let mut fixture = fixture();
    let mut free = request(&fixture, "a.csv", &format!("{HEADER}{ONE}"));
    free.charging = false;
    assert_eq!(run(&mut fixture, &free).unwrap().charges, []);
    let later = ONE.replace("pending", "delivered");
    assert_eq!(import(&mut fixture, "b.csv", &later).unwrap().tally, tally(0, 1, 0));
    assert!(fixture.entries().is_empty());
    state_of(&mut fixture);
}

#[test]
fn archived_accounts_are_charged_below_zero() {
    let mut fixture = fixture();
    fixture.credit("ACME", "1");
    fixture.write(|tx| ops::customer::archive(tx, "ACME")).unwrap();
    import(&mut fixture, "a.csv", ONE).unwrap();
    assert_eq!(fixture.credits("ACME"), valid("-1"));
}

#[test]
fn every_fault_is_named_with_its_place_and_nothing_is_touched() {
    let mut fixture = fixture();
    let before = fixture.dump();
    let rows = "a,2026-11-24T10:00:00Z,nobody,+447700900123,pending,2,\n\
                b,24.11.2026,acme,+447700900123,pending,2,\n\
                c,2026-11-24T10:00:00Z,acme,,pending,2,\n\
                d,2026-11-24T10:00:00Z,acme,+447700900123,gone,2,\n\
                e,2026-11-24T10:00:00Z,acme,+447700900123,pending,256,\n\
                f,2026-11-24T10:00:00Z,acme,+447700900123,pending,1,-1\n\
                g,2026-11-24T10:00:00Z,acme,+447700900123,pending,1\n\
                h,2026-11-24T10:00:00Z,acme,4.477E+11,pending,1,\n\
                i i,2026-11-24T10:00:00Z,acme,1,pending,1,\n";
    let row_faults = row_faults(import(&mut fixture, "a.csv", rows));
    let begin = [
        "2:24 no SMPP account `nobody`",
        "3:3 submitted_at: `24.11.2026` must be a time",
        "4:29 destination is needed",
        "5:43 state: `gone` is not a known state",
        "6:51 parts: `256` must be",
        "7:53 price: `-1` must not be negative",
        "8:51 the row has 6 fields",
        "9:29 destination: `4.477E+11` must not be a number",
        "10:1 message_id: `i i` must be",
    ];
    assert_eq!(row_faults.len(), begin.len(), "{row_faults:#?}");
    for (row_faults, begin) in row_faults.iter().zip(begin) {
        assert!(row_faults.starts_with(begin), "{row_faults}");
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn rows_with_faults_are_left_out_on_request_and_can_be_imported_when_put_right() {
    let mut fixture = fixture();
    let text = format!("{HEADER}{ONE}b,2026-11-24T10:00:00Z,\"who, me\",+447700900123,pending,2,\n");
    let mut first = request(&fixture, "a.csv", &text);
    first.skip_invalid = true;
    let mut rejects = Vec::new();
    let origin = fixture.origin.clone();
    let watch = &mut Quiet { commits_left: 9 };
    let summary = traffic::import(&mut fixture.store, &origin, &first, Some(&mut rejects), watch).unwrap();
    assert_eq!((summary.tally.new, summary.tally.refused), (1, 1));
    let rejects = String::from_utf8(rejects).unwrap();
    assert_eq!(
        rejects,
        "message_id,submitted_at,system_id,destination,state,parts,price,refused_because\n\
         b,2026-11-24T10:00:00Z,\"who, me\",+447700900123,pending,2,,\"line 3: no SMPP account `who, me`\"\n"
    );
    let again = request(&fixture, "rejects.csv", &rejects.replace("\"who, me\",", "acme,"));
    assert_eq!(run(&mut fixture, &again).unwrap().tally, tally(1, 0, 0));
    state_of(&mut fixture);
}

#[test]
fn a_cut_file_is_noticed_by_what_its_sender_said() {
    let mut fixture = fixture();
    let rows = format!("{ONE}b,2026-11-24T10:00:00Z,port,+447700900123,delivered,3,0.5\n");
    let mut cut = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    cut.expected = ExpectedTotals { rows: Some(3), total: Some(valid("0.6")), sha256: None };
    assert_eq!(
        row_faults(run(&mut fixture, &cut)),
        ["3:1 the file has rows: 2, 3 is expected", "3:1 the file has prices of 0.5, 0.6 is expected"]
    );
    cut.expected = ExpectedTotals { rows: None, total: None, sha256: Some(valid(&"0".repeat(64))) };
    assert!(row_faults(run(&mut fixture, &cut))[0].starts_with("1:1 the SHA-256 of the file is "));
    cut.expected = ExpectedTotals { rows: Some(2), total: Some(valid("0.5")), sha256: None };
    run(&mut fixture, &cut).unwrap();
}

#[test]
fn another_kind_of_file_for_the_same_accounts_and_days_needs_a_word() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    let vonage = "account_id,message_id,direction,to,date_received,status,currency,total_price\n\
                  acme,x-1,outbound,447700900123,2026-11-24 09:00:00 +0000,delivered,EUR,0.05\n";
    let mut other = request(&fixture, "v.csv", vonage);
    assert_refused!(run(&mut fixture, &other), Error::Refused(why) if why.contains("`acme` from 2026-11-24"));
    other.allow_overlap = true;
    assert_eq!(run(&mut fixture, &other).unwrap().tally, tally(1, 0, 0));
    let next_day = request(&fixture, "w.csv", &vonage.replace("11-24", "11-25"));
    run(&mut fixture, &next_day).unwrap();
}

#[test]
fn a_price_in_another_currency_is_refused_unless_prices_are_ignored() {
    let mut fixture = fixture();
    let text = "account_id,message_id,direction,to,date_received,status,currency,total_price\n\
                port,x-1,outbound,447700900123,2026-11-24 09:00:00 +0000,delivered,USD,0.05\n";
    let mut dollars = request(&fixture, "v.csv", text);
    let row_faults = row_faults(run(&mut fixture, &dollars));
    assert!(row_faults[0].starts_with("2:68 currency: `USD` is not EUR"), "{row_faults:?}");
    dollars.options.ignores_prices = true;
    assert_eq!(run(&mut fixture, &dollars).unwrap().charges, [(valid("EUR"), valid("0.05"))]);
}

#[test]
fn a_word_can_be_given_its_meaning_and_a_dialect_be_named() {
    let mut fixture = fixture();
    let text = format!("{HEADER}{}", ONE.replace("pending", "DLVRD"));
    let mut odd = request(&fixture, "a.csv", &text);
    odd.options.words = BTreeMap::from([("dlvrd".to_owned(), valid("delivered"))]);
    odd.options.dialect = TrafficDialect::named("ssgctl");
    odd.dry_run = true;
    assert_eq!(run(&mut fixture, &odd).unwrap().tally, tally(1, 0, 0));
    odd.dry_run = false;
    run(&mut fixture, &odd).unwrap();
    assert!(state_of(&mut fixture)["message"][0].contains("Delivered"));
    odd.options.dialect = TrafficDialect::named("twilio");
    assert!(row_faults(run(&mut fixture, &odd))[0].starts_with("1:1 a file of twilio needs a column `Sid`"));
}

proptest! {
    #![proptest_config(cases(24))]

    /// Rows are dealt to files, and the files imported in one order and in another.
    #[test]
    fn whatever_the_order_of_files_the_end_is_the_same(
        rows in proptest::collection::vec((0..4_u8, 0..6_usize, 0..3_u8, 0..3_usize, any::<bool>()), 1..14),
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(),
    ) {
        let states = ["pending", "unknown", "rejected", "expired", "undeliverable", "delivered"];
        let mut files = vec![String::new(); 3];
        for (id, state, second, file, is_port) in rows {
            let (account, state) = (if is_port { "port" } else { "acme" }, states[state]);
            files[file] += &format!("m{id},2026-11-24T1{second}:00:0{second}Z,{account},+447700900123,{state},2,\n");
        }
        let mut in_order = fixture();
        let mut shuffled = fixture();
        for (index, rows) in files.iter().enumerate() {
            import(&mut in_order, &format!("{index}.csv"), rows).unwrap();
        }
        for index in order {
            import(&mut shuffled, &format!("{index}.csv"), &files[index]).unwrap();
        }
        prop_assert_eq!(state_of(&mut in_order), state_of(&mut shuffled));
    }
}
