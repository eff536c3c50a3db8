//! Reports of traffic as drawings: bars and lines for a terminal, a picture for a file.

use std::path::Path;

use ssgctl::error::count;
use ssgctl::model::{Time, Zone};
use ssgctl::report::{self, Calendar, Chart, Grain, Group, Period, Sums, TrafficQuestion};

use crate::commands::report::groups::{By, each_once};
use crate::commands::report::traffic::{Form, TrafficArgs};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, MOST_BARS, Sparks, draw, write_file};

/// Draws bars or lines on the terminal, or a picture into a file.
pub(super) fn run(args: &TrafficArgs, calendar: Calendar, zone: &Zone, context: &mut Context) -> Result<()> {
    // A picture in a file has a receipt, which may have any format.
    let has_receipt = args.svg.as_ref().is_some_and(|file| file != Path::new("-"));
    if context.output.is_data() && !has_receipt {
        return Err(Failure::usage("a chart is for reading and has no other format").hint("leave out --output"));
    }
    if args.chart == Some(Form::Sparkline) {
        return draw_sparklines(args, &calendar, zone, context);
    }
    let by: Vec<Group> = each_once(&args.by).into_iter().map(By::group).filter(|by| *by != Group::State).collect();
    if args.svg.is_some() && by != [Group::Time] {
        return Err(Failure::usage("--svg draws traffic over time").hint("use --by hour, day or month").field("svg"));
    }
    let chart = context.read(|snapshot| {
        let question = TrafficQuestion { by, ..args.question(snapshot, calendar)? };
        let mut lines = Vec::new();
        let total = args.lines(snapshot, &question, |line| {
            lines.push(line);
            Ok::<_, ssgctl::Error>(())
        })?;
        let subtitle = subtitle(&question.calendar, zone, &total);
        Ok(report::traffic_chart(args.whose.title(), subtitle, &question.by, &lines))
    })?;
    match &args.svg {
        Some(file) => write_svg(&chart, file, args.force, context),
        None => context.output.chart(&chart),
    }
}

/// Draws a line over time for each customer, account or what else is told apart.
fn draw_sparklines(args: &TrafficArgs, calendar: &Calendar, zone: &Zone, context: &mut Context) -> Result<()> {
    let grain = match calendar.grain {
        Some(Grain::Hour) => "hour",
        Some(Grain::Day) => "day",
        Some(Grain::Month) => "month",
        None => {
            let message = "a sparkline draws traffic over time";
            return Err(Failure::usage(message)
                .hint("use --by hour, day or month, alone or with others")
                .field("chart"));
        }
    };
    let mut lines =
        context.read(|snapshot| report::sparklines(snapshot, &args.question(snapshot, calendar.clone())?))?;
    let mut total = Sums::default();
    lines.iter().try_for_each(|line| total.add(&line.sums))?;
    args.arrange(&mut lines, |line| &line.sums);
    let (title, subtitle) = (args.whose.title(), subtitle(calendar, zone, &total));
    context.output.sparks(&Sparks { title: &title, subtitle: &subtitle, lines: &lines, grain })
}

/// What the title of a chart leaves open: when, and how much came through.
fn subtitle(calendar: &Calendar, zone: &Zone, total: &Sums) -> String {
    let day = |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).strftime("%Y-%m-%d %H:%M").to_string();
    let Period { from, until } = calendar.period;
    let rate = match Cell::percent(total.delivered_per_mille()) {
        Cell::Empty => String::new(),
        rate => format!(", {} % delivered", rate.for_data()),
    };
    let messages = count(total.messages().unsigned_abs(), "message");
    format!("{} to {} {zone}: {messages}{rate}", day(from), day(until))
}

/// Writes a chart as a picture, into a new file or to stdout.
fn write_svg(chart: &Chart, file: &Path, force: bool, context: &mut Context) -> Result<()> {
    if chart.bars.len() > MOST_BARS {
        let message = format!("the picture would have {} bars, and has room for {MOST_BARS}", chart.bars.len());
        return Err(Failure::usage(message).hint("shorten the period, or use --by day or month").field("svg"));
    }
    let picture = draw(chart);
    if file == Path::new("-") {
        return context.output.text(picture.as_bytes());
    }
    write_file(file, force, picture.as_bytes())?;
    context.output.value("path", &file.display().to_string())
}
