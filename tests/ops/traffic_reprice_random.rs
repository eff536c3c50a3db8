//! `traffic reprice`, whatever was corrected and in whatever order: it ends where charging everything at the corrected prices ends.

use proptest::prelude::*;
use ssgctl::model::Money;
use ssgctl::traffic;
use ssgctl::traffic::{RepriceAccounts, RepriceRequest};

use super::traffic_prices::{fixture, import, set};
use super::traffic_reprice::{euros, of_november, reprice, sums};
use crate::support::fixture::{Fixture, cases, valid};

const GB: &str = "+447700900123";
const NG: &str = "+2348012345678";

proptest! {
    #![proptest_config(cases(24))]

    /// 24 times: imports in which prices change, then corrections with runs of random spans in between, and a run of everything.
    #[test]
    fn repricing_ends_where_charging_everything_at_the_corrected_prices_ends(
        first in changes(),
        later in prop::collection::vec((changes(), 0..7_i64, 1..7_i64), 1..4),
        messages in prop::collection::vec((
            prop::sample::select(vec![NG, "+2347012345678", GB, "+442079460000"]),
            prop::sample::select(vec!["", "62130", "23410"]),
            0..7_i64,
        ), 1..20),
    ) {
        let (mut repriced, mut scratch) = (fixture(), fixture());
        let times: Vec<String> = messages.iter().map(|(.., slot)| time(*slot)).collect();
        let messages: Vec<(&str, &str, &str)> =
            messages.iter().zip(&times).map(|((number, network, _), at)| (at.as_str(), *number, *network)).collect();
        let (one, other) = messages.split_at(messages.len() / 2);
        for fixture in [&mut repriced, &mut scratch] {
            apply(fixture, &first);
        }
        import(&mut repriced, "a", one).unwrap();
        for (number, (changes, from, length)) in later.iter().enumerate() {
            for fixture in [&mut repriced, &mut scratch] {
                apply(fixture, changes);
            }
            let (from, until) = (valid(&time(*from)), valid(&time(from + length)));
            let part = RepriceRequest { from, until, ..of_november(RepriceAccounts::Customer("ACME".to_owned())) };
            reprice(&mut repriced, &part).unwrap();
            if number == 0 {
                import(&mut repriced, "b", other).unwrap();
            }
        }
        reprice(&mut repriced, &of_november(RepriceAccounts::All)).unwrap();
        import(&mut scratch, "a", one).unwrap();
        import(&mut scratch, "b", other).unwrap();
        prop_assert_eq!(euros(&mut repriced), euros(&mut scratch));
        prop_assert_eq!(sums(&mut repriced), sums(&mut scratch));
        let again = reprice(&mut repriced, &of_november(RepriceAccounts::All)).unwrap();
        prop_assert_eq!(again.id, None);
        for id in [1, 2] {
            repriced.write(|tx| traffic::revert(tx, id)).unwrap();
        }
        prop_assert_eq!(euros(&mut repriced), "0");
        prop_assert_eq!(repriced.findings(), Vec::<String>::new());
    }
}

type PriceChange = (&'static str, Option<i64>, i64);

fn changes() -> impl Strategy<Value = Vec<PriceChange>> {
    let destination = prop::sample::select(vec!["default", "NG", "GB", "+23480", "+4477", "62130", "23410"]);
    prop::collection::vec((destination, prop::option::of(0..6_i64), 0..1_000_i64), 0..6)
}

/// The last day of a month, whose sums distinguish quarter hours.
fn time(slot: i64) -> String {
    format!("2026-11-30T10:{:02}:00Z", slot * 4)
}

fn apply(fixture: &mut Fixture, changes: &[PriceChange]) {
    for (destination, slot, price) in changes {
        let from = slot.map(time).unwrap_or_default();
        set(fixture, "std", destination, &Money::from_e8(*price).to_string(), &from);
    }
}
