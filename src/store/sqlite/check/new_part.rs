//! The part of a database that came after a head that was checked before, and the check of that part alone.
//!
//! Entries and accruals are numbered and chained, and so are events, so what is new of them is what follows a number. Of traffic,
//! a day is the smallest part whose sums and index can be compared with its messages: the days of the imports and of the runs of
//! `traffic reprice` that came after the head are compared whole.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::model::{AccrualSource, Chain, EntityKind, Head, day_of_second, month_of};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::log_times::Log;
use crate::store::{EventFilter, Snapshot};

/// The last entry, accrual and event that were checked before, each 0 if none was; and the traffic that came after them.
#[derive(Debug, Default)]
pub(in crate::store::sqlite) struct NewPart {
    pub(super) entry: i64,
    pub(super) accrual: i64,
    pub(super) event: i64,
    /// `None` if all traffic is new.
    pub(super) traffic: Option<NewTraffic>,
}

/// Traffic that came after a head.
#[derive(Debug, Default)]
pub(in crate::store::sqlite) struct NewTraffic {
    /// The imports that began, ended or were reverted, and those that are unfinished.
    pub(super) imports: BTreeSet<i64>,
    pub(super) reprices: BTreeSet<i64>,
    /// The days of these imports and runs.
    pub(super) days: BTreeSet<i32>,
}

impl NewPart {
    /// Whether a run of `traffic reprice` is new.
    pub(super) fn has_reprice(&self, id: i64) -> bool {
        self.traffic.as_ref().is_none_or(|traffic| traffic.reprices.contains(&id))
    }

    /// The months of the days that have new traffic; `None` if there are none.
    pub(super) fn months(&self) -> Option<RangeInclusive<i32>> {
        let Some(traffic) = &self.traffic else { return Some(i32::MIN..=i32::MAX) };
        Some(month_of(*traffic.days.first()?)..=month_of(*traffic.days.last()?))
    }

    /// Ranges of days that have new traffic, in order.
    pub(super) fn days(&self) -> Vec<RangeInclusive<i32>> {
        match &self.traffic {
            None => vec![i32::MIN..=i32::MAX - 1],
            Some(traffic) => traffic.days.iter().map(|day| *day..=*day).collect(),
        }
    }
}

impl Snapshot<'_> {
    /// Checks what came after a head that the database has, as [`Self::check`] checks the whole database.
    ///
    /// - entries, accrued charges and events after the head, chained to what was there before
    /// - every balance against its last entry and its accrued charges
    /// - the days of imports and runs of `traffic reprice` that came after the head, and what those charged
    /// - receivables and invoices: all of them
    /// - customers, contacts, notes, services, SMPP accounts, archiving, plans and prices, which are few: all of them
    ///
    /// Not: pages and foreign keys, the sums of each kind of entries, earlier entries, accruals and events, other days, warnings
    /// and emails, and what is reserved.
    pub fn check_since(&self, head: &Head) -> CheckReport {
        let mut report = CheckReport::default();
        let part = match self.part_since(head) {
            Ok(part) => part,
            Err(error) => {
                report.add(format!("the head: {error}"));
                return report;
            }
        };
        self.check_rows(&mut report);
        self.check_logs(&part, &mut report);
        self.check_configuration(&mut report);
        report.subject("traffic", |report| self.check_traffic(&part, report));
        self.check_billing(&mut report);
        report
    }

    /// What came after a head.
    fn part_since(&self, head: &Head) -> Result<NewPart> {
        let [entry, accrual] = [Chain::Ledger, Chain::Accruals].map(|chain| head.end(chain).map_or(0, |end| end.id));
        let event = match head.end(Chain::Audit) {
            Some(end) => end.id,
            None => self.event_before(entry, accrual)?,
        };
        let traffic = if event == 0 { None } else { Some(self.traffic_since(accrual, event)?) };
        Ok(NewPart { entry, accrual, event, traffic })
    }

    /// An event that is not after a head of an earlier version, which does not name one. The event of the later of its entry and its
    /// accrual is dated as that is.
    fn event_before(&self, entry: i64, accrual: i64) -> Result<i64> {
        let of_entry = if entry > 0 { Some(self.entry(entry)?.at) } else { None };
        let of_accrual = self.accrual(accrual)?.map(|accrual| accrual.at);
        match of_entry.max(of_accrual) {
            Some(at) => Ok(self.first_row_since(Log::Audit, at)? - 1),
            None => Ok(0),
        }
    }

    fn traffic_since(&self, accrual: i64, event: i64) -> Result<NewTraffic> {
        let mut new = NewTraffic::default();
        self.accruals(accrual + 1, |accrual| {
            match accrual.source {
                AccrualSource::Import(id) | AccrualSource::Revert(id) => new.imports.insert(id),
                AccrualSource::Reprice(id) => new.reprices.insert(id),
            };
            Ok(())
        })?;
        // Events begin a little before the head, with that of the import that accrued last, which was checked.
        let mut accrued = self.transaction.prepare("SELECT 1 FROM accrual WHERE import_id = ?1 AND id <= ?2")?;
        let events = EventFilter {
            entities: vec![EntityKind::Traffic],
            ids: Some(EventFilter::after(event)),
            ..EventFilter::default()
        };
        self.events(&events, |event| {
            if let Ok(id) = event.change.subject.parse::<i64>()
                && (event.change.action == "revert" || !accrued.exists([id, accrual])?)
            {
                new.imports.insert(id);
            }
            Ok::<_, Error>(())
        })?;
        let mut imports =
            self.transaction.prepare("SELECT id, state = 'unfinished', first_day, last_day FROM import")?;
        let mut rows = imports.query([])?;
        while let Some(row) = rows.next()? {
            let (id, is_unfinished): (i64, bool) = (row.get(0)?, row.get(1)?);
            if is_unfinished {
                new.imports.insert(id);
            }
            let days: (Option<i32>, Option<i32>) = (row.get(2)?, row.get(3)?);
            if let (true, Some((first, last))) = (new.imports.contains(&id), days.0.zip(days.1)) {
                self.add_days(first, last, &mut new.days)?;
            }
        }
        self.reprices(|id, reprice| {
            if new.reprices.contains(&id) {
                let (first, last) = (day_of_second(reprice.seconds.start), day_of_second(reprice.seconds.end - 1));
                self.add_days(first, last, &mut new.days)?;
            }
            Ok(())
        })?;
        Ok(new)
    }

    /// Adds the days of a range that have messages or sums.
    fn add_days(&self, first: i32, last: i32, days: &mut BTreeSet<i32>) -> Result<()> {
        days.extend(self.days_with_messages(first, last)?);
        days.extend(self.days_with_traffic(first, last)?);
        Ok(())
    }
}
