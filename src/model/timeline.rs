//! Values that hold from a time on, until the next one: prices, the plan of a service, the service of an account.

use jiff::Timestamp;

use crate::model::Time;

/// A value as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective<T> {
    /// The order of recording; see [`crate::model::PricesVersion`].
    pub id: i64,
    /// From when it holds; `None` if it always did.
    pub from: Option<Time>,
    pub value: T,
}

impl<T> Effective<T> {
    /// The same with a value that is made of its value.
    pub fn map<U>(self, value: impl FnOnce(T) -> U) -> Effective<U> {
        Effective { id: self.id, from: self.from, value: value(self.value) }
    }
}

/// From when a change counts, as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EffectiveFrom {
    #[default]
    Now,
    /// At all times.
    Beginning,
    Time(Time),
}

impl EffectiveFrom {
    /// The first second at which the change counts; `None` if it always does.
    pub fn time(self, now: Time) -> Option<Time> {
        match self {
            Self::Now => Some(now.whole_second()),
            Self::Beginning => None,
            Self::Time(time) => Some(time),
        }
    }
}

/// Which value holds when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T>(Vec<(i64, T)>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Timeline<T> {
    /// Of values that hold from the same time, the one that was recorded last counts.
    pub fn new(mut values: Vec<Effective<T>>) -> Self {
        values.sort_by_key(|value| (value.from, value.id));
        let mut timeline: Vec<(i64, T)> = Vec::with_capacity(values.len());
        for Effective { from, value, .. } in values {
            let from = second_of(from);
            match timeline.last_mut().filter(|(last, _)| *last == from) {
                Some(last) => last.1 = value,
                None => timeline.push((from, value)),
            }
        }
        Self(timeline)
    }

    /// A value that always holds.
    pub fn always(value: T) -> Self {
        Self(vec![(i64::MIN, value)])
    }

    /// The value at a second since 1970-01-01 UTC.
    pub fn at(&self, second: i64) -> Option<&T> {
        let after = self.0.partition_point(|(from, _)| *from <= second);
        after.checked_sub(1).map(|index| &self.0[index].1)
    }

    /// The values that hold at any second from one to another, both included.
    pub fn between(&self, first: i64, last: i64) -> impl Iterator<Item = &T> {
        let begin = self.0.partition_point(|(from, _)| *from <= first).saturating_sub(1);
        self.0[begin..].iter().take_while(move |(from, _)| *from <= last).map(|(_, value)| value)
    }

    /// The first second after this one from which another value holds, or the same one again.
    pub fn next_start(&self, second: i64) -> Option<i64> {
        self.0.get(self.0.partition_point(|(from, _)| *from <= second)).map(|(from, _)| *from)
    }

    /// The seconds from which a value holds.
    pub fn starts(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|(from, _)| *from)
    }

    /// The values, from early to late.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The same, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Whether a value holds at every second.
    pub fn is_complete(&self) -> bool {
        self.0.first().is_some_and(|(from, _)| *from == i64::MIN)
    }

    /// The values at some seconds; each holds until the next of them.
    pub fn from_starts(starts: impl IntoIterator<Item = i64>, value_at: impl Fn(i64) -> Option<T>) -> Self {
        let mut starts: Vec<i64> = starts.into_iter().collect();
        starts.sort_unstable();
        starts.dedup();
        Self(starts.into_iter().filter_map(|from| Some((from, value_at(from)?))).collect())
    }
}

/// The second at which something begins, since 1970-01-01 UTC; the first of all if it always held.
pub fn second_of(from: Option<Time>) -> i64 {
    from.map_or(i64::MIN, |time| time.timestamp().as_second())
}

/// The time of a second, the inverse of [`second_of`].
pub fn time_of(second: i64) -> Option<Time> {
    Timestamp::from_second(second).ok().map(Time::from_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(id: i64, from: Option<&str>, value: char) -> Effective<char> {
        Effective { id, from: from.map(|from| from.parse().expect("a time")), value }
    }

    #[test]
    fn a_value_holds_until_the_next_and_the_last_recorded_of_a_time_counts() {
        let timeline = Timeline::new(vec![
            recorded(3, Some("1970-01-01T00:00:10Z"), 'c'),
            recorded(4, Some("1970-01-01T00:00:05Z"), 'd'),
            recorded(2, Some("1970-01-01T00:00:05Z"), 'b'),
        ]);
        let at = |second| timeline.at(second).copied();
        assert_eq!([at(4), at(5), at(9), at(10)], [None, Some('d'), Some('d'), Some('c')]);
        let timeline = Timeline::new(vec![recorded(1, None, 'a')]);
        assert_eq!(timeline.at(i64::MIN), Some(&'a'));
        assert_eq!(Timeline::<char>::default().at(0), None);
    }

    #[test]
    fn the_values_of_a_span_are_those_that_hold_at_some_second_of_it() {
        let timeline = Timeline::new(vec![
            recorded(1, Some("1970-01-01T00:00:05Z"), 'a'),
            recorded(2, Some("1970-01-01T00:00:10Z"), 'b'),
            recorded(3, Some("1970-01-01T00:00:15Z"), 'c'),
        ]);
        let between = |first, last| timeline.between(first, last).collect::<String>();
        assert_eq!(
            [between(0, 4), between(0, 5), between(9, 10), between(10, 14), between(20, 30)],
            ["", "a", "ab", "b", "c"]
        );
    }
}
