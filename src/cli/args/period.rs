//! The options that say which period: the same in every command that has one. A period includes its start and excludes its end.

use clap::Args;
use clap_complete::ArgValueCandidates;
use jiff::SignedDuration;
use jiff::civil::Date;
use ssgctl::model::{Time, Zone};
use ssgctl::report::Period;

use crate::args::completion;
use crate::args::moment::{end_of, midnight};
use crate::args::named_period::NamedPeriod;
use crate::args::span::full_hour;
use crate::exit::{Failure, Result};

pub(crate) use crate::args::moment::Moment;
pub(crate) use crate::args::span::{Days, Last};

/// The option that sets the time zone of days.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ZoneArgs {
    /// Time zone of days, by its IANA name [default: defaults.timezone of the configuration, else UTC]
    #[arg(long, visible_alias = "tz", value_name = "ZONE", add = ArgValueCandidates::new(completion::zones))]
    timezone: Option<Zone>,
}

impl ZoneArgs {
    /// The named zone, else the default.
    pub(crate) fn zone(&self, default_zone: Zone) -> Zone {
        self.timezone.clone().unwrap_or(default_zone)
    }
}

/// The options that set a period, without the zone of its days.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReportPeriodArgs {
    /// Start: a time, a date, a word such as yesterday, monday or 2026-10, or an age such as 7d
    #[arg(long, visible_alias = "since", value_name = "TIME", conflicts_with_all = ["last", "period"])]
    from: Option<Moment>,

    /// End, not included: a time, a date, a word or an age, as for the start
    #[arg(long, visible_alias = "to", value_name = "TIME", conflicts_with_all = ["last", "period"])]
    until: Option<Moment>,

    /// The last hours, days, weeks, months or years, with the current one, or minutes: 90m, 24h, 7d, 3mo
    #[arg(long, value_name = "SPAN", conflicts_with = "period")]
    last: Option<Last>,

    /// today, yesterday, this week, last month, monday, 2026-11-24, 2026-10, 2026Q3 or 2026
    #[arg(long, alias = "day", value_name = "PERIOD")]
    period: Option<NamedPeriod>,
}

impl ReportPeriodArgs {
    /// The options of a command that declares them itself.
    pub(crate) fn new(
        from: Option<Moment>,
        until: Option<Moment>,
        last: Option<Last>,
        period: Option<NamedPeriod>,
    ) -> Self {
        Self { from, until, last, period }
    }

    /// The period of a report that counts whole days. Bounds relative to now are extended to whole days, because there is no
    /// count of part of a day.
    pub(crate) fn days(&self, zone: &Zone) -> Result<Period> {
        let Period { from, until } = self.period(zone)?;
        let is_now = |moment: Option<Moment>| moment.is_none_or(Moment::is_age);
        let date = |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).date();
        let start = if is_now(self.from) { midnight(date(from), zone) } else { from };
        let ends_within_day = is_now(self.until) && midnight(date(until), zone) != until;
        let end = if ends_within_day { end_of(date(until), zone) } else { until };
        Ok(Period { from: start, until: end })
    }

    /// The period of a report, with days of a zone: a week unless options say otherwise. Bounds relative to now are extended to
    /// whole hours, the finest unit of reports.
    pub(crate) fn period(&self, zone: &Zone) -> Result<Period> {
        let hour = |moment: Moment, next| {
            if moment.is_age() { full_hour(moment.start(zone), next, zone) } else { moment.start(zone) }
        };
        match (self.from, self.until) {
            (Some(from), until) => {
                let until = until.unwrap_or(Moment::Ago(SignedDuration::ZERO));
                checked(Period { from: hour(from, false), until: hour(until, true) })
            }
            (None, Some(_)) => Err(Failure::not_given("--from <TIME>", "from")),
            (None, None) => Ok(self.whole(zone).unwrap_or_else(|| Last::WEEK.period(zone))),
        }
    }

    /// A period that must be given; it ends now unless options say otherwise.
    pub(crate) fn exact(&self, zone: &Zone) -> Result<Period> {
        if let Some(period) = self.whole(zone) {
            return Ok(period);
        }
        let from = self.from.ok_or_else(|| {
            Failure::not_given("--from <TIME> or --period <PERIOD>", "from")
                .hint("add --period last-month, for example")
        })?;
        let until = self.until.unwrap_or(Moment::Ago(SignedDuration::ZERO));
        checked(Period { from: from.start(zone), until: until.start(zone) })
    }

    /// The same, but its end must be given too.
    pub(crate) fn closed(&self, zone: &Zone) -> Result<Period> {
        if self.until.is_none() && self.from.is_some() {
            return Err(Failure::not_given("--until <TIME>", "until"));
        }
        self.exact(zone)
    }

    /// The start and the exclusive end of the period of a list, where it has them.
    fn bounds(&self, zone: &Zone) -> (Option<Time>, Option<Time>) {
        if let Some(last) = self.last {
            let (from, until) = last.bounds(zone);
            return (Some(from), until);
        }
        if let Some(Period { from, until }) = self.whole(zone) {
            return (Some(from), Some(until));
        }
        let bound = |moment: Option<Moment>| moment.map(|moment| moment.start(zone));
        (bound(self.from), bound(self.until))
    }

    /// The first and the last day of the period of a list of records that have days, where it has them.
    pub(crate) fn first_and_last(&self, zone: &Zone) -> (Option<Date>, Option<Date>) {
        let (from, until) = self.bounds(zone);
        let day = |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).date();
        // The end is not included: that of a day is the first instant of the next one.
        let last = until.map(|until| {
            let end = day(until);
            if midnight(end, zone) == until { end.yesterday().unwrap_or(end) } else { end }
        });
        (from.map(day), last)
    }

    /// The period of --last or --period.
    fn whole(&self, zone: &Zone) -> Option<Period> {
        let named = |period| {
            let moment = Moment::Named(period);
            Period { from: moment.start(zone), until: moment.end(zone) }
        };
        self.last.map(|last| last.period(zone)).or_else(|| self.period.map(named))
    }
}

fn checked(period: Period) -> Result<Period> {
    if period.until < period.from {
        return Err(Failure::usage("--until is earlier than --from"));
    }
    Ok(period)
}

/// The options that limit a list to a period.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PeriodArgs {
    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    zone: ZoneArgs,
}

impl PeriodArgs {
    /// The options of a command that declares them itself.
    pub(crate) fn new(
        from: Option<Moment>,
        until: Option<Moment>,
        last: Option<Last>,
        period: Option<NamedPeriod>,
        zone: ZoneArgs,
    ) -> Self {
        Self { period: ReportPeriodArgs::new(from, until, last, period), zone }
    }

    /// The start and the exclusive end of the period, where it has them.
    pub(crate) fn bounds(&self, default_zone: Zone) -> (Option<Time>, Option<Time>) {
        self.period.bounds(&self.zone(default_zone))
    }

    /// The same, of a number of days until now if no period is given.
    pub(crate) fn bounds_or_last_days(&self, default_zone: Zone, days: i32) -> (Option<Time>, Option<Time>) {
        match self.bounds(default_zone.clone()) {
            (None, None) => (Some(Last::Days(days).bounds(&self.zone(default_zone)).0), None),
            bounds => bounds,
        }
    }

    /// The zone of its days.
    pub(crate) fn zone(&self, default_zone: Zone) -> Zone {
        self.zone.zone(default_zone)
    }
}
