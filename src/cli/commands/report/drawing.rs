//! Draws traffic reports: bars and sparklines for a terminal, SVG for a file.

use std::path::Path;

use ssgctl::error::count;
use ssgctl::model::{Time, Zone};
use ssgctl::report::{Calendar, Grain, MessageTotals, Period, SparklineReport, TrafficReport, traffic_chart};

use crate::exit::{Failure, Result};
use crate::output::{Cell, MAX_BARS, Output, Sparks, draw, write_file};

/// The two lines above a drawing.
pub(super) struct Heading<'a> {
    pub(super) title: String,
    /// The time zone of the times in the subtitle.
    pub(super) zone: &'a Zone,
}

impl Heading<'_> {
    /// The period, the number of messages, and the delivery rate.
    fn subtitle(&self, calendar: &Calendar, total: &MessageTotals) -> String {
        let zone = self.zone;
        let minute =
            |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).strftime("%Y-%m-%d %H:%M").to_string();
        let Period { from, until } = calendar.period;
        let rate = match Cell::percent(total.delivered_per_mille()) {
            Cell::Empty => String::new(),
            rate => format!(", {} % delivered", rate.for_data()),
        };
        let messages = count(total.messages().unsigned_abs(), "message");
        format!("{} to {} {zone}: {messages}{rate}", minute(from), minute(until))
    }
}

/// Draws a bar for each line of a report to the terminal.
pub(super) fn bars(report: &TrafficReport, heading: Heading<'_>, output: &mut Output) -> Result<()> {
    let subtitle = heading.subtitle(&report.question.calendar, &report.total);
    output.chart(&traffic_chart(heading.title, subtitle, report))
}

/// Draws a report as SVG to a file or to stdout.
pub(super) fn picture(
    report: &TrafficReport,
    heading: Heading<'_>,
    file: &Path,
    force: bool,
    output: &mut Output,
) -> Result<()> {
    if report.lines.len() > MAX_BARS {
        let message = format!("the SVG would have {} bars, but the maximum is {MAX_BARS}", report.lines.len());
        return Err(Failure::usage(message).hint("shorten the period, or use --by day or month").field("svg"));
    }
    let subtitle = heading.subtitle(&report.question.calendar, &report.total);
    let picture = draw(&traffic_chart(heading.title, subtitle, report));
    if file == Path::new("-") {
        return output.text(picture.as_bytes());
    }
    write_file(file, force, picture.as_bytes())?;
    output.value("path", &file.display().to_string())
}

/// Draws a sparkline for each group to the terminal.
pub(super) fn sparklines(report: &SparklineReport, heading: Heading<'_>, output: &mut Output) -> Result<()> {
    let SparklineReport { calendar, lines, total } = report;
    let grain = match calendar.grain {
        Some(Grain::Hour) => "hour",
        Some(Grain::Month) => "month",
        Some(Grain::Day) | None => "day",
    };
    let subtitle = heading.subtitle(calendar, total);
    output.sparks(&Sparks { title: &heading.title, subtitle: &subtitle, lines, grain })
}
