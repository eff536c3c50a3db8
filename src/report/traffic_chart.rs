//! Traffic as a bar chart: one bar per line, stacked by message state.

use crate::model::MessageState;
use crate::report::calendar::Slot;
use crate::report::chart::{Bar, Chart, Hue, Series};
use crate::report::traffic::TrafficReport;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficLine};

/// The order of the states in a bar, from the bottom up.
const STACK: [(MessageState, Hue); 6] = [
    (MessageState::Delivered, Hue::Green),
    (MessageState::Pending, Hue::Orange),
    (MessageState::Expired, Hue::Yellow),
    (MessageState::Undeliverable, Hue::Red),
    (MessageState::Unknown, Hue::Magenta),
    (MessageState::Rejected, Hue::Grey),
];

/// Makes the chart of a report whose lines are not grouped by state.
pub fn traffic_chart(title: String, subtitle: String, report: &TrafficReport) -> Chart {
    let TrafficReport { question, lines, .. } = report;
    // Label every third hour of a day or two, so that the labels do not overlap; over more days, only midnight.
    let every = match lines.len() {
        0..=12 => 1,
        13..=48 => 3,
        _ => 24,
    };
    let bars = lines.iter().map(|line| Bar {
        label: label(&question.by, line),
        tick: line.slot.as_ref().and_then(|slot| slot.tick(every)),
        parts: STACK.iter().map(|(state, _)| count(&line.sums, *state)).collect(),
    });
    let series = STACK.iter().map(|(state, hue)| Series { name: state.as_str(), hue: *hue });
    Chart { title, subtitle, series: series.collect(), bars: bars.collect() }
}

/// The label of a line: the values of its groups, in their order.
pub(super) fn label(by: &[TrafficGroup], line: &TrafficLine) -> String {
    let text = |group: &TrafficGroup| match group {
        TrafficGroup::Time => line.slot.as_ref().map(Slot::for_reading),
        TrafficGroup::Customer => line.customer.as_ref().map(ToString::to_string),
        TrafficGroup::Account => line.system_id.as_ref().map(ToString::to_string),
        TrafficGroup::Service => line.service.as_ref().map(ToString::to_string),
        TrafficGroup::Country => {
            Some(line.country.as_ref().map_or("no country", |country| country.as_str()).to_owned())
        }
        TrafficGroup::Network => {
            Some(line.network.map_or_else(|| "no network".to_owned(), |network| network.to_string()))
        }
        TrafficGroup::Destination | TrafficGroup::Price => {
            Some(line.charged_by.as_ref().map_or_else(|| "no price".to_owned(), ToString::to_string))
        }
        TrafficGroup::State => line.state.map(|state| state.to_string()),
    };
    by.iter().filter_map(text).collect::<Vec<_>>().join(" ")
}

fn count(sums: &MessageTotals, state: MessageState) -> u64 {
    u64::try_from(sums.counts.of(state)).unwrap_or(0)
}
