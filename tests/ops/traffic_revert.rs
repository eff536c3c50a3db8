//! `traffic revert`: what an import brought is gone, to the last sum, and its charges are given back.

use proptest::prelude::*;
use ssgctl::model::ImportState;
use ssgctl::store::ImportFilter;
use ssgctl::{Error, traffic};

use super::traffic::{HEADER, ONE, fixture, import, request, run, state_of};
use crate::support::fixture::{Fixture, assert_refused, cases, collect, valid};

fn revert(fixture: &mut Fixture, id: i64) -> ssgctl::Result<ssgctl::model::Import> {
    fixture.write(|tx| traffic::revert(tx, id))
}

#[test]
fn messages_sums_and_charges_of_a_reverted_import_are_gone_and_its_file_can_come_again() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    let mut before = state_of(&mut fixture);
    let rows = "b,2026-11-24T10:20:00Z,acme,+447700900124,delivered,3,\n\
        c,2026-11-26T10:20:00Z,port,+33612345678,expired,1,0.07\n\
        d,2026-11-24T10:20:00Z,port,+447700900124,rejected,1,\n";
    import(&mut fixture, "b.csv", rows).unwrap();
    let with_both = state_of(&mut fixture);
    let reverted = revert(&mut fixture, 2).unwrap();
    assert_eq!((reverted.state, reverted.tally.new), (ImportState::Reverted, 3));
    let mut after = state_of(&mut fixture);
    // A balance that had entries still exists.
    after.remove("balance");
    before.remove("balance");
    assert_eq!(after, before);
    assert_eq!(fixture.credits("ACME"), valid("-2"));
    assert_eq!(fixture.balance("PORT", valid("EUR")).map(|balance| balance.balance), Some(valid("0")));
    let given_back = fixture.last_accrual().expect("an accrual");
    assert_eq!(given_back.reference(), "import 2 reverted");
    let again = import(&mut fixture, "b.csv", rows).unwrap();
    assert_eq!((again.import, again.tally.new), (3, 3));
    assert_eq!(state_of(&mut fixture), with_both, "as if it had come once");
    let states = fixture.read(|now| collect(|each| now.imports(&ImportFilter::default(), each)));
    let states: Vec<ImportState> = states.into_iter().map(|import| import.state).collect();
    assert_eq!(states, [ImportState::Finished, ImportState::Reverted, ImportState::Finished]);
}

#[test]
fn a_file_that_was_imported_for_the_wrong_account_is_reverted_and_imported_for_the_right_one() {
    let mut fixture = fixture();
    let rows = "a,2026-11-24T10:00:00Z,,+447700900123,delivered,1,\n";
    let text = format!("{HEADER}{rows}");
    let for_account = |fixture: &mut Fixture, account: &str| {
        let mut request = request(fixture, "a.csv", &text);
        request.options.account = Some(account.to_owned());
        run(fixture, &request)
    };
    for_account(&mut fixture, "acme").unwrap();
    assert!(matches!(for_account(&mut fixture, "port"), Err(Error::KnownFile { import: 1, .. })));
    revert(&mut fixture, 1).unwrap();
    let right = for_account(&mut fixture, "port").unwrap();
    assert_eq!((right.import, right.tally.new), (2, 1));
    assert_eq!(fixture.credits("ACME"), valid("0"));
}

#[test]
fn an_import_on_which_others_build_is_not_reverted() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    import(&mut fixture, "b.csv", &ONE.replace("a,", "b,")).unwrap();
    import(&mut fixture, "c.csv", &ONE.replace("pending", "delivered")).unwrap();
    let refusal = |outcome: ssgctl::Result<_>| match outcome {
        Err(Error::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    let state = state_of(&mut fixture);
    for id in [1, 2] {
        let why = refusal(revert(&mut fixture, id));
        let expected =
            "import 3 of `c.csv` reported stored messages of the same accounts and days again: revert it first";
        assert_eq!(why, expected);
    }
    let why = refusal(revert(&mut fixture, 3));
    assert!(why.starts_with("import 3 changed messages of earlier imports"), "{why}");
    assert_eq!(state_of(&mut fixture), state);
    assert_refused!(revert(&mut fixture, 9), Error::NotFound { .. });
    // One that only reported the same again is in the way, and can be taken out of it.
    let mut other = self::fixture();
    import(&mut other, "a.csv", ONE).unwrap();
    import(&mut other, "b.csv", &format!("{ONE}\n")).unwrap();
    assert!(refusal(revert(&mut other, 1)).starts_with("import 2 of `b.csv`"));
    revert(&mut other, 2).unwrap();
    revert(&mut other, 1).unwrap();
    assert_eq!(refusal(revert(&mut other, 1)), "import 1 is reverted already");
    assert!(state_of(&mut other)["message"].is_empty());
    assert_eq!(other.credits("ACME"), valid("0"));
}

#[test]
fn pruned_imports_are_not_reverted() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    fixture.write(|tx| traffic::forget_before(tx, 20_782)).unwrap();
    assert_refused!(revert(&mut fixture, 1), Error::Refused(_));
}

proptest! {
    #![proptest_config(cases(12))]

    /// Files of several batches and days, of which one in the middle is reverted: what is left is what the others bring alone.
    #[test]
    fn what_is_left_is_what_the_other_imports_brought(
        files in prop::collection::vec(prop::collection::vec((0..3_u32, 0..24_u32, any::<bool>(), 0..3_usize), 1..12), 1..5),
        which in any::<prop::sample::Index>(),
    ) {
        let (mut all, mut others) = (fixture(), fixture());
        let wrong = which.index(files.len());
        for (number, rows) in files.iter().enumerate() {
            let row = |(place, (day, hour, port, state)): (usize, &(u32, u32, bool, usize))| {
                let account = if *port { "port" } else { "acme" };
                let state = ["pending", "delivered", "rejected"][*state];
                format!("{number}-{place},2026-11-{:02}T{hour:02}:20:00Z,{account},+447700900123,{state},2,\n", day + 10)
            };
            let text = format!("{HEADER}{}", rows.iter().enumerate().map(row).collect::<String>());
            for (fixture, is_meant) in [(&mut all, true), (&mut others, number != wrong)] {
                if is_meant {
                    let file = request(fixture, &format!("{number}.csv"), &text);
                    run(fixture, &file).expect("imported");
                }
            }
        }
        revert(&mut all, i64::try_from(wrong + 1).expect("small")).expect("reverted");
        let (mut left, mut expected) = (state_of(&mut all), state_of(&mut others));
        left.remove("balance");
        expected.remove("balance");
        prop_assert_eq!(left, expected);
        prop_assert_eq!(all.credits("ACME"), others.credits("ACME"));
    }
}
