//! What traffic says about tomorrow: when a balance will be empty, whether an SMPP account sends far more than usual, and whether it
//! has stopped. The rules of `report forecast` and of the warnings that `balance check` sends.
//!
//! Each rule compares with the same time of the week in the weeks before. A warning is raised when its condition
//! [holds](Outlook::Holds), and armed again when the condition has clearly [ended](Outlook::Ended). Between the two lies a range in which
//! nothing happens, so that a figure that moves around its limit does not send an email each time.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, serde_by_text};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Money, SystemId, Time, Unit, time_of};

/// The weeks that say what is usual.
pub const USUAL_WEEKS: i32 = 4;
/// An account that has been known for fewer days is new: nothing is usual for it yet.
pub const NEW_DAYS: i32 = 7;
/// Fewer message parts than this in an hour are no surge, however few are usual.
pub const LEAST_SURGE: i64 = 100;
/// An account that has sent in fewer of the weeks before cannot be missed.
const LEAST_WEEKS: usize = 2;
const SECONDS_A_DAY: i128 = 86_400;

word_enum! {
    /// What a forecast found.
    pub enum ForecastKind {
        /// The balance will be empty within the given days.
        DaysLeft = "days_left",
        /// An account sent many times what is usual in the last hour.
        Surge = "surge",
        /// An account that always sends at this time of the week has sent nothing.
        Silent = "silent",
        /// No traffic was imported for anybody, so that silence cannot be seen.
        NoTraffic = "no_traffic",
    }
}

word_enum! {
    /// Why a forecast warning was raised or ended.
    pub enum ForecastCause {
        /// A check found that the condition holds or has ended.
        Check = "check",
        /// The setting was changed or removed.
        Settings = "settings",
        /// The SMPP account was disabled, archived or moved to another service.
        Account = "account",
        /// The warning was switched off.
        Off = "off",
        /// The customer was archived.
        Archived = "archived",
    }
}

impl ForecastCause {
    /// Why a pending email was cancelled.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Check => "it is no longer true",
            Self::Settings => "the setting of the warning was changed",
            Self::Account => "the SMPP account is no longer in use",
            Self::Off => "the warning was switched off",
            Self::Archived => "the customer was archived",
        }
    }
}

/// Declares a small number with a unit that is written after it.
macro_rules! number_with_unit {
    ($(#[$attribute:meta])* $name:ident, $range:expr, $units:expr, $unit:literal, $rule:literal) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(u16);
        serde_by_text!($name);

        impl $name {
            /// The number, in the smallest unit.
            pub const fn get(self) -> u16 {
                self.0
            }

            /// The value with this number.
            pub fn new(number: u16) -> Option<Self> {
                $range.contains(&number).then_some(Self(number))
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let units: &[(&str, u16)] = &$units;
                number(text, units).and_then(Self::new).ok_or_else(|| Invalid::rule($rule))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!("{}{}", self.0, $unit))
            }
        }
    };
}

number_with_unit!(
    /// A number of days within which a balance will be empty.
    DaysAhead, 1..=60, [("", 1), ("d", 1), ("w", 7)], "d", "must be 1 to 60 days, such as 3, 3d or 2w"
);
number_with_unit!(
    /// How many times the usual message parts are a surge.
    SurgeFactor, 2..=1_000, [("", 1), ("x", 1)], "x", "must be 2 to 1000 times, such as 5x"
);
number_with_unit!(
    /// The hours without a message that are silence.
    SilentHours, 1..=168, [("h", 1), ("d", 24)], "h", "must be 1h to 168h or 7d, such as 6h"
);

/// The number before a unit, in the smallest unit.
fn number(text: &str, units: &[(&str, u16)]) -> Option<u16> {
    let split = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(split);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u16>().ok()?.checked_mul(*factor)
}

/// What the condition of a warning is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// The warning must be raised, if it is not.
    Holds,
    /// Neither: the warning stays as it is.
    Unclear,
    /// The condition has clearly ended, which arms the warning again.
    Ended,
}

impl Outlook {
    /// Whether a warning is raised from now on, if that changes.
    pub fn change(self, is_raised: bool) -> Option<bool> {
        match self {
            Self::Holds if !is_raised => Some(true),
            Self::Ended if is_raised => Some(false),
            _ => None,
        }
    }
}

/// The charges of a balance on each of the last days, the oldest first, from the first day with charges on. Days are counted from 1970
/// in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyCharges {
    first_day: i32,
    /// In 10⁻⁸ of the unit.
    charges: Vec<i128>,
}

impl DailyCharges {
    /// Charges that begin with a day.
    pub fn from_day(first_day: i32) -> Self {
        Self { first_day, charges: Vec::new() }
    }

    /// Adds a charge to a day, which is not before the first.
    pub fn add(&mut self, day: i32, charge: Money) {
        self.extend_until(day + 1);
        let index = usize::try_from(day - self.first_day).ok();
        if let Some(sum) = index.and_then(|index| self.charges.get_mut(index)) {
            *sum += i128::from(charge.e8());
        }
    }

    /// Adds the days before `day` that had no charge.
    pub fn extend_until(&mut self, day: i32) {
        let days = usize::try_from(day - self.first_day).unwrap_or_default();
        if days > self.charges.len() {
            self.charges.resize(days, 0);
        }
    }

    /// What a day of the week costs: the mean of those days, or of all days if there was none.
    fn usual(&self, day: i32) -> i128 {
        let of_weekday = |first: &i32| (first - day).rem_euclid(7) == 0;
        let days = (self.first_day..).zip(&self.charges);
        let same: Vec<i128> = days.filter(|(other, _)| of_weekday(other)).map(|(_, charge)| *charge).collect();
        let of = if same.is_empty() { &self.charges } else { &same };
        let count = i128::try_from(of.len()).unwrap_or(1).max(1);
        of.iter().sum::<i128>() / count
    }

    /// When a balance will be empty if every day costs what is usual on that day of the week, if that is within some days. A balance
    /// that is empty already is not.
    pub fn empties_at(&self, balance: Money, now: Time, days: u16) -> Option<Time> {
        let second = i128::from(now.timestamp().as_second());
        let end = second + i128::from(days) * SECONDS_A_DAY;
        let (mut left, mut from) = (i128::from(balance.e8()), second);
        while left > 0 && from < end {
            let next = (from.div_euclid(SECONDS_A_DAY) + 1) * SECONDS_A_DAY;
            let a_day = self.usual(i32::try_from(from.div_euclid(SECONDS_A_DAY)).ok()?);
            let needed = a_day * (next - from) / SECONDS_A_DAY;
            if needed >= left && a_day > 0 {
                let at = from + left * SECONDS_A_DAY / a_day;
                return i64::try_from(at).ok().filter(|at| i128::from(*at) <= end).and_then(time_of);
            }
            (left, from) = (left - needed, next);
        }
        None
    }

    /// Whether a balance will be empty within some days, and when. It has ended when the balance lasts a day longer than that.
    pub fn outlook(&self, balance: Money, now: Time, days: DaysAhead) -> (Outlook, Option<Time>) {
        if balance <= Money::ZERO {
            // It was not seen while it was falling, or its warning was raised then.
            return (
                if self.charges.iter().any(|charge| *charge > 0) { Outlook::Holds } else { Outlook::Unclear },
                Some(now),
            );
        }
        let at = self.empties_at(balance, now, days.get() + 1);
        let holds = self.empties_at(balance, now, days.get()).is_some();
        (
            if holds {
                Outlook::Holds
            } else if at.is_some() {
                Outlook::Unclear
            } else {
                Outlook::Ended
            },
            at,
        )
    }
}

/// What an account sent in the last hour, and what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourTraffic {
    /// The message parts of the last hour.
    pub recent: i64,
    /// The most of the same hour of the weeks before and of the mean hour.
    pub usual: i64,
    /// For how many days the account has been known.
    pub known_days: i32,
}

impl HourTraffic {
    /// Whether this is a surge. It has ended when the hour has less than half of what a surge needs.
    pub fn outlook(&self, factor: SurgeFactor) -> Outlook {
        let needed = self.usual.saturating_mul(factor.get().into()).max(LEAST_SURGE);
        if self.recent >= needed && self.known_days >= NEW_DAYS {
            Outlook::Holds
        } else if self.recent < needed / 2 {
            Outlook::Ended
        } else {
            Outlook::Unclear
        }
    }
}

/// What an account sent in the last hours, and at the same time of the weeks before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanTraffic {
    pub recent: i64,
    /// The message parts of each week before in which the account sent already.
    pub before: Vec<i64>,
}

impl SpanTraffic {
    /// The least that is usual.
    pub fn usual(&self) -> Option<i64> {
        self.before.iter().copied().min()
    }

    /// Whether the account is silent although it sent at this time in every week before. It has ended when the account sends again: the
    /// next silence takes just as many hours.
    pub fn outlook(&self) -> Outlook {
        if self.recent > 0 {
            Outlook::Ended
        } else if self.before.len() >= LEAST_WEEKS && self.usual() > Some(0) {
            Outlook::Holds
        } else {
            Outlook::Unclear
        }
    }
}

/// The figures of a forecast warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ForecastFigures {
    pub balance: Option<Money>,
    /// When the balance will be empty, or since when nothing was sent.
    pub at: Option<Time>,
    /// The message parts of the last hour, or of the silence.
    pub recent: Option<i64>,
    /// What is usual for them.
    pub usual: Option<i64>,
}

/// A forecast warning that was raised or has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastAlert {
    pub id: i64,
    /// Customer and unit of the warning; `None` if nobody's traffic was imported.
    pub of: Option<(AccountCode, Unit)>,
    pub customer_id: Option<i64>,
    pub kind: ForecastKind,
    pub account_id: Option<i64>,
    pub account: Option<SystemId>,
    /// Whether it was raised; otherwise it ended.
    pub raised: bool,
    pub cause: ForecastCause,
    pub figures: ForecastFigures,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().expect("money")
    }

    #[test]
    fn numbers_have_a_unit_and_a_range() {
        let days = |text: &str| text.parse::<DaysAhead>().map(|days| days.to_string()).ok();
        assert_eq!((days("3"), days("2w"), days("60d")), (Some("3d".into()), Some("14d".into()), Some("60d".into())));
        for text in ["0", "61", "-1", "3h", "3 d", "", "d", "70000"] {
            assert_eq!(days(text), None, "{text}");
        }
        assert_eq!("5x".parse::<SurgeFactor>().expect("valid").get(), 5);
        assert!("1x".parse::<SurgeFactor>().is_err() && "1001".parse::<SurgeFactor>().is_err());
        assert_eq!("2d".parse::<SilentHours>().expect("valid").get(), 48);
        assert!("6".parse::<SilentHours>().is_err() && "8d".parse::<SilentHours>().is_err());
    }

    #[test]
    fn a_surge_needs_a_history_and_a_hundred_parts_and_ends_below_half() {
        let factor = "5x".parse().expect("valid");
        let outlook = |recent, usual, known_days| HourTraffic { recent, usual, known_days }.outlook(factor);
        assert_eq!(outlook(500, 100, 30), Outlook::Holds);
        assert_eq!(outlook(499, 100, 30), Outlook::Unclear);
        assert_eq!(outlook(250, 100, 30), Outlook::Unclear);
        assert_eq!(outlook(249, 100, 30), Outlook::Ended);
        // A quiet account, and one that nothing is known of.
        assert_eq!((outlook(99, 0, 30), outlook(100, 0, 30)), (Outlook::Unclear, Outlook::Holds));
        assert_eq!((outlook(100_000, 0, 6), outlook(49, 0, 6)), (Outlook::Unclear, Outlook::Ended));
    }

    #[test]
    fn silence_needs_two_weeks_that_were_not_silent() {
        let outlook = |recent, before: &[i64]| SpanTraffic { recent, before: before.to_vec() }.outlook();
        assert_eq!(outlook(0, &[60, 60]), Outlook::Holds);
        for before in [&[][..], &[60], &[60, 0], &[0, 0, 0, 0]] {
            assert_eq!(outlook(0, before), Outlook::Unclear, "{before:?}");
        }
        assert_eq!(outlook(1, &[60, 60]), Outlook::Ended);
    }

    #[test]
    fn a_balance_lasts_by_weekday_and_one_that_is_used_up_counts_only_with_charges() {
        // Monday the 5th of January 1970 is day 4: 10 a day on Mondays, nothing else.
        let mut charges = DailyCharges::from_day(4);
        charges.add(4, money("10"));
        charges.extend_until(11);
        let now: Time = "1970-01-11T12:00:00Z".parse().expect("time");
        let days = |days: &str| days.parse::<DaysAhead>().expect("days");
        let at: Time = "1970-01-12T12:00:00Z".parse().expect("time");
        assert_eq!(charges.outlook(money("5"), now, days("1")), (Outlook::Holds, Some(at)));
        // Ten last until midnight, half a day more, and eleven until the Monday after.
        assert_eq!(charges.outlook(money("10"), now, days("1")).0, Outlook::Unclear);
        assert_eq!(charges.outlook(money("11"), now, days("1")), (Outlook::Ended, None));
        assert_eq!(charges.outlook(Money::ZERO, now, days("1")), (Outlook::Holds, Some(now)));
        assert_eq!(DailyCharges::from_day(4).outlook(money("-1"), now, days("1")).0, Outlook::Unclear);
    }

    proptest! {
        // Whatever an account sends, its warning is raised and ends in turn: raised only by a surge, ended only below half of one.
        #[test]
        fn a_warning_is_raised_once_until_it_has_ended(hours in prop::collection::vec(0_i64..1_200, 1..60)) {
            let factor: SurgeFactor = "5x".parse().expect("valid");
            let mut is_raised = false;
            for recent in hours {
                let change = HourTraffic { recent, usual: 100, known_days: 30 }.outlook(factor).change(is_raised);
                match change {
                    Some(true) => prop_assert!(!is_raised && recent >= 500),
                    Some(false) => prop_assert!(is_raised && recent < 250),
                    None => prop_assert!((is_raised && recent >= 250) || (!is_raised && recent < 500)),
                }
                is_raised = change.unwrap_or(is_raised);
            }
        }
    }
}
