//! Periods that have a name: `today`, `last month`, `monday`, `2026-10`, `2026Q3`.

use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use ssgctl::model::{Invalid, not_in_calendar};

/// Whole days of a calendar, fixed or relative to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedPeriod {
    /// From the first day to the last.
    Dates(Date, Date),
    /// A day, week, month, quarter or year, this number of them ago.
    Ago(Unit, i32),
    /// The last day of this name, which may be today.
    Weekday(Weekday),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    /// From Monday to Sunday.
    Week,
    Month,
    Quarter,
    Year,
}

const UNITS: [(&str, Unit); 5] = [
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

impl NamedPeriod {
    /// The period that a text names, if it names one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        of_digits(&text).or_else(|| of_words(&text.replace(['-', '_'], " ")))
    }

    /// The first and the last day.
    pub(crate) fn dates(self, today: Date) -> (Date, Date) {
        match self {
            Self::Dates(first, last) => (first, last),
            Self::Weekday(weekday) => {
                let day = today.saturating_sub(i32::from(today.weekday().since(weekday)).days());
                (day, day)
            }
            Self::Ago(unit, ago) => {
                let begin = unit.beginning(today);
                let first = unit.step(begin, -ago);
                (first, unit.step(begin, 1 - ago).saturating_sub(1.days()))
            }
        }
    }
}

impl Unit {
    fn beginning(self, day: Date) -> Date {
        let back = |months: i8| day.first_of_month().saturating_sub(i32::from(months).months());
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => back(0),
            Self::Quarter => back((day.month() - 1) % 3),
            Self::Year => back(day.month() - 1),
        }
    }

    fn step(self, day: Date, count: i32) -> Date {
        match self {
            Self::Day => day.saturating_add(count.days()),
            Self::Week => day.saturating_add(count.weeks()),
            Self::Month => day.saturating_add(count.months()),
            Self::Quarter => day.saturating_add((3 * count).months()),
            Self::Year => day.saturating_add(count.years()),
        }
    }
}

/// `2026-10-25`, `2026-10`, `2026q3`, `2026-q3` or `2026`.
fn of_digits(text: &str) -> Option<NamedPeriod> {
    if not_in_calendar(text).is_some() {
        return None;
    }
    let year = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let year: i16 = year.parse().ok()?;
    let rest = text.get(4..)?.trim_start_matches('-');
    let number = |text: &str| text.parse::<i8>().ok();
    let (month, months) = match (rest.strip_prefix('q'), text.len()) {
        (Some(quarter), 6 | 7) => (number(quarter).filter(|quarter| (1..=4).contains(quarter))? * 3 - 2, 3),
        (None, 4) => (1, 12),
        (None, 7) if rest.len() == 2 => (number(rest)?, 1),
        (None, 10) => {
            let day: Date = text.parse().ok()?;
            return Some(NamedPeriod::Dates(day, day));
        }
        _ => return None,
    };
    let first = Date::new(year, month, 1).ok()?;
    let last = first.saturating_add((months - 1).months()).last_of_month();
    Some(NamedPeriod::Dates(first, last))
}

fn of_words(text: &str) -> Option<NamedPeriod> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unit = |word: &str| UNITS.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit);
    let weekday = |word: &str| {
        let is_meant = |name: &str| name == word || (word.len() == 3 && name.starts_with(word));
        WEEKDAYS.iter().find(|(name, _)| is_meant(name)).map(|(_, weekday)| NamedPeriod::Weekday(*weekday))
    };
    match words[..] {
        ["today"] => Some(NamedPeriod::Ago(Unit::Day, 0)),
        ["yesterday"] => Some(NamedPeriod::Ago(Unit::Day, 1)),
        ["this", word] => Some(NamedPeriod::Ago(unit(word)?, 0)),
        ["last" | "previous", word] => unit(word).map(|unit| NamedPeriod::Ago(unit, 1)),
        [word] => weekday(word),
        _ => None,
    }
}

impl FromStr for NamedPeriod {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(rule) = not_in_calendar(text) {
            return Err(rule);
        }
        Self::parse(text).ok_or_else(|| {
            Invalid::rule(
                "must be today, yesterday, this or last week, month, quarter or year, a weekday, a date, a month such as 2026-10, \
                 a quarter such as 2026Q3, or a year",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_its_days() {
        let today: Date = "2026-11-24".parse().expect("a Tuesday");
        for (text, first, last) in [
            ("today", "2026-11-24", "2026-11-24"),
            ("Yesterday", "2026-11-23", "2026-11-23"),
            ("this week", "2026-11-23", "2026-11-29"),
            ("last-week", "2026-11-16", "2026-11-22"),
            ("this month", "2026-11-01", "2026-11-30"),
            ("last_month", "2026-10-01", "2026-10-31"),
            ("previous month", "2026-10-01", "2026-10-31"),
            ("this quarter", "2026-10-01", "2026-12-31"),
            ("last quarter", "2026-07-01", "2026-09-30"),
            ("this year", "2026-01-01", "2026-12-31"),
            ("last year", "2025-01-01", "2025-12-31"),
            ("tuesday", "2026-11-24", "2026-11-24"),
            ("Wed", "2026-11-18", "2026-11-18"),
            ("monday", "2026-11-23", "2026-11-23"),
            ("2026-10", "2026-10-01", "2026-10-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2026Q3", "2026-07-01", "2026-09-30"),
            ("2026-q4", "2026-10-01", "2026-12-31"),
            ("2025", "2025-01-01", "2025-12-31"),
            ("2026-10-25", "2026-10-25", "2026-10-25"),
        ] {
            let (from, until) = text.parse::<NamedPeriod>().expect(text).dates(today);
            assert_eq!((from.to_string(), until.to_string()), (first.to_owned(), last.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_last_month_of_a_long_one_is_a_whole_month() {
        let dates = |today: &str| NamedPeriod::Ago(Unit::Month, 1).dates(today.parse().expect(today));
        assert_eq!(dates("2026-03-31"), ("2026-02-01".parse().expect("date"), "2026-02-28".parse().expect("date")));
    }

    #[test]
    fn other_texts_name_none() {
        for text in [
            "",
            "last",
            "this",
            "todya",
            "last fortnight",
            "2026-13",
            "2026-1",
            "26-10",
            "2026Q5",
            "2026q",
            "2026-10-32",
            "q3",
            "mond",
        ] {
            assert!(text.parse::<NamedPeriod>().is_err(), "{text}");
        }
    }
}
